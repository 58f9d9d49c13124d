package org.gta4j.checkpoint;

import java.lang.foreign.MemorySegment;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;

/**
 * What a GGUF file says about its model, key by key: each value that is not what was asked for is
 * refused with the file, the key, what was expected and what was found.
 *
 * @param file the file's name, for errors
 * @param values every value by its key, in the file's order
 * @param encoded the same values as they lie in the file, each behind its type's number
 */
public record GgufMetadata(
    String file,
    SequencedMap<String, GgufValue> values,
    SequencedMap<String, MemorySegment> encoded) {
  /** Metadata that are in no file. */
  public GgufMetadata(String file, SequencedMap<String, GgufValue> values) {
    this(file, values, new LinkedHashMap<>());
  }

  /** Whether the key is there. */
  public boolean has(String key) {
    return values.containsKey(key);
  }

  /** A text, if the key is there. */
  public Optional<String> text(String key) {
    return value(key, GgufValue.Text.class, "a text").map(GgufValue.Text::value);
  }

  /** An integer from {@code least} to {@code most}, if the key is there. */
  public Optional<Long> integer(String key, long least, long most) {
    Optional<Long> value =
        value(key, GgufValue.Whole.class, "an integer").map(GgufValue.Whole::value);
    if (value.isPresent() && (value.get() < least || value.get() > most)) {
      throw wrong(key, "an integer from %d to %d".formatted(least, most), value.get());
    }
    return value;
  }

  /** A size from 1 to 2^31 − 1, if the key is there. */
  public Optional<Integer> size(String key) {
    return integer(key, 1, Integer.MAX_VALUE).map(Math::toIntExact);
  }

  /** A finite number, whole or not, if the key is there. */
  public Optional<Double> number(String key) {
    Optional<GgufValue> value = Optional.ofNullable(values.get(key));
    if (value.isEmpty()) {
      return Optional.empty();
    }
    double number =
        switch (value.get()) {
          case GgufValue.Real real -> real.value();
          case GgufValue.Whole whole -> whole.value();
          default -> Double.NaN;
        };
    if (!Double.isFinite(number)) {
      throw wrong(key, "a finite number", value.get());
    }
    return Optional.of(number);
  }

  /** True or false, if the key is there. */
  public Optional<Boolean> flag(String key) {
    return value(key, GgufValue.Flag.class, "true or false").map(GgufValue.Flag::value);
  }

  /** A list of texts, if the key is there. */
  public Optional<List<String>> texts(String key) {
    return value(key, GgufValue.Texts.class, "a list of texts").map(GgufValue.Texts::values);
  }

  /** A list of integers, if the key is there. */
  public Optional<int[]> integers(String key) {
    return value(key, GgufValue.Wholes.class, "a list of 32-bit integers")
        .map(GgufValue.Wholes::values);
  }

  /** A list of numbers, if the key is there. */
  public Optional<float[]> numbers(String key) {
    return value(key, GgufValue.Reals.class, "a list of 32-bit numbers")
        .map(GgufValue.Reals::values);
  }

  private <T extends GgufValue> Optional<T> value(String key, Class<T> type, String expected) {
    GgufValue value = values.get(key);
    if (value == null) {
      return Optional.empty();
    }
    if (!type.isInstance(value)) {
      throw wrong(key, expected, value);
    }
    return Optional.of(type.cast(value));
  }

  /** The error that {@code key} is not what was expected. */
  public CheckpointException wrong(String key, String expected, Object found) {
    return CheckpointException.of(file, key, expected, found);
  }
}
