package org.gta4j.chat.tools;

import java.util.List;

/**
 * Finds marks in a text that comes character by character, and keeps what may be the beginning of
 * one. A mark costs at most its own length squared, so that time is linear in the text.
 */
final class MarkScanner {
  private final List<String> marks;
  private final StringBuilder kept = new StringBuilder();
  private final StringBuilder passed = new StringBuilder();

  MarkScanner(List<String> marks) {
    this.marks = marks;
  }

  /** The next character; true if it is a mark's last one. */
  boolean accept(char c) {
    kept.append(c);
    while (!kept.isEmpty()) {
      for (String mark : marks) {
        if (begins(mark)) {
          return kept.length() == mark.length();
        }
      }
      passed.append(kept.charAt(0));
      kept.deleteCharAt(0);
    }
    return false;
  }

  private boolean begins(String mark) {
    return kept.length() <= mark.length() && mark.startsWith(kept.toString());
  }

  /** Text that is certainly no mark; it is given once. */
  String passed() {
    String text = passed.toString();
    passed.setLength(0);
    return text;
  }

  /** What may be the beginning of a mark, or is one; it is given once. */
  String kept() {
    String text = kept.toString();
    kept.setLength(0);
    return text;
  }
}
