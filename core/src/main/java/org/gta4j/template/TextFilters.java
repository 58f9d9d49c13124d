package org.gta4j.template;

import java.util.List;
import java.util.Optional;

/** Filters that make a text or a number of one value. */
record TextFilters(Budget budget) {
  String json(Object value, Arguments a) {
    Optional<Object> indent = a.get(0, "indent").filter(i -> i != None.NONE);
    String step = "";
    if (indent.isPresent()) {
      step =
          indent.get() instanceof String given
              ? given
              : " ".repeat(Math.clamp(Values.integer(indent.get(), "indent"), 0, 100));
    }
    String comma = step.isEmpty() ? ", " : ",";
    String colon = ": ";
    Optional<Object> separators =
        Optional.ofNullable(a.keywords().get("separators")).filter(s -> s != None.NONE);
    if (separators.isPresent()) {
      List<Object> both = Values.items(separators.get(), budget);
      if (both.size() != 2) {
        throw new TemplateException(
            "tojson: expected two separators, found " + Values.kind(separators.get()));
      }
      comma = Writer.text(both.get(0), budget);
      colon = Writer.text(both.get(1), budget);
    }
    boolean sorted = a.keywords().containsKey("sort_keys") && a.flag(9, "sort_keys");
    return Writer.json(value, step, comma, colon, sorted, budget);
  }

  /** Jinja's: words end at white space, hyphens and opening brackets. */
  static String titled(String text) {
    StringBuilder result = new StringBuilder(text.length());
    boolean begins = true;
    for (int c : text.codePoints().toArray()) {
      result.appendCodePoint(begins ? Character.toUpperCase(c) : Character.toLowerCase(c));
      begins = Text.isSpace(c) || "-({[<".indexOf(c) >= 0;
    }
    return result.toString();
  }

  String indented(String text, Arguments a) {
    Object width = a.get(0, "width").orElse(4L);
    String indent =
        width instanceof String given
            ? given
            : " ".repeat(Math.clamp(Values.integer(width, "indent"), 0, 1000));
    boolean first = a.flag(1, "first");
    boolean blank = a.flag(2, "blank");
    List<Object> lines = TextParts.lines(text + "\n", false, budget);
    StringBuilder result = new StringBuilder();
    for (int i = 0; i < lines.size(); i++) {
      String line = (String) lines.get(i);
      boolean indents = i == 0 ? first : blank || !line.isEmpty();
      budget.take(line.length() + (indents ? indent.length() : 0) + 1L);
      result.append(i > 0 ? "\n" : "").append(indents ? indent : "").append(line);
    }
    return result.toString();
  }

  String truncated(String text, Arguments a) {
    int length = Math.clamp(a.integerOr(0, "length", 255), 0, Integer.MAX_VALUE);
    boolean inWords = a.flag(1, "killwords");
    String end = a.textOr(2, "end", "...");
    long leeway = a.integerOr(3, "leeway", 5);
    if ((long) text.length() - length <= leeway) {
      return text;
    }
    String cut = text.substring(0, Math.max(0, length - end.length()));
    int space = cut.lastIndexOf(' ');
    return taken((inWords || space < 0 ? cut : cut.substring(0, space)) + end);
  }

  String escaped(String text) {
    return taken(
        text.replace("&", "&amp;")
            .replace("<", "&lt;")
            .replace(">", "&gt;")
            .replace("'", "&#39;")
            .replace("\"", "&#34;"));
  }

  Object number(String name, Object value, Arguments a) {
    budget.read(value instanceof String digits ? digits.length() : 0);
    return switch (name) {
      case "abs" ->
          value instanceof Double real
              ? (Object) Math.abs(real)
              : Math.abs(Values.integer(value, name));
      case "float" -> {
        try {
          yield value instanceof String text
              ? Double.valueOf(text.strip())
              : (Object) Values.real(value);
        } catch (NumberFormatException | TemplateException e) {
          yield a.get(0, "default").orElse(0.0);
        }
      }
      case "int" -> {
        try {
          yield value instanceof String text
              ? (Object) integer(text.strip(), (int) a.integerOr(1, "base", 10))
              : (Object) (long) Values.real(value);
        } catch (NumberFormatException | TemplateException e) {
          yield a.get(0, "default").orElse(0L);
        }
      }
      default -> {
        double factor = Math.pow(10, Math.clamp(a.integerOr(0, "precision", 0), -300, 300));
        double scaled = Values.real(value) * factor;
        double rounded =
            switch (a.textOr(1, "method", "common")) {
              case "ceil" -> Math.ceil(scaled);
              case "floor" -> Math.floor(scaled);
              default -> Math.rint(scaled);
            };
        yield rounded / factor;
      }
    };
  }

  private static long integer(String text, int base) {
    try {
      return Long.parseLong(text.replace("_", ""), base);
    } catch (NumberFormatException e) {
      return (long) Double.parseDouble(text);
    }
  }

  private String taken(String result) {
    budget.take(result.length());
    return result;
  }
}
