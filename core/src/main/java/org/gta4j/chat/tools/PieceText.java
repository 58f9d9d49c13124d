package org.gta4j.chat.tools;

import java.util.Optional;

/** Text that is given on in pieces, none of which ends within a character. */
final class PieceText {
  private final StringBuilder text = new StringBuilder();

  void add(String more) {
    text.append(more);
  }

  boolean isEmpty() {
    return text.isEmpty();
  }

  void clear() {
    text.setLength(0);
  }

  /** What is there now; half a character stays. */
  Optional<String> next() {
    int end = text.length();
    if (end > 0 && Character.isHighSurrogate(text.charAt(end - 1))) {
      end--;
    }
    return take(end);
  }

  /** All of it: no other half will come. */
  Optional<String> rest() {
    return take(text.length());
  }

  private Optional<String> take(int end) {
    if (end == 0) {
      return Optional.empty();
    }
    String piece = text.substring(0, end);
    text.delete(0, end);
    return Optional.of(piece);
  }
}
