package org.gta4j.tokenizer;

/**
 * A text that is matched with an expression from a file, and counts how often it is looked at: an
 * expression can be made to go back over a text for longer than the universe lasts.
 */
final class WatchedText implements CharSequence {
  private static final long LOOKS_A_CHARACTER = 2_000;
  private static final long LEAST_LOOKS = 20_000_000;

  private final String text;
  private long left;

  WatchedText(String text) {
    this.text = text;
    left = LEAST_LOOKS + text.length() * LOOKS_A_CHARACTER;
  }

  /** The error that matching takes too much time, or too much memory. */
  static IllegalArgumentException tooMuch() {
    return new IllegalArgumentException(
        "the expression by which the tokenizer cuts text into words takes too long on this text");
  }

  @Override
  public char charAt(int index) {
    if (--left < 0) {
      throw tooMuch();
    }
    return text.charAt(index);
  }

  @Override
  public int length() {
    return text.length();
  }

  @Override
  public CharSequence subSequence(int start, int end) {
    return text.subSequence(start, end);
  }

  @Override
  public String toString() {
    return text;
  }
}
