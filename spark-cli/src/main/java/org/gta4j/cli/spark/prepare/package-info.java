/**
 * {@code gta data prepare} in Spark: files are cut into splits, which tasks read, clean and
 * tokenize; of the parts that they write other tasks make the shards that one process would have
 * written.
 */
@NullMarked
package org.gta4j.cli.spark.prepare;

import org.jspecify.annotations.NullMarked;
