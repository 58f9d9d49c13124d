package org.gta4j.template;

/** What Python knows about texts and Java says otherwise. */
final class Text {
  private Text() {}

  /** Python's white space. */
  static boolean isSpace(int c) {
    return c == ' '
        || (c >= '\t' && c <= '\r')
        || (c >= 0x1C && c <= 0x1F)
        || c == 0x85
        || c == 0xA0
        || (c > 0xA0 && (Character.isSpaceChar(c) && c != 0x200B));
  }

  static boolean isSpace(String text, int from, int to) {
    for (int i = from; i < to; i++) {
      if (!isSpace(text.charAt(i))) {
        return false;
      }
    }
    return true;
  }

  /** Where white space that begins at {@code from} ends. */
  static int spaceEnd(String text, int from) {
    int end = from;
    while (end < text.length() && isSpace(text.charAt(end))) {
      end++;
    }
    return end;
  }

  /** Where a text ends without the white space at its end. */
  static int endWithoutSpace(String text) {
    int end = text.length();
    while (end > 0 && isSpace(text.charAt(end - 1))) {
      end--;
    }
    return end;
  }

  /** Without given characters, or white space for an empty set, at its ends. */
  static String strip(String text, String characters, boolean left, boolean right, Budget budget) {
    budget.search(text, characters);
    int begin = 0;
    int end = text.length();
    while (left && begin < end && isIn(text.charAt(begin), characters)) {
      begin++;
    }
    while (right && end > begin && isIn(text.charAt(end - 1), characters)) {
      end--;
    }
    budget.take(end - begin == text.length() ? 0 : end - begin);
    return text.substring(begin, end);
  }

  private static boolean isIn(char c, String characters) {
    return characters.isEmpty() ? isSpace(c) : characters.indexOf(c) >= 0;
  }

  /** First letter upper, the others lower. */
  static String capitalized(String text) {
    if (text.isEmpty()) {
      return text;
    }
    int first = text.offsetByCodePoints(0, 1);
    return text.substring(0, first).toUpperCase(java.util.Locale.ROOT)
        + text.substring(first).toLowerCase(java.util.Locale.ROOT);
  }

  /** As Python's {@code str.title}: every letter behind none is upper, the others lower. */
  static String title(String text) {
    StringBuilder result = new StringBuilder(text.length());
    boolean inWord = false;
    for (int c : text.codePoints().toArray()) {
      boolean letter =
          Character.isUpperCase(c) || Character.isLowerCase(c) || Character.isTitleCase(c);
      result.appendCodePoint(
          !letter ? c : inWord ? Character.toLowerCase(c) : Character.toTitleCase(c));
      inWord = letter;
    }
    return result.toString();
  }

  /** What a string literal stands for. */
  static String unescaped(String literal) {
    if (literal.indexOf('\\') < 0) {
      return literal;
    }
    StringBuilder text = new StringBuilder(literal.length());
    for (int i = 0; i < literal.length(); i++) {
      char c = literal.charAt(i);
      if (c != '\\' || i + 1 == literal.length()) {
        text.append(c);
        continue;
      }
      char escape = literal.charAt(++i);
      int digits =
          switch (escape) {
            case 'x' -> 2;
            case 'u' -> 4;
            case 'U' -> 8;
            default -> 0;
          };
      int code = digits == 0 ? -1 : hex(literal, i + 1, digits);
      if (code >= 0) {
        text.appendCodePoint(code);
        i += digits;
        continue;
      }
      switch (escape) {
        case 'n' -> text.append('\n');
        case 't' -> text.append('\t');
        case 'r' -> text.append('\r');
        case 'b' -> text.append('\b');
        case 'f' -> text.append('\f');
        case 'a' -> text.append('\u0007');
        case 'v' -> text.append('\u000B');
        case '0' -> text.append('\0');
        case '\n' -> {}
        case '\\', '\'', '"' -> text.append(escape);
        default -> text.append('\\').append(escape);
      }
    }
    return text.toString();
  }

  private static int hex(String text, int from, int digits) {
    if (from + digits > text.length()) {
      return -1;
    }
    long code = 0;
    for (int i = from; i < from + digits; i++) {
      int digit = Character.digit(text.charAt(i), 16);
      if (digit < 0) {
        return -1;
      }
      code = code * 16 + digit;
    }
    return code <= Character.MAX_CODE_POINT ? (int) code : -1;
  }
}
