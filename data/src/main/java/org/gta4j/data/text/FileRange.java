package org.gta4j.data.text;

import java.nio.file.Path;

/**
 * A part of a file that can be read by itself, or all of it.
 *
 * @param file the file
 * @param from where it begins, in bytes; at the beginning of a line
 * @param to where it ends: at the beginning of another one; {@link Long#MAX_VALUE} for the end
 */
public record FileRange(Path file, long from, long to) {
  /** Checks the bounds. */
  public FileRange {
    if (from < 0 || to < from) {
      throw new IllegalArgumentException(
          "range: expected bounds in order, found %d to %d".formatted(from, to));
    }
  }

  /** All of a file. */
  public static FileRange whole(Path file) {
    return new FileRange(file, 0, Long.MAX_VALUE);
  }

  /** Whether it is all of the file. */
  public boolean isWhole() {
    return from == 0 && to == Long.MAX_VALUE;
  }
}
