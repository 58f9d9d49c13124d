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

  private static final long NANOS = 2_000_000_000L;
  private static final int STEPS_BETWEEN_CLOCKS = 256;

  private final long deadline = System.nanoTime() + NANOS;
  private long left;
  private int steps;
  private int depth;

  /** A budget for variables with so many characters in them. */
  Budget(long given) {
    left = MOST_MADE + given * COPIES;
  }

  /** Counts one thing done. */
  void step() {
    if (++steps % STEPS_BETWEEN_CLOCKS == 0 && System.nanoTime() > deadline) {
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

  /** Checks that looking for one text in another takes no longer than it may. */
  void search(String text, String wanted) {
    if (wanted.length() > 64 && (long) text.length() * wanted.length() > 1L << 31) {
      throw new TemplateException("it looks for long texts in long texts");
    }
    step();
  }
}
