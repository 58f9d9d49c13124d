package org.gta4j.template;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Python's operators. */
final class Operators {
  private final Budget budget;

  Operators(Budget budget) {
    this.budget = budget;
  }

  Object unary(String operator, Object value) {
    if (operator.equals("not")) {
      return !Values.isTrue(value);
    }
    if (!Values.isNumber(value)) {
      throw wrong(operator, value);
    }
    if (value instanceof Double number) {
      return operator.equals("-") ? -number : number;
    }
    long number = Values.integer(value, operator);
    return operator.equals("-") ? exact(() -> Math.negateExact(number)) : number;
  }

  private static TemplateException wrong(String operator, Object value) {
    return value instanceof Undefined undefined
        ? undefined.mistake()
        : new TemplateException(
            "'%s': expected a number, found %s".formatted(operator, Values.kind(value)));
  }

  Object binary(String operator, Object left, Object right) {
    if (operator.equals("~")) {
      return joined(Writer.text(left, budget), Writer.text(right, budget));
    }
    if (left instanceof Undefined undefined) {
      throw undefined.mistake();
    }
    if (right instanceof Undefined undefined && !operator.equals("%")) {
      throw undefined.mistake();
    }
    if (operator.equals("%") && left instanceof String format) {
      return TextFormat.percent(format, right, budget);
    }
    if (Values.isNumber(left) && Values.isNumber(right)) {
      return left instanceof Double || right instanceof Double || operator.equals("/")
          ? (Object) real(operator, Values.real(left), Values.real(right))
          : integer(operator, Values.integer(left, operator), Values.integer(right, operator));
    }
    if (operator.equals("+")) {
      if (left instanceof String a && right instanceof String b) {
        return joined(a, b);
      }
      if (left instanceof List<?> a
          && right instanceof List<?> b
          && left instanceof Tuple == right instanceof Tuple) {
        budget.take((long) a.size() + b.size());
        List<Object> both = new ArrayList<>(a);
        both.addAll(b);
        return left instanceof Tuple ? new Tuple(both) : both;
      }
    }
    if (operator.equals("*")) {
      if (left instanceof Long || left instanceof Boolean) {
        return repeated(right, left);
      }
      return repeated(left, right);
    }
    throw new TemplateException(
        "'%s': expected two numbers or two texts, found %s and %s"
            .formatted(operator, Values.kind(left), Values.kind(right)));
  }

  private String joined(String left, String right) {
    budget.take((long) left.length() + right.length());
    return left + right;
  }

  private Object repeated(Object value, Object times) {
    // nothing repeated counts as one: an empty text repeated for ever takes time as well
    long count = Math.max(0, Values.integer(times, "'*'"));
    if (value instanceof String text) {
      budget.take(Math.max(1, text.length()), count, 0);
      return text.repeat((int) count);
    }
    if (value instanceof List<?> list) {
      budget.take(Math.max(1, list.size()), count, 0);
      List<Object> result = new ArrayList<>();
      for (long i = 0; i < count; i++) {
        result.addAll(list);
      }
      return value instanceof Tuple ? new Tuple(result) : result;
    }
    throw wrong("*", value);
  }

  private static double real(String operator, double a, double b) {
    if (b == 0 && (operator.equals("/") || operator.equals("//") || operator.equals("%"))) {
      throw new TemplateException("'%s': division by zero".formatted(operator));
    }
    return switch (operator) {
      case "+" -> a + b;
      case "-" -> a - b;
      case "*" -> a * b;
      case "/" -> a / b;
      case "//" -> Math.floor(a / b);
      case "%" -> a - b * Math.floor(a / b);
      default -> Math.pow(a, b);
    };
  }

  private static Object integer(String operator, long a, long b) {
    if (b == 0 && (operator.equals("//") || operator.equals("%"))) {
      throw new TemplateException("'%s': division by zero".formatted(operator));
    }
    return exact(() ->
        switch (operator) {
          case "+" -> Math.addExact(a, b);
          case "-" -> Math.subtractExact(a, b);
          case "*" -> Math.multiplyExact(a, b);
          case "//" -> Math.floorDiv(a, b);
          case "%" -> Math.floorMod(a, b);
          default -> b < 0 ? (Object) Math.pow((double) a, (double) b) : power(a, b);
        });
  }

