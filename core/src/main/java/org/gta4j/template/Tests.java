package org.gta4j.template;

import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What may stand behind {@code is}. */
final class Tests {
  private final Budget budget;
  private final Operators operators;

  Tests(Budget budget, Operators operators) {
    this.budget = budget;
    this.operators = operators;
  }

  boolean test(String name, Object value, Arguments arguments) {
    return switch (name) {
      case "defined" -> !(value instanceof Undefined);
      case "undefined" -> value instanceof Undefined;
      case "none" -> value == None.NONE;
      case "string" -> value instanceof String;
      case "number" -> Values.isNumber(value);
      case "integer" -> value instanceof Long;
      case "float" -> value instanceof Double;
      case "boolean" -> value instanceof Boolean;
      case "true" -> Boolean.TRUE.equals(value);
      case "false" -> Boolean.FALSE.equals(value);
      case "mapping" -> value instanceof Map;
      case "sequence" ->
          value instanceof List
              || value instanceof String
              || value instanceof Map
              || value instanceof Undefined;
      case "iterable" ->
          value instanceof List
              || value instanceof String
              || value instanceof Map
              || value instanceof Undefined;
      case "callable" -> value instanceof Callable;
      case "odd" -> Math.floorMod(Values.integer(value, "odd"), 2L) == 1;
      case "even" -> Math.floorMod(Values.integer(value, "even"), 2L) == 0;
      case "divisibleby" -> operators.binary("%", value, arguments.required(0, "num")).equals(0L);
      case "lower" -> isCased(text(value, name), true, budget);
      case "upper" -> isCased(text(value, name), false, budget);
      case "sameas" -> isSame(value, arguments.required(0, "other"));
      case "in" -> operators.contains(arguments.required(0, "seq"), value);
      case "filter" -> Filters.isKnown(text(value, name));
      case "escaped" -> false;
      case "==", "eq", "equalto" -> compare("==", value, arguments);
      case "!=", "ne" -> compare("!=", value, arguments);
      case ">", "gt", "greaterthan" -> compare(">", value, arguments);
      case ">=", "ge" -> compare(">=", value, arguments);
      case "<", "lt", "lessthan" -> compare("<", value, arguments);
      case "<=", "le" -> compare("<=", value, arguments);
      default -> throw new TemplateException("there is no test " + name);
    };
  }

  /** Lists and maps are the same only as one object, which is what is asked here. */
  @SuppressWarnings("ReferenceEquality")
  private static boolean isSame(Object value, Object other) {
    return value == other
        || (!(value instanceof List || value instanceof Map) && value.equals(other));
  }

  private boolean compare(String operator, Object value, Arguments arguments) {
    return operators.compare(operator, value, arguments.required(0, "other"));
  }

  private static String text(Object value, String name) {
    if (value instanceof String text) {
      return text;
    }
    throw new TemplateException(
        "%s: expected a text, found %s".formatted(name, Values.kind(value)));
  }

  /** As Python has it: all letters with a case have this one, and there is one. */
  static boolean isCased(String text, boolean lower, Budget budget) {
    budget.read(text.length());
    String other = lower ? text.toUpperCase(Locale.ROOT) : text.toLowerCase(Locale.ROOT);
    String same = lower ? text.toLowerCase(Locale.ROOT) : text.toUpperCase(Locale.ROOT);
    return text.equals(same) && !text.equals(other);
  }
}
