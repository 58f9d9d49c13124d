package org.gta4j.cli;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/** Checks of option values that no part of the library makes. */
public final class Check {
  private Check() {}

  /** A count of at least {@code least}; {@code absent} where none was given. */
  public static int count(Setting<Integer> option, int least, int absent) {
    int value = option.or(absent);
    if (value < least) {
      throw UsageException.of(option.name(), "an integer from %d on".formatted(least), value);
    }
    return value;
  }

  /** A path that was given. */
  public static Path path(Setting<String> option) {
    String text = option.or("");
    if (text.isEmpty()) {
      throw UsageException.of(option.name(), "a path", "an empty text");
    }
    try {
      return Path.of(text);
    } catch (InvalidPathException e) {
      throw UsageException.of(option.name(), "a path", e.getInput());
    }
  }
}
