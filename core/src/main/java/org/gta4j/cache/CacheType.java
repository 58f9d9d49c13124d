package org.gta4j.cache;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import org.gta4j.tensor.DType;

/** What keys and values are cached as. */
public enum CacheType {
  /** As they are computed: exact. */
  F32(DType.F32),
  /** IEEE 754 binary16. */
  F16(DType.F16),
  /** The upper half of a binary32. */
  BF16(DType.BF16),
  /** 8 bits a number, and a scale in f32 for each token and head: {@link EightBits}. */
  Q8(DType.I8);

  private final DType numbers;

  CacheType(DType numbers) {
    this.numbers = numbers;
  }

  /** The type of a number by itself. */
  public DType numbers() {
    return numbers;
  }

  /** Bytes of {@code count} numbers, without scales. */
  public long bytes(long count) {
    return numbers.bytes(count);
  }

  /** Whether rows have scales that their numbers are multiplied with. */
  public boolean hasScales() {
    return this == Q8;
  }

  /** The name people write: {@code f32}, {@code q8}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The type of that name, in any case; empty when there is none. */
  public static Optional<CacheType> named(String name) {
    return Arrays.stream(values()).filter(type -> type.name().equalsIgnoreCase(name)).findFirst();
  }

  /** All names, for sentences: {@code f32, f16, bf16 or q8}. */
  public static String labels() {
    CacheType last = values()[values().length - 1];
    return Arrays.stream(values())
            .filter(type -> type != last)
            .map(CacheType::label)
            .collect(Collectors.joining(", "))
        + " or "
        + last.label();
  }
}
