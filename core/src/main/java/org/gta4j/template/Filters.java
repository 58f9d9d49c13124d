package org.gta4j.template;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.UnaryOperator;

/** What may stand behind {@code |}. */
final class Filters {
  private static final Set<String> KNOWN =
      Set.of(
          "abs",
          "attr",
          "batch",
          "capitalize",
          "center",
          "count",
          "d",
          "default",
          "dictsort",
          "e",
          "escape",
          "first",
          "float",
          "format",
          "indent",
          "int",
          "items",
          "join",
          "last",
          "length",
          "list",
          "lower",
          "map",
          "max",
          "min",
          "reject",
          "rejectattr",
          "replace",
          "reverse",
          "round",
          "safe",
          "select",
          "selectattr",
          "sort",
          "string",
          "sum",
          "title",
          "tojson",
          "trim",
          "truncate",
          "unique",
          "upper",
          "wordcount");

  private final Budget budget;
  private final Tests tests;
  private final TextFilters texts;
  private final BiFunction<Object, String, Object> attributes;

  /** Filters that find attributes with {@code attributes}. */
  Filters(Budget budget, Tests tests, BiFunction<Object, String, Object> attributes) {
    this.budget = budget;
    this.tests = tests;
    texts = new TextFilters(budget);
    this.attributes = attributes;
  }

  static boolean isKnown(String name) {
    return KNOWN.contains(name);
  }

  Object apply(String name, Object value, Arguments a) {
    budget.step();
    return switch (name) {
      case "default", "d" ->
          value instanceof Undefined || (a.flag(1, "boolean") && !Values.isTrue(value))
              ? a.get(0, "default_value").orElse("")
              : value;
      case "tojson" -> texts.json(value, a);
      case "string", "safe" -> text(value);
      case "upper" -> made(text(value).toUpperCase(Locale.ROOT));
      case "lower" -> made(text(value).toLowerCase(Locale.ROOT));
      case "capitalize" -> made(Text.capitalized(text(value)));
      case "title" -> made(TextFilters.titled(text(value)));
      case "trim" -> Text.strip(text(value), a.textOr(0, "chars", ""), true, true, budget);
      case "replace" ->
          TextParts.replace(
              text(value),
              text(a.required(0, "old")),
              text(a.required(1, "new")),
              a.integerOr(2, "count", -1),
              budget);
      case "format" ->
          TextFormat.percent(
              text(value),
              a.keywords().isEmpty() ? new Tuple(a.positional()) : a.keywords(),
              budget);
      case "center" ->
          new TextMethods(text(value), budget)
              .named("center")
              .orElseThrow()
              .call(Arguments.of(name, a.integerOr(0, "width", 80)));
      case "indent" -> texts.indented(text(value), a);
      case "truncate" -> texts.truncated(text(value), a);
      case "wordcount" -> (long) TextParts.words(text(value), -1, false, budget).size();
      case "e", "escape" -> texts.escaped(text(value));
      case "length", "count" -> length(value);
      case "abs", "int", "float", "round" -> texts.number(name, value, a);
      case "first", "last" -> end(value, name.equals("first"));
      case "list" -> copy(items(value));
      case "reverse" -> reversed(value);
      case "items" -> {
        if (value instanceof Map<?, ?> map) {
          yield new Methods(budget).ofMap(map, name).orElseThrow().call(a);
        }
        if (value instanceof Undefined) {
          yield List.of();
        }
        throw wrong(name, "a map", value);
      }
      case "dictsort" -> dictionarySorted(value, a);
      case "join" -> joined(value, a);
      case "map" -> mapped(value, a);
      case "select" -> selected(value, a, true, false);
      case "reject" -> selected(value, a, false, false);
      case "selectattr" -> selected(value, a, true, true);
      case "rejectattr" -> selected(value, a, false, true);
      case "unique" -> unique(value, a);
      case "sort" -> sorted(value, a);
      case "min", "max" -> extreme(value, a, name.equals("min"));
      case "sum" -> sum(value, a);
      case "attr" ->
          value instanceof Map
              ? new Undefined("'" + a.text(0, "name") + "'") // an item of a map is no attribute
              : attributes.apply(value, a.text(0, "name"));
      case "batch" -> batches(value, a);
      default -> throw new TemplateException("there is no filter " + name);
    };
  }

