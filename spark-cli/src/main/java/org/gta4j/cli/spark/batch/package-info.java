/**
 * Jobs over the lines of a file: the file is cut into chunks, each chunk's results are a file that
 * appears whole or not at all, and a job that goes on computes what is not there.
 */
@NullMarked
package org.gta4j.cli.spark.batch;

import org.jspecify.annotations.NullMarked;
