package org.gta4j.eval;

import java.util.ArrayList;
import java.util.List;

/** Lists of texts as Python writes them, which is what a template makes of a list. */
final class ListLiteral {
  private final String text;
  private int at;

  private ListLiteral(String text) {
    this.text = text;
  }

  /**
   * Reads a list.
   *
   * @throws IllegalArgumentException if it is none
   */
  static List<String> parse(String text) {
    return new ListLiteral(text.strip()).list();
  }

  private List<String> list() {
    List<String> texts = new ArrayList<>();
    expect('[');
    skip();
    while (!isNext(']')) {
      texts.add(string());
      skip();
      if (!isNext(']')) {
        expect(',');
        skip();
      }
    }
    expect(']');
    if (at < text.length()) {
      throw wrong("nothing behind the list");
    }
    return texts;
  }

  private String string() {
    if (!isNext('\'') && !isNext('"')) {
      throw wrong("a text in quotes");
    }
    char quote = text.charAt(at++);
    StringBuilder found = new StringBuilder();
    while (!isNext(quote)) {
      if (at >= text.length()) {
        throw wrong("the end of a text");
      }
      char c = text.charAt(at++);
      if (c == '\\' && at < text.length()) {
        escape(found);
      } else {
        found.append(c);
      }
    }
    at++;
    return found.toString();
  }

  private void escape(StringBuilder found) {
    char c = text.charAt(at++);
    switch (c) {
      case 'n' -> found.append('\n');
      case 't' -> found.append('\t');
      case 'r' -> found.append('\r');
      case 'x' -> found.appendCodePoint(hexadecimal(2));
      case 'u' -> found.appendCodePoint(hexadecimal(4));
      case 'U' -> found.appendCodePoint(hexadecimal(8));
      default -> found.append(c);
    }
  }

  private int hexadecimal(int digits) {
    if (at + digits > text.length()) {
      throw wrong(digits + " digits");
    }
    int value = Integer.parseInt(text.substring(at, at + digits), 16);
    at += digits;
    return value;
  }

  private void skip() {
    while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
      at++;
    }
  }

  private boolean isNext(char c) {
    return at < text.length() && text.charAt(at) == c;
  }

  private void expect(char c) {
    if (!isNext(c)) {
      throw wrong("'" + c + "'");
    }
    at++;
  }

  private IllegalArgumentException wrong(String expected) {
    return new IllegalArgumentException(
        "expected %s at character %d of %s".formatted(expected, at + 1, text));
  }
}
