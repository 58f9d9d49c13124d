/** {@code gta eval} in Spark: questions are spread over tasks, everything else is the same. */
@NullMarked
package org.gta4j.cli.spark.eval;

import org.jspecify.annotations.NullMarked;
