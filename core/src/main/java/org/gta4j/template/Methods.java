package org.gta4j.template;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The methods that Python's texts, lists and maps have and that change nothing. */
final class Methods {
  private final Budget budget;

  Methods(Budget budget) {
    this.budget = budget;
  }

  Optional<Callable> ofMap(Map<?, ?> map, String name) {
    return Optional.ofNullable(
        switch (name) {
          case "items" ->
              arguments -> {
                budget.take(3L * map.size());
                List<Object> items = new ArrayList<>(map.size());
                map.forEach((key, value) -> items.add(Tuple.of(key, value)));
                return items;
              };
          case "keys" -> arguments -> copy(map.keySet().stream().toList());
          case "values" -> arguments -> copy(map.values().stream().toList());
          case "copy" -> arguments -> new LinkedHashMap<Object, Object>(map);
          case "get" ->
              arguments -> {
                Object value = map.get(Values.key(arguments.required(0, "key")));
                return value != null ? value : arguments.get(1, "default").orElse(None.NONE);
              };
          case "update", "pop", "popitem", "clear", "setdefault" -> refused("a map", name);
          default -> null;
        });
  }

  private List<Object> copy(List<?> list) {
    budget.take(list.size());
    return new ArrayList<>(list);
  }

  Optional<Callable> ofList(List<?> list, String name) {
    return Optional.ofNullable(
        switch (name) {
          case "copy" -> arguments -> copy(list);
          case "count" ->
              arguments ->
                  list.stream()
                      .filter(item -> Values.isEqual(item, arguments.required(0, "value"), budget))
                      .count();
          case "index" ->
              arguments -> {
                for (int i = 0; i < list.size(); i++) {
                  if (Values.isEqual(list.get(i), arguments.required(0, "value"), budget)) {
                    return (long) i;
                  }
                }
                throw new TemplateException("index: the value is not in the list");
              };
          case "append", "extend", "insert", "pop", "remove", "clear", "sort", "reverse" ->
              refused("a list", name);
          default -> null;
        });
  }

  /** Templates are not allowed to change what they are given, as with Hugging Face. */
  private static Callable refused(String what, String name) {
    return arguments -> {
      throw new TemplateException("%s: a template must not change %s".formatted(name, what));
    };
  }

  Optional<Callable> ofText(String text, String name) {
    return new TextMethods(text, budget).named(name);
  }
}
