package org.gta4j.template;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Takes texts apart as Python does. */
final class TextParts {
  private TextParts() {}

  /** {@code text.split(separator, most)}; a negative number splits everywhere. */
  static List<Object> split(
      String text, String separator, long most, boolean fromRight, Budget budget) {
    if (separator.isEmpty()) {
      throw new TemplateException("split: the separator is empty");
    }
    budget.search(text, separator);
    List<Object> parts = new ArrayList<>();
    if (fromRight) {
      int end = text.length();
      while (most < 0 || parts.size() < most) {
        int at =
            end < separator.length() ? -1 : text.lastIndexOf(separator, end - separator.length());
        if (at < 0) {
          break;
        }
        add(text.substring(at + separator.length(), end), parts, budget);
        end = at;
      }
      add(text.substring(0, end), parts, budget);
      Collections.reverse(parts);
      return parts;
    }
    int begin = 0;
    for (int at = text.indexOf(separator);
        at >= 0 && (most < 0 || parts.size() < most);
        at = text.indexOf(separator, begin)) {
      add(text.substring(begin, at), parts, budget);
      begin = at + separator.length();
    }
    add(text.substring(begin), parts, budget);
    return parts;
  }

  private static void add(String part, List<Object> parts, Budget budget) {
    budget.take(part.length() + 2L);
    parts.add(part);
  }

  /** {@code text.split(None, most)}: at white space, without empty parts. */
  static List<Object> words(String text, long most, boolean fromRight, Budget budget) {
    budget.read(text.length());
    List<Object> parts = new ArrayList<>();
    if (fromRight) {
      int end = Text.endWithoutSpace(text);
      while (end > 0 && (most < 0 || parts.size() < most)) {
        int begin = end;
        while (begin > 0 && !Text.isSpace(text.charAt(begin - 1))) {
          begin--;
        }
        add(text.substring(begin, end), parts, budget);
        end = begin;
        while (end > 0 && Text.isSpace(text.charAt(end - 1))) {
          end--;
        }
      }
      if (end > 0) {
        add(text.substring(0, end), parts, budget);
      }
      Collections.reverse(parts);
      return parts;
    }
    int begin = Text.spaceEnd(text, 0);
    while (begin < text.length() && (most < 0 || parts.size() < most)) {
      int end = begin;
      while (end < text.length() && !Text.isSpace(text.charAt(end))) {
        end++;
      }
      add(text.substring(begin, end), parts, budget);
      begin = Text.spaceEnd(text, end);
    }
    if (begin < text.length()) {
      add(text.substring(begin), parts, budget);
    }
    return parts;
  }

  /** {@code text.splitlines()}. */
  static List<Object> lines(String text, boolean keepsEnds, Budget budget) {
    List<Object> lines = new ArrayList<>();
    int begin = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean ends =
          (c >= '\n' && c <= '\r')
              || (c >= 0x1C && c <= 0x1E)
              || c == 0x85
              || c == 0x2028
              || c == 0x2029;
      if (ends) {
        int after = c == '\r' && text.startsWith("\n", i + 1) ? i + 2 : i + 1;
        add(text.substring(begin, keepsEnds ? after : i), lines, budget);
        begin = after;
        i = after - 1;
      }
    }
    if (begin < text.length()) {
      add(text.substring(begin), lines, budget);
    }
    return lines;
  }

  /** {@code text.partition(separator)}. */
  static Object partition(String text, String separator, boolean last, Budget budget) {
    budget.search(text, separator);
    int at = last ? text.lastIndexOf(separator) : text.indexOf(separator);
    if (at < 0) {
      return last ? Tuple.of("", "", text) : Tuple.of(text, "", "");
    }
    budget.take(text.length());
    return Tuple.of(text.substring(0, at), separator, text.substring(at + separator.length()));
  }

  /** {@code text.replace(old, other, most)}. */
  static String replace(String text, String old, String other, long most, Budget budget) {
    budget.search(text, old);
    StringBuilder result = new StringBuilder(text.length());
    int begin = 0;
    long done = 0;
    while (most < 0 || done < most) {
      int from = old.isEmpty() && done > 0 ? nextCharacter(text, begin) : begin;
      int at = from > text.length() ? -1 : text.indexOf(old, from);
      if (at < 0) {
        break;
      }
      budget.take((long) other.length() + at - begin);
      result.append(text, begin, at).append(other);
      begin = at + old.length();
      done++;
    }
    budget.take(text.length() - begin);
    return result.append(text, begin, text.length()).toString();
  }

  private static int nextCharacter(String text, int at) {
    return at >= text.length() ? text.length() + 1 : at + Character.charCount(text.codePointAt(at));
  }

  /** {@code text.count(part)}. */
  static long count(String text, String part, Budget budget) {
    budget.search(text, part);
    if (part.isEmpty()) {
      return text.codePointCount(0, text.length()) + 1L;
    }
    long count = 0;
    for (int at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + part.length())) {
      count++;
    }
    return count;
  }
}
