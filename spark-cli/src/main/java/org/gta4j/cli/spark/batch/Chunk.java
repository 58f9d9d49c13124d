package org.gta4j.cli.spark.batch;

import java.io.Serializable;
import java.util.Locale;

/**
 * Lines of the input that are computed together.
 *
 * @param number its place among all chunks, from 0 on
 * @param from where it begins in the file, in bytes
 * @param to where it ends
 * @param firstLine the number of its first line in the file, from 1 on
 * @param rows how many of its lines have anything in them
 */
public record Chunk(int number, long from, long to, long firstLine, long rows)
    implements Serializable {
  /** The name of the file of its results. */
  public String fileName() {
    return String.format(Locale.ROOT, "part-%06d.jsonl", number);
  }
}