  private static long power(long base, long exponent) {
    if (base == 0 || base == 1 || base == -1) {
      return exponent == 0 || base == 1 ? 1 : base == 0 ? 0 : exponent % 2 == 0 ? 1 : -1;
    }
    long result = 1;
    for (long i = 0; i < exponent; i++) {
      result = Math.multiplyExact(result, base); // ends by itself: 2 to the 63rd is too large
    }
    return result;
  }

  private static Object exact(java.util.function.Supplier<Object> operation) {
    try {
      return operation.get();
    } catch (ArithmeticException e) {
      throw new TemplateException("an integer becomes larger than 2^63");
    }
  }

  boolean compare(String operator, Object left, Object right) {
    return switch (operator) {
      case "==" -> Values.isEqual(left, right, budget);
      case "!=" -> !Values.isEqual(left, right, budget);
      case "in" -> contains(right, left);
      case "not in" -> !contains(right, left);
      default -> {
        if (left instanceof Undefined undefined) {
          throw undefined.mistake();
        }
        if (right instanceof Undefined undefined) {
          throw undefined.mistake();
        }
        int order = Values.compare(left, right, budget);
        yield switch (operator) {
          case "<" -> order < 0;
          case "<=" -> order <= 0;
          case ">" -> order > 0;
          default -> order >= 0;
        };
      }
    };
  }

  /** Whether a text has a part, a list an item, a map a key. */
  boolean contains(Object container, Object value) {
    return switch (container) {
      case String text -> {
        if (!(value instanceof String part)) {
          throw new TemplateException(
              "'in': expected a text to look for in a text, found " + Values.kind(value));
        }
        budget.search(text, part);
        yield text.contains(part);
      }
      case Map<?, ?> map -> map.containsKey(Values.key(value));
      case List<?> list -> {
        budget.step();
        yield list.stream().anyMatch(item -> Values.isEqual(item, value, budget));
      }
      case Undefined undefined -> false;
      default ->
          throw new TemplateException(
              "'in': expected a text, a list or a map, found " + Values.kind(container));
    };
  }

  /** {@code value[begin:end:step]}; an empty bound is {@link None}. */
  Object slice(Object value, Object begin, Object end, Object step) {
    if (value instanceof Undefined undefined) {
      throw undefined.mistake();
    }
    List<Object> items = value instanceof Map<?, ?> ? List.of() : Values.items(value, budget);
    if (value instanceof Map<?, ?>) {
      throw new TemplateException("expected a text or a list to take a part of, found a map");
    }
    long by = step == None.NONE ? 1 : Values.integer(step, "step of a slice");
    if (by == 0) {
      throw new TemplateException("the step of a slice is zero");
    }
    int size = items.size();
    long low = by > 0 ? 0 : -1;
    long high = by > 0 ? size : size - 1L;
    long from = begin == None.NONE ? (by > 0 ? low : high) : bound(begin, size, low, high);
    long to = end == None.NONE ? (by > 0 ? high : low) : bound(end, size, low, high);
    budget.take(Math.abs(to - from) / Math.abs(by));
    List<Object> part = new ArrayList<>();
    for (long i = from; by > 0 ? i < to : i > to; i += by) {
      part.add(items.get((int) i));
      if (Math.abs(by) > size) {
        break;
      }
    }
    if (value instanceof String) {
      StringBuilder text = new StringBuilder();
      part.forEach(text::append);
      return text.toString();
    }
    return value instanceof Tuple ? new Tuple(part) : part;
  }

  private static long bound(Object value, int size, long low, long high) {
    long at = Values.integer(value, "bound of a slice");
    return Math.clamp(at < 0 ? at + size : at, low, high);
  }
}
