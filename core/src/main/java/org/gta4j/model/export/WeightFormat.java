package org.gta4j.model.export;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.gta4j.tensor.DType;

/** What a model's weights can be written as. */
public enum WeightFormat {
  /** IEEE 754 binary32. */
  F32(DType.F32),
  /** IEEE 754 binary16. */
  F16(DType.F16),
  /** The upper half of a binary32. */
  BF16(DType.BF16),
  /** Matrices in blocks of 8 bits a number. */
  Q8(DType.Q8_0),
  /** Matrices in blocks of 4 bits a number, embedding and output head of 8. */
  Q4(DType.Q4_0);

  private final DType dtype;

  WeightFormat(DType dtype) {
    this.dtype = dtype;
  }

  /** The type of most matrices. */
  public DType dtype() {
    return dtype;
  }

  /** Whether matrices become blocks. */
  public boolean isQuantized() {
    return dtype.isQuantized();
  }

  /** The name people write: {@code bf16}, {@code q4}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The one of that name; empty when there is none. */
  public static Optional<WeightFormat> named(String name) {
    for (WeightFormat format : values()) {
      if (format.label().equals(name.toLowerCase(Locale.ROOT))) {
        return Optional.of(format);
      }
    }
    return Optional.empty();
  }

  /** All names: {@code f32, f16, bf16, q8 or q4}. */
  public static String labels() {
    List<String> labels = Stream.of(values()).map(WeightFormat::label).toList();
    int last = labels.size() - 1;
    return String.join(", ", labels.subList(0, last)) + " or " + labels.get(last);
  }
}
