package org.gta4j.template;

import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Python's ways to put values into a text. */
final class TextFormat {
  private static final int MOST_WIDTH = 1000;

  private TextFormat() {}

  /** {@code format % values}, where values are one value, a tuple or a map. */
  static String percent(String format, Object values, Budget budget) {
    List<Object> list = values instanceof Tuple tuple ? tuple : List.of(values);
    StringBuilder text = new StringBuilder();
    int used = 0;
    for (int i = 0; i < format.length(); i++) {
      char c = format.charAt(i);
      if (c != '%') {
        text.append(c);
        continue;
      }
      int at = i + 1;
      if (format.startsWith("%", at)) {
        text.append('%');
        i = at;
        continue;
      }
      Object value;
      if (format.startsWith("(", at)) {
        int close = format.indexOf(')', at);
        if (close < 0 || !(values instanceof Map<?, ?> map)) {
          throw wrong(format);
        }
        Object found = map.get(format.substring(at + 1, close));
        if (found == null) {
          throw wrong(format);
        }
        value = found;
        at = close + 1;
      } else {
        if (used == list.size()) {
          throw new TemplateException("'%': expected more values for " + Values.kind(format));
        }
        value = list.get(used++);
      }
      int begin = at;
      while (at < format.length() && "-+ 0123456789.".indexOf(format.charAt(at)) >= 0) {
        at++;
      }
      if (at == format.length()) {
        throw wrong(format);
      }
      String item = item(format.substring(begin, at), format.charAt(at), value, format, budget);
      budget.take(item.length());
      text.append(item);
      i = at;
    }
    if (used < list.size() && !(values instanceof Map<?, ?>)) {
      throw new TemplateException("'%': expected fewer values for " + Values.kind(format));
    }
    budget.take(text.length());
    return text.toString();
  }

  private static TemplateException wrong(String format) {
    return new TemplateException(
        "'%': expected a format of Python's, found " + Values.kind(format));
  }

  private static String item(String flags, char kind, Object value, String format, Budget budget) {
    int dot = flags.indexOf('.');
    int precision = dot < 0 ? -1 : number(flags.substring(dot + 1), format);
    String before = dot < 0 ? flags : flags.substring(0, dot);
    int digits = 0;
    while (digits < before.length() && "-+ 0".indexOf(before.charAt(digits)) >= 0) {
      digits++;
    }
    int width = number(before.substring(digits), format);
    String marks = before.substring(0, digits);
    String text =
        switch (kind) {
          case 's' -> cut(Writer.text(value, budget), precision);
          case 'r' -> cut(Writer.representation(value, budget), precision);
          case 'd', 'i', 'u' ->
              Long.toString(
                  value instanceof Double real ? real.longValue() : Values.integer(value, "'%d'"));
          case 'x' -> Long.toHexString(Values.integer(value, "'%x'"));
          case 'f', 'F', 'e', 'E' ->
              String.format(
                  Locale.ROOT,
                  "%." + (precision < 0 ? 6 : precision) + (kind == 'F' ? 'f' : kind),
                  Values.real(value));
          default -> throw wrong(format);
        };
    boolean number = kind != 's' && kind != 'r';
    if (number && !text.startsWith("-")) {
      text = (marks.contains("+") ? "+" : marks.contains(" ") ? " " : "") + text;
    }
    int missing = width - text.length();
    if (missing <= 0) {
      return text;
    }
    if (marks.contains("-")) {
      return text + " ".repeat(missing);
    }
    if (number && marks.contains("0")) {
      int sign = text.startsWith("-") || text.startsWith("+") || text.startsWith(" ") ? 1 : 0;
      return text.substring(0, sign) + "0".repeat(missing) + text.substring(sign);
    }
    return " ".repeat(missing) + text;
  }

  private static String cut(String text, int length) {
    return length < 0 || length >= text.length() ? text : text.substring(0, length);
  }

  private static int number(String digits, String format) {
    if (digits.isEmpty()) {
      return 0;
    }
    try {
      int number = Integer.parseInt(digits);
      if (number <= MOST_WIDTH) {
        return number;
      }
    } catch (NumberFormatException e) {
      throw wrong(format);
    }
    throw new TemplateException("'%%': expected a width of at most %d".formatted(MOST_WIDTH));
  }

  /** {@code format.format(...)} with names and places in curly brackets, nothing else in them. */
  static String braces(String format, Arguments arguments, Budget budget) {
    StringBuilder text = new StringBuilder();
    int next = 0;
    for (int i = 0; i < format.length(); i++) {
      char c = format.charAt(i);
      if ((c == '{' || c == '}') && format.startsWith(String.valueOf(c), i + 1)) {
        text.append(c);
        i++;
      } else if (c == '{') {
        int close = format.indexOf('}', i);
        String name = close < 0 ? "!" : format.substring(i + 1, close);
        boolean isPlace = name.chars().allMatch(d -> d >= '0' && d <= '9') && name.length() < 5;
        int place = !isPlace ? Integer.MAX_VALUE : name.isEmpty() ? next++ : Integer.parseInt(name);
        String item = Writer.text(arguments.required(place, name), budget);
        budget.take(item.length());
        text.append(item);
        i = close;
      } else if (c == '}') {
        throw new TemplateException("format: a single } in " + Values.kind(format));
      } else {
        text.append(c);
      }
    }
    budget.take(text.length());
    return text.toString();
  }
}
