package org.gta4j.chat;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Marks what looks like control tokens in messages before a template writes them, and finds the
 * marks in what it has written. A mark is a character that no text has, put behind the first
 * character of a name: so the template still sees nearly the text that it would have seen, and does
 * with it what it does.
 */
final class Marks {
  /** Characters that Unicode keeps for such uses. */
  private static final char FIRST_MARK = '\uFDD0';

  private static final char LAST_MARK = '\uFDEF';

  private final char mark;
  private final Map<Character, List<String>> names;

  private Marks(char mark, Map<Character, List<String>> names) {
    this.mark = mark;
    this.names = names;
  }

  /**
   * Marks for a template and its variables.
   *
   * @param controlTokens the names to be marked
   * @throws IllegalArgumentException if every character for marks is used in them
   */
  static Marks of(Collection<String> controlTokens, String source, Map<String, ?> variables) {
    Map<Character, List<String>> names = new HashMap<>();
    for (String name : controlTokens) {
      if (!name.isEmpty()) {
        names.computeIfAbsent(name.charAt(0), first -> new ArrayList<>()).add(name);
      }
    }
    for (char mark = FIRST_MARK; mark <= LAST_MARK; mark++) {
      if (source.indexOf(mark) < 0 && !occurs(mark, variables)) {
        return new Marks(mark, names);
      }
    }
    throw new IllegalArgumentException(
        "expected text, found every character from U+FDD0 to U+FDEF, which are none");
  }

  private static boolean occurs(char mark, @Nullable Object value) {
    return switch (value) {
      case String text -> text.indexOf(mark) >= 0;
      case List<?> list -> list.stream().anyMatch(item -> occurs(mark, item));
      case Map<?, ?> map ->
          map.entrySet().stream()
              .anyMatch(e -> occurs(mark, e.getKey()) || occurs(mark, e.getValue()));
      case null, default -> false;
    };
  }

  /** A value with all its texts marked. */
  Object mark(Object value) {
    return switch (value) {
      case String text -> mark(text);
      case List<?> list -> list.stream().map(this::mark).toList();
      case Map<?, ?> map -> {
        Map<Object, Object> copy = new LinkedHashMap<>();
        map.forEach((key, item) -> copy.put(mark(key), mark(item)));
        yield copy;
      }
      default -> value;
    };
  }

  private String mark(String text) {
    // A name may begin here and end in what the template puts behind, perhaps without white space.
    int end = text.stripTrailing().length();
    StringBuilder marked = new StringBuilder(text.length() + 8);
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      marked.append(c);
      if (names.containsKey(c) && mayBegin(text, i, end)) {
        marked.append(mark);
      }
    }
    return marked.toString();
  }

  private boolean mayBegin(String text, int at, int end) {
    for (String name : names.getOrDefault(text.charAt(at), List.of())) {
      if (text.startsWith(name, at)
          || (end > at && end - at < name.length() && name.startsWith(text.substring(at, end)))
          || (text.length() - at < name.length() && name.startsWith(text.substring(at)))) {
        return true;
      }
    }
    return false;
  }

  /** What a template has written, without the marks. */
  ChatText unmark(String written) {
    StringBuilder text = new StringBuilder(written.length());
    BitSet marked = new BitSet();
    for (int i = 0; i < written.length(); i++) {
      char c = written.charAt(i);
      if (c != mark) {
        text.append(c);
      } else if (!text.isEmpty()) {
        marked.set(text.length() - 1);
      }
    }
    return new ChatText(text.toString(), begin -> !marked.get(begin));
  }
}
