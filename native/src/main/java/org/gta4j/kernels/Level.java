package org.gta4j.kernels;

import java.util.Locale;

/** Instructions that the kernels are compiled for, the best ones first. */
enum Level {
  /** 16 lanes, integer dot products. */
  AVX512("AVX-512 with VNNI", 2 | 4, 512),
  /** 8 lanes; with FMA and F16C. */
  AVX2("AVX2", 1, 256),
  /** 4 lanes, integer dot products. */
  NEON("NEON with dot products", 16, 1024);

  /** What the processor needs to have for at least one level. */
  static final String NEEDED =
      "AVX2 with FMA and F16C (x86-64, since 2013) or NEON with dot products (ARMv8.2)";

  private final String label;
  private final long needed;
  private final long compiled;

  Level(String label, long needed, long compiled) {
    this.label = label;
    this.needed = needed;
    this.compiled = compiled;
  }

  /** How people call it. */
  String label() {
    return label;
  }

  /** How users and the library's functions call it: {@code avx2}. */
  String suffix() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Whether the processor has it, by what {@code gta_machine} says. */
  boolean isOnProcessor(long machine) {
    return (machine & needed) == needed;
  }

  /** Whether the library has code for it. */
  boolean isCompiled(long machine) {
    return (machine & compiled) != 0;
  }

  /** Whether it can run. */
  boolean canRun(long machine) {
    return isOnProcessor(machine) && isCompiled(machine);
  }
}