  private static TemplateException wrong(String filter, String expected, Object found) {
    return new TemplateException(
        "%s: expected %s, found %s".formatted(filter, expected, Values.kind(found)));
  }

  private String text(Object value) {
    return Writer.text(value, budget);
  }

  private String made(String result) {
    budget.take(result.length());
    return result;
  }

  private List<Object> items(Object value) {
    return Values.items(value, budget);
  }

  private List<Object> copy(List<Object> items) {
    budget.take(items.size());
    return new ArrayList<>(items);
  }

  private Object length(Object value) {
    return switch (value) {
      case String text -> {
        budget.read(text.length());
        yield (long) text.codePointCount(0, text.length());
      }
      case List<?> list -> (long) list.size();
      case Map<?, ?> map -> (long) map.size();
      case Undefined undefined -> 0L;
      default -> throw wrong("length", "a text, a list or a map", value);
    };
  }

  private Object end(Object value, boolean first) {
    List<Object> items = items(value);
    if (items.isEmpty()) {
      return new Undefined(first ? "the first of none" : "the last of none");
    }
    return first ? items.getFirst() : items.getLast();
  }

  private Object reversed(Object value) {
    if (value instanceof String text) {
      return made(new StringBuilder(text).reverse().toString());
    }
    List<Object> items = copy(items(value));
    Collections.reverse(items);
    return items;
  }

  private Object joined(Object value, Arguments a) {
    String separator = text(a.get(0, "d").orElse(""));
    UnaryOperator<Object> key = key(a.get(1, "attribute"), Optional.empty());
    StringBuilder result = new StringBuilder();
    List<Object> items = items(value);
    for (int i = 0; i < items.size(); i++) {
      String part = text(key.apply(items.get(i)));
      budget.take((long) part.length() + separator.length());
      result.append(i == 0 ? "" : separator).append(part);
    }
    return result.toString();
  }

  /** What an attribute's name, perhaps with dots, finds in an item; the item itself without one. */
  private UnaryOperator<Object> key(Optional<Object> attribute, Optional<Object> absent) {
    if (attribute.isEmpty() || attribute.get() == None.NONE) {
      return item -> item;
    }
    String path = text(attribute.get());
    return item -> {
      Object value = item;
      for (String name : path.split("\\.", -1)) {
        value = part(value, name);
        value = value instanceof Undefined ? absent.orElse(value) : value;
      }
      return value;
    };
  }

  private Object part(Object value, String name) {
    boolean number =
        !name.isEmpty() && name.length() < 9 && name.chars().allMatch(Character::isDigit);
    if (number && value instanceof List<?> list) {
      int index = Integer.parseInt(name);
      return index < list.size() ? list.get(index) : new Undefined("item " + name);
    }
    if (value instanceof Map<?, ?> map) {
      Object item = map.get(name);
      return item == null ? new Undefined("'" + name + "'") : item;
    }
    return attributes.apply(value, name);
  }

  private Object mapped(Object value, Arguments a) {
    List<Object> items = items(value);
    budget.take(items.size());
    List<Object> result = new ArrayList<>(items.size());
    Optional<Object> attribute = Optional.ofNullable(a.keywords().get("attribute"));
    if (attribute.isPresent()) {
      UnaryOperator<Object> key = key(attribute, Optional.ofNullable(a.keywords().get("default")));
      items.forEach(item -> result.add(key.apply(item)));
    } else {
      String filter = a.text(0, "filter");
      Arguments rest = a.after(1, filter);
      items.forEach(item -> result.add(apply(filter, item, rest)));
    }
    return result;
  }

  private Object selected(Object value, Arguments a, boolean wanted, boolean byAttribute) {
    int places = byAttribute ? 1 : 0;
    UnaryOperator<Object> key =
        byAttribute ? key(Optional.of(a.required(0, "attribute")), Optional.empty()) : item -> item;
    Optional<Object> test = a.get(places, "test");
    String name = test.map(this::text).orElse("");
    Arguments rest = a.after(places + 1, name);
    List<Object> result = new ArrayList<>();
    for (Object item : items(value)) {
      Object tested = key.apply(item);
      budget.step();
      boolean holds = test.isEmpty() ? Values.isTrue(tested) : tests.test(name, tested, rest);
      if (holds == wanted) {
        result.add(item);
      }
    }
    budget.take(result.size());
    return result;
  }

