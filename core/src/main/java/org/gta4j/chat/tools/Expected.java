package org.gta4j.chat.tools;

import java.util.List;

/** Waits for one of some texts, perhaps behind white space. */
final class Expected {
  private final List<String> texts;
  private final StringBuilder begun = new StringBuilder();

  Expected(List<String> texts) {
    this.texts = texts;
  }

  /** The next character; done with the last one of a text. */
  Step accept(char c) {
    if (begun.isEmpty() && JsonScanner.isSpace(c)) {
      return Step.MORE;
    }
    begun.append(c);
    String soFar = begun.toString();
    if (texts.contains(soFar)) {
      return Step.DONE;
    }
    if (texts.stream().anyMatch(text -> text.startsWith(soFar))) {
      return Step.MORE;
    }
    begun.setLength(begun.length() - 1);
    return Step.FAILED;
  }

  /** What has come, without the white space. */
  String text() {
    return begun.toString();
  }
}
