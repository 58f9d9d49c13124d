package org.gta4j.cli;

import java.math.BigDecimal;
import java.util.List;
import java.util.Locale;

/**
 * Sizes as Hugging Face's {@code max_shard_size} takes them: {@code 5GB}, {@code 500MB}, {@code
 * 2GiB}.
 */
public final class ByteSizes {
  /** The longer first: GiB ends with B too. */
  private static final List<String> UNITS =
      List.of("KIB", "MIB", "GIB", "TIB", "KB", "MB", "GB", "TB");

  private ByteSizes() {}

  /**
   * Bytes.
   *
   * @param option the option's name, for the error
   * @throws UsageException if it is not a size of at least one byte
   */
  public static long parse(String option, String text) {
    String upper = text.strip().toUpperCase(Locale.ROOT);
    long unit = 1;
    String number = upper;
    for (int i = 0; i < UNITS.size(); i++) {
      if (upper.endsWith(UNITS.get(i))) {
        long base = i < 4 ? 1024 : 1000;
        unit = power(base, i % 4 + 1);
        number = upper.substring(0, upper.length() - UNITS.get(i).length());
        break;
      }
    }
    try {
      long bytes =
          new BigDecimal(number.strip())
              .multiply(BigDecimal.valueOf(unit))
              .toBigInteger()
              .longValueExact();
      if (bytes >= 1) {
        return bytes;
      }
    } catch (ArithmeticException | NumberFormatException e) {
      throw wrong(option, text);
    }
    throw wrong(option, text);
  }

  private static long power(long base, int exponent) {
    long result = 1;
    for (int i = 0; i < exponent; i++) {
      result *= base;
    }
    return result;
  }

  private static UsageException wrong(String option, String text) {
    return UsageException.of(
        option, "a size such as 5GB or 500MB", text.isEmpty() ? "nothing" : text);
  }
}
