package org.gta4j.template;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Python's view of values: texts, {@link Long} and {@link Double} numbers, truth values, {@link
 * None}, lists and maps; nothing else gets into a template.
 */
final class Values {
  private static final int MOST_NESTING = 100;

  private Values() {}

  /** A value from outside, as templates know it. */
  static Object of(@Nullable Object value) {
    return of(value, 0);
  }

  private static Object of(@Nullable Object value, int nesting) {
    if (nesting > MOST_NESTING) {
      throw new TemplateException("variables nest more than %d deep".formatted(MOST_NESTING));
    }
    return switch (value) {
      case null -> None.NONE;
      case String text -> text;
      case Boolean flag -> flag;
      case Double number -> number;
      case Float number -> (double) number;
      case Long number -> number;
      case Number number when number.doubleValue() == number.longValue() -> number.longValue();
      case Number number -> number.doubleValue();
      case List<?> list -> {
        List<Object> copy = new ArrayList<>(list.size());
        for (Object item : list) {
          copy.add(of(item, nesting + 1));
        }
        yield copy;
      }
      case Map<?, ?> map -> {
        Map<Object, Object> copy = new LinkedHashMap<>();
        map.forEach((key, item) -> copy.put(String.valueOf(key), of(item, nesting + 1)));
        yield copy;
      }
      case None none -> none;
      case java.util.Optional<?> optional ->
          optional.isPresent() ? of(optional.get(), nesting) : None.NONE;
      default ->
          throw new IllegalArgumentException(
              "expected texts, numbers, lists and maps, found " + value.getClass().getName());
    };
  }

  /** Characters and items in a value from outside. */
  static long size(@Nullable Object value) {
    return switch (value) {
      case null -> 1;
      case String text -> text.length();
      case List<?> list -> list.stream().mapToLong(item -> 1 + size(item)).sum();
      case Map<?, ?> map ->
          map.entrySet().stream().mapToLong(e -> 1 + size(e.getKey()) + size(e.getValue())).sum();
      default -> 1;
    };
  }

  /** What people call a value. */
  static String kind(Object value) {
    return switch (value) {
      case String text -> "the text " + (text.length() > 40 ? text.substring(0, 40) + "..." : text);
      case Boolean flag -> flag ? "true" : "false";
      case Long number -> number.toString();
      case Double number -> number.toString();
      case None none -> "none";
      case Undefined undefined -> undefined.what() + ", which is not defined";
      case List<?> list -> "a list of %d".formatted(list.size());
      case Map<?, ?> map -> "a map of %d".formatted(map.size());
      default -> "a function";
    };
  }

  static boolean isTrue(Object value) {
    return switch (value) {
      case Boolean flag -> flag;
      case String text -> !text.isEmpty();
      case Long number -> number != 0;
      case Double number -> number != 0;
      case None none -> false;
      case Undefined undefined -> false;
      case List<?> list -> !list.isEmpty();
      case Map<?, ?> map -> !map.isEmpty();
      default -> true;
    };
  }

  static boolean isNumber(Object value) {
    return value instanceof Long || value instanceof Double || value instanceof Boolean;
  }

  /** A number as a double. */
  static double real(Object value) {
    return switch (value) {
      case Long number -> number;
      case Double number -> number;
      case Boolean flag -> flag ? 1 : 0;
      default -> throw new TemplateException("expected a number, found " + kind(value));
    };
  }

  /** An integer. */
  static long integer(Object value, String where) {
    return switch (value) {
      case Long number -> number;
      case Boolean flag -> flag ? 1 : 0;
      default ->
          throw new TemplateException(
              "%s: expected an integer, found %s".formatted(where, kind(value)));
    };
  }

  /** Lists may hold one another many times over, so that each step counts. */
  static boolean isEqual(Object left, Object right, Budget budget) {
    if (isNumber(left) && isNumber(right)) {
      boolean isReal = left instanceof Double || right instanceof Double;
      return isReal ? real(left) == real(right) : integer(left, "") == integer(right, "");
    }
    if (left instanceof List<?> a && right instanceof List<?> b) {
      boolean equal = a.size() == b.size() && left instanceof Tuple == right instanceof Tuple;
      budget.enter();
      for (int i = 0; i < a.size() && equal; i++) {
        equal = isEqual(a.get(i), b.get(i), budget);
      }
      budget.leave();
      return equal;
    }
    if (left instanceof Map<?, ?> a && right instanceof Map<?, ?> b) {
      boolean equal = a.size() == b.size();
      budget.enter();
      for (Map.Entry<?, ?> entry : a.entrySet()) {
        Object other = b.get(entry.getKey());
        equal = equal && other != null && isEqual(entry.getValue(), other, budget);
      }
      budget.leave();
      return equal;
    }
    if (left instanceof Undefined) {
      return right instanceof Undefined;
    }
    return left.equals(right);
  }

  /** Which of two comes first; numbers, texts and lists have an order. */
  static int compare(Object left, Object right, Budget budget) {
    budget.step();
    if (isNumber(left) && isNumber(right)) {
      boolean isReal = left instanceof Double || right instanceof Double;
      return isReal
          ? Double.compare(real(left), real(right))
          : Long.compare(integer(left, ""), integer(right, ""));
    }
    if (left instanceof String a && right instanceof String b) {
      budget.read(a.length());
      return compareByCharacters(a, b);
    }
    if (left instanceof List<?> a && right instanceof List<?> b) {
      for (int i = 0; i < Math.min(a.size(), b.size()); i++) {
        if (!isEqual(a.get(i), b.get(i), budget)) {
          budget.enter();
          int order = compare(a.get(i), b.get(i), budget);
          budget.leave();
          return order;
        }
      }
      return Integer.compare(a.size(), b.size());
    }
    throw new TemplateException(
        "expected two numbers or two texts to compare, found %s and %s"
            .formatted(kind(left), kind(right)));
  }

  /** By code points, as Python does, not by UTF-16. */
  private static int compareByCharacters(String a, String b) {
    for (int i = 0; i < Math.min(a.length(), b.length()); i++) {
      char x = a.charAt(i);
      char y = b.charAt(i);
      if (x != y) {
        boolean surrogates = Character.isSurrogate(x) || Character.isSurrogate(y);
        return surrogates ? Integer.compare(a.codePointAt(i), b.codePointAt(i)) : x - y;
      }
    }
    return Integer.compare(a.length(), b.length());
  }

  /** What a loop goes through. */
  static List<Object> items(Object value, Budget budget) {
    return switch (value) {
      case List<?> list -> {
        budget.read(list.size());
        yield List.copyOf(list);
      }
      case Map<?, ?> map -> {
        budget.take(map.size());
        yield new ArrayList<>(map.keySet());
      }
      case String text -> {
        budget.take(2L * text.length());
        yield text.codePoints().mapToObj(Character::toString).map(Object.class::cast).toList();
      }
      case Undefined undefined -> List.of();
      default -> throw new TemplateException("expected a list, found " + kind(value));
    };
  }

  /** A key of a map: values that are equal must be one key. */
  static Object key(Object value) {
    return switch (value) {
      case Boolean flag -> flag ? 1L : 0L;
      case Double number when number == Math.rint(number) && Math.abs(number) < 1L << 53 ->
          number.longValue();
      case List<?> list -> throw new TemplateException("a list cannot be a key");
      case Map<?, ?> map -> throw new TemplateException("a map cannot be a key");
      default -> value;
    };
  }
}
