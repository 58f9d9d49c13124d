/**
 * Verbs that run in Apache Spark, an application of their own: nothing else has Spark on its class
 * path.
 */
@NullMarked
package org.gta4j.cli.spark;

import org.jspecify.annotations.NullMarked;
