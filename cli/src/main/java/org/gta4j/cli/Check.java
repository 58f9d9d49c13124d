package org.gta4j.cli;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.gta4j.model.Preset;
import org.gta4j.model.export.WeightFormat;

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

  /**
   * Integers with commas between them.
   *
   * @param absent what stands for an option that is not given
   */
  static List<Integer> numbers(Setting<String> option, String absent, int least, int most) {
    List<Integer> numbers = new ArrayList<>();
    for (String part : option.or(absent).split(",", -1)) {
      try {
        numbers.add(Integer.parseInt(part.strip()));
      } catch (NumberFormatException e) {
        throw wrong(option, least, most, part);
      }
      if (numbers.getLast() < least || numbers.getLast() > most) {
        throw wrong(option, least, most, part);
      }
    }
    return numbers;
  }

  private static UsageException wrong(Setting<String> option, int least, int most, String part) {
    return UsageException.of(
        option.name(),
        "integers from %d to %d with commas between them".formatted(least, most),
        part.isEmpty() ? "nothing between two commas" : part);
  }

  /** A type of weights, if one was given. */
  static Optional<WeightFormat> weights(Setting<String> option) {
    return option
        .value()
        .map(name ->
            WeightFormat.named(name)
                .orElseThrow(() -> UsageException.of(option.name(), WeightFormat.labels(), name)));
  }

  /** The shape of a name that was given. */
  static Preset preset(Setting<String> option, String name) {
    try {
      return Preset.named(name);
    } catch (IllegalArgumentException e) {
      throw new UsageException("%s: %s".formatted(option.name(), e.getMessage()));
    }
  }

  /**
   * A file that was given, in a folder that is there and can be written to.
   *
   * @throws RefusedException if there is no such folder
   */
  public static Path output(Setting<String> option) {
    Path file = path(option);
    Path parent = file.toAbsolutePath().getParent();
    if (parent == null || !Files.isDirectory(parent) || !Files.isWritable(parent)) {
      throw new RefusedException(
          "%s: %s: there is no folder that it can be written to".formatted(option.name(), file));
    }
    return file;
  }

  /**
   * Makes sure that a folder that was given is there, or can be made, and can be written to: before
   * anything is computed for it.
   *
   * @throws RefusedException if it is none, or cannot be written to
   */
  public static void requireFolder(Setting<String> option, Path folder) {
    Path there = folder.toAbsolutePath().normalize();
    while (!Files.exists(there) && there.getParent() != null) {
      there = there.getParent();
    }
    if (!Files.isDirectory(there)) {
      throw new RefusedException(
          folder.toAbsolutePath().normalize().equals(there)
              ? "%s: %s is a file".formatted(option.name(), folder)
              : "%s: %s: cannot be made: %s is a file".formatted(option.name(), folder, there));
    }
    if (!Files.isWritable(there)) {
      throw new RefusedException(
          "%s: %s: cannot be written: %s is read-only for this user"
              .formatted(option.name(), folder, there));
    }
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
