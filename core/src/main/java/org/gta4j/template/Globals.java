package org.gta4j.template;

import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.LongStream;

/** The functions that every template has. */
final class Globals {
  /** As Python's sandbox has it. */
  private static final long LONGEST_RANGE = 100_000;

  private Globals() {}

  static Map<String, Object> functions(Budget budget, Supplier<ZonedDateTime> now) {
    return Map.of(
        "range", function(a -> range(a, budget)),
        "namespace", function(Globals::namespace),
        "dict", function(Globals::dictionary),
        "raise_exception",
            function(a -> {
              throw new TemplateException(Writer.text(a.required(0, "message"), budget), true);
            }),
        "strftime_now", function(a -> time(a.text(0, "format"), now.get())));
  }

  private static Callable function(Callable function) {
    return function;
  }

  private static List<Object> range(Arguments a, Budget budget) {
    long first = Values.integer(a.required(0, "stop"), "range");
    boolean one = a.positional().size() == 1;
    long begin = one ? 0 : first;
    long end = one ? first : a.integerOr(1, "stop", 0);
    long step = a.integerOr(2, "step", 1);
    if (step == 0) {
      throw new TemplateException("range: the step is zero");
    }
    double count = Math.ceil(((double) end - begin) / step);
    if (count > LONGEST_RANGE) {
      throw new TemplateException("range: expected at most %d numbers".formatted(LONGEST_RANGE));
    }
    budget.take((long) Math.max(0, count));
    return LongStream.range(0, (long) Math.max(0, count))
        .mapToObj(i -> (Object) (begin + i * step))
        .toList();
  }

  private static Namespace namespace(Arguments a) {
    LinkedHashMap<String, Object> values = new LinkedHashMap<>();
    dictionary(a).forEach((key, value) -> values.put(String.valueOf(key), value));
    return new Namespace(values);
  }

  private static Map<Object, Object> dictionary(Arguments a) {
    Map<Object, Object> result = new LinkedHashMap<>();
    if (!a.positional().isEmpty()) {
      if (!(a.positional().getFirst() instanceof Map<?, ?> map)) {
        throw new TemplateException(
            "%s: expected a map, found %s"
                .formatted(a.called(), Values.kind(a.positional().getFirst())));
      }
      result.putAll(map);
    }
    result.putAll(a.keywords());
    return result;
  }

  /** Python's {@code strftime} in English. */
  private static String time(String format, ZonedDateTime now) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < format.length(); i++) {
      char c = format.charAt(i);
      if (c != '%' || i + 1 == format.length()) {
        text.append(c);
        continue;
      }
      char kind = format.charAt(++i);
      String pattern =
          switch (kind) {
            case 'd' -> "dd";
            case 'm' -> "MM";
            case 'Y' -> "uuuu";
            case 'y' -> "uu";
            case 'B' -> "MMMM";
            case 'b', 'h' -> "MMM";
            case 'A' -> "EEEE";
            case 'a' -> "EEE";
            case 'H' -> "HH";
            case 'I' -> "hh";
            case 'M' -> "mm";
            case 'S' -> "ss";
            case 'f' -> "SSSSSS";
            case 'p' -> "a";
            case 'j' -> "DDD";
            case 'Z' -> "zzz";
            case 'z' -> "xx";
            case 'F' -> "uuuu-MM-dd";
            case 'T' -> "HH:mm:ss";
            default -> "";
          };
      if (pattern.isEmpty()) {
        text.append(kind == '%' ? "%" : "%" + kind);
      } else {
        text.append(DateTimeFormatter.ofPattern(pattern, Locale.US).format(now));
      }
    }
    return text.toString();
  }
}
