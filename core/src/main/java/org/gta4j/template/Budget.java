package org.gta4j.template;

/**
 * What a rendering may take: time, the texts and lists it makes, and how deep it nests. A template
 * comes from a stranger, and may loop for ever or double a text until memory is full.
 */
final class Budget {
  /** Texts and lists a rendering may make, in characters and items, beside what it is given. */
  private static final long MOST_MADE = 48L << 20;

  /** How often a text that it was given may be copied. */
  private static final long COPIES = 64;

  /** The deepest that expressions and statements may nest, calls of macros included. */
  private static final int MOST_DEPTH = 600;

  /** Characters that a search for a long text may compare. */
  private static final long MOST_COMPARED = 1L << 31;

  private static final long NANOS = 2_000_000_000L;
  private static final int STEPS_BETWEEN_CLOCKS = 256;

  /** As many characters read, or compared, are one step. */
  private static final int CHARACTERS_A_STEP = 64;

  private final Dialect dialect;
  private final long deadline = System.nanoTime() + NANOS;
  private long left;
  private long steps;
  private int depth;

  /** A budget for variables with so many characters in them. */
  Budget(long given, Dialect dialect) {
    this.dialect = dialect;
    left = product(given, COPIES, MOST_MADE);
  }

  /**
   * What is written where something is not there.
   *
   * @throws TemplateException if nothing may be
   */
  String text(Undefined absent) {
    if (dialect == Dialect.EXACT) {
      throw absent.mistake();
    }
    return "";
  }

  /** Counts one thing done. */
  void step() {
    steps(1);
  }

  /** Counts things done, and looks at the clock when they are many together. */
  private void steps(long count) {
    steps += count;
    if (steps < STEPS_BETWEEN_CLOCKS) {
      return;
    }
    steps = 0;
    if (System.nanoTime() > deadline) {
      throw new TemplateException("it takes longer than %d s".formatted(NANOS / 1_000_000_000));
    }
  }

  /** Counts characters or items before they are made. */
  void take(long size) {
    left -= Math.max(0, size);
    if (left < 0) {
      throw new TemplateException("it makes texts and lists of more than the memory it may have");
    }
    step();
  }

  /**
   * Counts {@code count} times {@code size} characters or items, and {@code more} of them, before
   * they are made; sizes that no {@code long} holds are too many as well.
   */
  void take(long size, long count, long more) {
    take(product(size, count, more));
  }

  /** {@code size * count + more} of numbers from 0 on; the largest number where it is larger. */
  private static long product(long size, long count, long more) {
    return Math.multiplyHigh(size, count) != 0
            || size * count < 0
            || size * count > Long.MAX_VALUE - more
        ? Long.MAX_VALUE
        : size * count + more;
  }

  /** Counts characters or items that are looked at, or copied for a moment only. */
  void read(long size) {
    steps(1 + size / CHARACTERS_A_STEP);
  }

  /** Counts a nesting, to be followed by {@link #leave}. */
  void enter() {
    if (++depth > MOST_DEPTH) {
      throw new TemplateException("it nests more than %d deep".formatted(MOST_DEPTH));
    }
    step();
  }

  /** Ends a nesting. */
  void leave() {
    depth--;
  }

  /**
   * Checks that looking for one text in another takes no longer than it may, and counts the
   * characters that it compares at most: nothing can end a search that has begun.
   */
  void search(String text, String wanted) {
    long compared = (long) text.length() * wanted.length();
    if (wanted.length() > 64 && compared > MOST_COMPARED) {
      throw new TemplateException("it looks for long texts in long texts");
    }
    steps(1 + Math.max(text.length(), compared) / CHARACTERS_A_STEP);
  }
}
