package org.gta4j.template;

import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Writes values: as Python's {@code str} and {@code repr} do, and as JSON. */
final class Writer {
  private final Budget budget;
  private final StringBuilder out = new StringBuilder();

  private Writer(Budget budget) {
    this.budget = budget;
  }

  /** Python's {@code str}. */
  static String text(Object value, Budget budget) {
    return switch (value) {
      case String text -> text;
      case Undefined undefined -> budget.text(undefined);
      default -> {
        Writer writer = new Writer(budget);
        writer.represent(value);
        yield writer.out.toString();
      }
    };
  }

  /** Python's {@code repr}. */
  static String representation(Object value, Budget budget) {
    Writer writer = new Writer(budget);
    writer.represent(value);
    return writer.out.toString();
  }

  /**
   * Python's {@code json.dumps} with {@code ensure_ascii=False}.
   *
   * @param indent what each level is indented with; empty writes one line
   */
  static String json(
      Object value, String indent, String comma, String colon, boolean sorted, Budget budget) {
    Writer writer = new Writer(budget);
    writer.json(value, new Style(indent, comma, colon, sorted), "\n");
    return writer.out.toString();
  }

  private record Style(String indent, String comma, String colon, boolean sorted) {}

  private void add(String text) {
    budget.take(text.length());
    out.append(text);
  }

  private void represent(Object value) {
    budget.enter();
    switch (value) {
      case String text -> quote(text);
      case Boolean flag -> add(flag ? "True" : "False");
      case Long number -> add(number.toString());
      case Double number -> add(real(number));
      case None none -> add("None");
      case Undefined undefined -> {
        budget.text(undefined); // a mistake, where it may not be written
        add("Undefined");
      }
      case Tuple tuple -> {
        list(tuple, "(", tuple.size() == 1 ? ",)" : ")");
      }
      case List<?> list -> list(list, "[", "]");
      case Map<?, ?> map -> {
        String before = "{";
        for (Map.Entry<?, ?> entry : map.entrySet()) {
          add(before);
          represent(entry.getKey());
          add(": ");
          represent(entry.getValue());
          before = ", ";
        }
        add(map.isEmpty() ? "{}" : "}");
      }
      case Namespace namespace -> add("<Namespace>");
      default -> add("<function>");
    }
    budget.leave();
  }

  private void list(List<?> list, String begin, String end) {
    String before = begin;
    for (Object item : list) {
      add(before);
      represent(item);
      before = ", ";
    }
    add(list.isEmpty() ? begin + end : end);
  }

  /** Shortest decimal, with an exponent where Python has one. */
  static String real(double value) {
    if (Double.isNaN(value) || Double.isInfinite(value)) {
      return Double.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
    }
    double size = Math.abs(value);
    if (size != 0 && (size < 1e-4 || size >= 1e16)) {
      String[] parts = Double.toString(value).split("E", -1);
      String digits =
          parts[0].endsWith(".0") ? parts[0].substring(0, parts[0].length() - 2) : parts[0];
      int exponent = Integer.parseInt(parts[1]);
      return "%se%s%02d".formatted(digits, exponent < 0 ? "-" : "+", Math.abs(exponent));
    }
    if (size >= 1e7 || (size != 0 && size < 1e-3)) {
      String plain = new BigDecimal(Double.toString(value)).stripTrailingZeros().toPlainString();
      return plain.contains(".") ? plain : plain + ".0";
    }
    return Double.toString(value);
  }

  private void quote(String text) {
    char quote = text.indexOf('\'') >= 0 && text.indexOf('"') < 0 ? '"' : '\'';
    StringBuilder quoted = new StringBuilder(text.length() + 2).append(quote);
    text.codePoints()
        .forEach(c -> {
          if (c == quote || c == '\\') {
            quoted.append('\\').appendCodePoint(c);
          } else if (c == '\n' || c == '\r' || c == '\t') {
            quoted.append(c == '\n' ? "\\n" : c == '\r' ? "\\r" : "\\t");
          } else if (c == ' ' || isPrintable(c)) {
            quoted.appendCodePoint(c);
          } else {
            quoted.append(
                c < 0x100
                    ? "\\x%02x".formatted(c)
                    : c < 0x10000 ? "\\u%04x".formatted(c) : "\\U%08x".formatted(c));
          }
        });
    add(quoted.append(quote).toString());
  }

  private static boolean isPrintable(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.PRIVATE_USE,
          Character.UNASSIGNED,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.SPACE_SEPARATOR ->
          false;
      default -> true;
    };
  }

  private void json(Object value, Style style, String line) {
    budget.enter();
    String inner = style.indent().isEmpty() ? "" : line + style.indent();
    String outer = style.indent().isEmpty() ? "" : line;
    switch (value) {
      case String text -> jsonText(text);
      case Boolean flag -> add(flag.toString());
      case Long number -> add(number.toString());
      case Double number -> add(jsonReal(number));
      case None none -> add("null");
      case List<?> list -> {
        String before = "[" + inner;
        for (Object item : list) {
          add(before);
          json(item, style, line + style.indent());
          before = style.comma() + inner;
        }
        add(list.isEmpty() ? "[]" : outer + "]");
      }
      case Map<?, ?> map -> {
        String before = "{" + inner;
        Stream<? extends Map.Entry<?, ?>> entries = map.entrySet().stream();
        if (style.sorted()) {
          entries = entries.sorted((a, b) -> Values.compare(a.getKey(), b.getKey(), budget));
        }
        for (Map.Entry<?, ?> entry : entries.toList()) {
          add(before);
          jsonText(jsonKey(entry.getKey()));
          add(style.colon());
          json(entry.getValue(), style, line + style.indent());
          before = style.comma() + inner;
        }
        add(map.isEmpty() ? "{}" : outer + "}");
      }
      default ->
          throw new TemplateException(
              "tojson: expected something that JSON has, found " + Values.kind(value));
    }
    budget.leave();
  }

  private static String jsonReal(double number) {
    return Double.isNaN(number)
        ? "NaN"
        : Double.isInfinite(number) ? (number > 0 ? "Infinity" : "-Infinity") : real(number);
  }

  private static String jsonKey(Object key) {
    return switch (key) {
      case String text -> text;
      case None none -> "null";
      case Long number -> number.toString();
      case Double number -> jsonReal(number);
      default ->
          throw new TemplateException("tojson: expected a text as key, found " + Values.kind(key));
    };
  }

  private void jsonText(String text) {
    StringBuilder quoted = new StringBuilder(text.length() + 2).append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"', '\\' -> quoted.append('\\').append(c);
        case '\n' -> quoted.append("\\n");
        case '\r' -> quoted.append("\\r");
        case '\t' -> quoted.append("\\t");
        case '\b' -> quoted.append("\\b");
        case '\f' -> quoted.append("\\f");
        default -> {
          if (c < ' ') {
            quoted.append("\\u%04x".formatted((int) c));
          } else {
            quoted.append(c);
          }
        }
      }
    }
    add(quoted.append('"').toString());
  }
}
