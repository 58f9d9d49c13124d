/**
 * Spark while a verb uses it: where it runs, what it is told, what goes along, and what came of it.
 */
@NullMarked
package org.gta4j.cli.spark.job;

import org.jspecify.annotations.NullMarked;