  private UnaryOperator<Object> caseKey(boolean sensitive, UnaryOperator<Object> key) {
    return item -> {
      Object value = key.apply(item);
      return !sensitive && value instanceof String text
          ? made(text.toLowerCase(Locale.ROOT))
          : value;
    };
  }

  private Object unique(Object value, Arguments a) {
    UnaryOperator<Object> key =
        caseKey(a.flag(0, "case_sensitive"), key(a.get(1, "attribute"), Optional.empty()));
    Set<Object> seen = new HashSet<>();
    List<Object> result = new ArrayList<>();
    for (Object item : items(value)) {
      budget.take(1);
      if (seen.add(Values.key(key.apply(item)))) {
        result.add(item);
      }
    }
    return result;
  }

  private List<Object> sorted(Object value, Arguments a) {
    UnaryOperator<Object> key =
        caseKey(a.flag(1, "case_sensitive"), key(a.get(2, "attribute"), Optional.empty()));
    List<Object> result = copy(items(value));
    Comparator<Object> order = (x, y) -> compare(key.apply(x), key.apply(y));
    result.sort(a.flag(0, "reverse") ? order.reversed() : order);
    return result;
  }

  private int compare(Object left, Object right) {
    return Values.compare(left, right, budget);
  }

  private Object extreme(Object value, Arguments a, boolean least) {
    UnaryOperator<Object> key =
        caseKey(a.flag(0, "case_sensitive"), key(a.get(1, "attribute"), Optional.empty()));
    Comparator<Object> order = (x, y) -> compare(key.apply(x), key.apply(y));
    Optional<Object> found =
        items(value).stream()
            .reduce((x, y) -> {
              int compared = order.compare(y, x);
              return (least ? compared < 0 : compared > 0) ? y : x;
            });
    return found.orElse(new Undefined("the " + (least ? "least" : "greatest") + " of none"));
  }

  private Object sum(Object value, Arguments a) {
    UnaryOperator<Object> key = key(a.get(0, "attribute"), Optional.empty());
    Operators operators = new Operators(budget);
    Object sum = a.get(1, "start").orElse(0L);
    for (Object item : items(value)) {
      sum = operators.binary("+", sum, key.apply(item));
    }
    return sum;
  }

  private Object dictionarySorted(Object value, Arguments a) {
    if (!(value instanceof Map<?, ?> map)) {
      throw wrong("dictsort", "a map", value);
    }
    int place = a.textOr(1, "by", "key").equals("value") ? 1 : 0;
    UnaryOperator<Object> key =
        caseKey(a.flag(0, "case_sensitive"), pair -> ((Tuple) pair).get(place));
    List<Object> pairs = new ArrayList<>();
    budget.take(3L * map.size());
    new LinkedHashMap<>(map).forEach((k, v) -> pairs.add(Tuple.of(k, v)));
    Comparator<Object> order = (x, y) -> compare(key.apply(x), key.apply(y));
    pairs.sort(a.flag(2, "reverse") ? order.reversed() : order);
    return pairs;
  }

  private Object batches(Object value, Arguments a) {
    int size = Math.clamp(a.integerOr(0, "linecount", 1), 1, Integer.MAX_VALUE);
    List<Object> items = items(value);
    budget.take(2L * items.size());
    List<Object> result = new ArrayList<>();
    for (int at = 0; at < items.size(); at += size) {
      List<Object> batch =
          new ArrayList<>(items.subList(at, (int) Math.min(items.size(), (long) at + size)));
      Optional<Object> fill = a.get(1, "fill_with").filter(f -> f != None.NONE);
      if (fill.isPresent() && batch.size() < size) {
        budget.take(size);
        while (batch.size() < size) {
          batch.add(fill.get());
        }
      }
      result.add(batch);
      if (size > items.size()) {
        break;
      }
    }
    return result;
  }
}
