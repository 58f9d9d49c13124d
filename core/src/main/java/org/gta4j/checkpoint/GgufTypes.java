package org.gta4j.checkpoint;

import java.util.Map;
import java.util.Optional;
import org.gta4j.tensor.DType;

/** The GGUF format's numbers for the types of tensors. */
final class GgufTypes {
  private static final Map<Integer, DType> TYPES =
      Map.ofEntries(
          Map.entry(0, DType.F32),
          Map.entry(1, DType.F16),
          Map.entry(2, DType.Q4_0),
          Map.entry(3, DType.Q4_1),
          Map.entry(6, DType.Q5_0),
          Map.entry(7, DType.Q5_1),
          Map.entry(8, DType.Q8_0),
          Map.entry(12, DType.Q4_K),
          Map.entry(13, DType.Q5_K),
          Map.entry(14, DType.Q6_K),
          Map.entry(30, DType.BF16));

  /** What people call the types that cannot be read, for errors. */
  private static final Map<Integer, String> OTHERS =
      Map.ofEntries(
          Map.entry(9, "Q8_1"),
          Map.entry(10, "Q2_K"),
          Map.entry(11, "Q3_K"),
          Map.entry(15, "Q8_K"),
          Map.entry(16, "IQ2_XXS"),
          Map.entry(17, "IQ2_XS"),
          Map.entry(18, "IQ3_XXS"),
          Map.entry(19, "IQ1_S"),
          Map.entry(20, "IQ4_NL"),
          Map.entry(21, "IQ3_S"),
          Map.entry(22, "IQ2_S"),
          Map.entry(23, "IQ4_XS"),
          Map.entry(24, "I8"),
          Map.entry(25, "I16"),
          Map.entry(26, "I32"),
          Map.entry(27, "I64"),
          Map.entry(28, "F64"),
          Map.entry(29, "IQ1_M"),
          Map.entry(34, "TQ1_0"),
          Map.entry(35, "TQ2_0"),
          Map.entry(39, "MXFP4"));

  /** The types that can be read, for errors. */
  static final String READABLE = "F32, F16, BF16, Q8_0, Q4_0, Q4_1, Q5_0, Q5_1, Q4_K, Q5_K or Q6_K";

  private GgufTypes() {}

  /** The type of that number, where it is one that can be read. */
  static Optional<DType> of(int number) {
    return Optional.ofNullable(TYPES.get(number));
  }

  /** The format's number for a type of weights. */
  static int number(DType type) {
    return TYPES.entrySet().stream()
        .filter(entry -> entry.getValue() == type)
        .map(Map.Entry::getKey)
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("GGUF weights are not of type " + type));
  }

  /** What people call the type of that number. */
  static String name(int number) {
    String unknown = "a type of number " + Integer.toUnsignedString(number);
    return of(number).map(DType::name).orElseGet(() -> OTHERS.getOrDefault(number, unknown));
  }
}
