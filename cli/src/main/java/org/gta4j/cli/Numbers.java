package org.gta4j.cli;

/** Numbers as people and programs like to read them. */
public final class Numbers {
  private Numbers() {}

  /** To three decimals: no measurement here is better. */
  public static double rounded(double value) {
    return Math.rint(value * 1000) / 1000;
  }

  /** Bytes in a unit that leaves few digits: {@code 1.2 GB}, powers of ten as Hugging Face. */
  public static String bytes(long bytes) {
    String[] units = {"bytes", "kB", "MB", "GB", "TB", "PB", "EB"};
    double value = bytes;
    int unit = 0;
    while (value >= 999.5 && unit + 1 < units.length) {
      value /= 1000;
      unit++;
    }
    return unit == 0 ? bytes + " bytes" : "%.3g %s".formatted(value, units[unit]);
  }
}
