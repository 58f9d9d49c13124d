package org.gta4j.grammar;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import org.gta4j.grammar.Assertions.Members;
import org.gta4j.grammar.Grammar.Edge;
import org.gta4j.grammar.Grammar.Graph;

/**
 * Writes the grammar of an object: its properties in the schema's order, those that are not
 * required perhaps left out, and behind them others, where the schema speaks of such.
 */
final class ObjectWriter {
  private static final int MAX_PLACES = 20_000;

  private final SchemaWriter writer;
  private final Assertions assertions;
  private final Members members;
  private final List<Edge> edges = new ArrayList<>();
  private final List<Grammar> properties = new ArrayList<>();
  private final List<Boolean> required = new ArrayList<>();
  private final boolean open;

  /** Up to which number properties are counted, where they are. */
  private int counted;

  private int least;
  private int lastRequired = -1;
  private boolean bounded;

  ObjectWriter(SchemaWriter writer, Assertions assertions) {
    this.writer = writer;
    this.assertions = assertions;
    members = assertions.members();
    open = members.isOpen();
  }

  Grammar write() {
    Set<String> names = members.names();
    Set<String> needed = new HashSet<>(members.required());
    for (String name : names) {
      boolean isNever = members.schemas(name).stream().anyMatch(Assertions::isNever);
      boolean isRequired = needed.contains(name);
      if (isNever && isRequired) {
        return Grammar.choice();
      }
      if (!isNever) {
        required.add(isRequired);
        lastRequired = isRequired ? required.size() - 1 : lastRequired;
        properties.add(
            Grammar.sequence(
                JsonText.string(name), JsonText.COLON, writer.value(members.schemas(name))));
      }
    }
    if (members.max().orElse(Integer.MAX_VALUE) < members.min()) {
      return Grammar.choice();
    }
    decideCounting();
    if (counted > 0) {
      properties.replaceAll(writer::shared);
    }
    return graph(names);
  }

  private void decideCounting() {
    int sure = members.required().size();
    least = members.min() <= sure ? 0 : members.min();
    if (open && least > sure + 1) {
      throw GrammarException.inSchema(
          assertions.pointer() + "/minProperties",
          "%d, and properties with any name, which may be written twice".formatted(least),
          "at most one more than are required, or additionalProperties: false");
    }
    OptionalInt max = members.max();
    bounded = max.isPresent() && (open || max.getAsInt() < properties.size());
    counted = bounded ? max.orElse(0) : Math.min(least, properties.size() + 1);
    long places = (counted + 1L) * (properties.size() + 1);
    if (places > MAX_PLACES) {
      throw GrammarException.inSchema(
          assertions.pointer(),
          "%d properties, counted up to %d".formatted(properties.size(), counted),
          "numbers whose product is at most " + MAX_PLACES);
    }
  }

  /**
   * Places: 0 before the object, 1 its end, 2 behind the bracket; then, for each number of
   * properties that are decided on, and each number of those written as far as it is counted, one
   * behind a property and one before the next.
   */
  private Grammar graph(Set<String> names) {
    int last = properties.size();
    edges.add(new Edge(0, JsonText.open("{"), 2));
    edges.add(new Edge(2, Grammar.literal(""), before(0, 0)));
    if (mayEnd(0, 0)) {
      edges.add(new Edge(2, Grammar.literal("}"), 1));
    }
    Grammar other = open ? other(names) : Grammar.choice();
    for (int count = 0; count <= counted; count++) {
      boolean isFull = bounded && count == counted;
      int more = Math.min(count + 1, counted);
      for (int i = 0; i < last; i++) {
        if (!isFull) {
          edges.add(new Edge(before(i, count), properties.get(i), behind(i + 1, more)));
        }
        if (!required.get(i)) {
          edges.add(new Edge(before(i, count), Grammar.literal(""), before(i + 1, count)));
        }
      }
      if (open && !isFull) {
        edges.add(new Edge(before(last, count), other, behind(last, more)));
      }
      for (int i = 0; i <= last; i++) {
        if (!isFull && (open || i < last)) {
          edges.add(new Edge(behind(i, count), JsonText.COMMA, before(i, count)));
        }
        if (mayEnd(i, count)) {
          edges.add(new Edge(behind(i, count), JsonText.close("}"), 1));
        }
      }
    }
    return new Graph(before(last, counted) + 1, edges, List.of(1));
  }

  private boolean mayEnd(int decided, int count) {
    return count >= Math.min(least, counted) && decided > lastRequired;
  }

  private int behind(int decided, int count) {
    return 3 + 2 * (count * (properties.size() + 1) + decided);
  }

  private int before(int decided, int count) {
    return behind(decided, count) + 1;
  }

  /** A property that no schema mentions: its name must not be one that a schema mentions. */
  private Grammar other(Set<String> names) {
    return writer.shared(
        Grammar.sequence(
            names.isEmpty() ? JsonGrammar.STRING : notAmong(names),
            JsonText.COLON,
            writer.value(members.additional())));
  }

  /**
   * A string that is none of some. As long as it might become one of them, its characters are
   * written as themselves; behind the first that differs it is any.
   */
  static Grammar notAmong(Set<String> names) {
    Map<String, Integer> places = new HashMap<>();
    Map<String, Map<Integer, String>> next = new LinkedHashMap<>();
    Set<String> whole = new HashSet<>(names);
    places.put("", 1);
    next.put("", new LinkedHashMap<>());
    for (String name : names) {
      for (int at = 0; at < name.length(); ) {
        int character = name.codePointAt(at);
        String prefix = name.substring(0, at);
        at += Character.charCount(character);
        String longer = name.substring(0, at);
        next.computeIfAbsent(prefix, p -> new LinkedHashMap<>()).put(character, longer);
        next.computeIfAbsent(longer, p -> new LinkedHashMap<>());
        places.putIfAbsent(longer, places.size() + 1);
      }
    }
    int end = places.size() + 1;
    int differs = end + 1;
    List<Edge> edges = new ArrayList<>();
    edges.add(new Edge(0, Grammar.literal("\""), 1));
    edges.add(new Edge(differs, JsonGrammar.REST, end));
    next.forEach((prefix, ways) -> {
      int from = places.getOrDefault(prefix, 1);
      CodePoints known = CodePoints.of("");
      for (Map.Entry<Integer, String> way : ways.entrySet()) {
        CodePoints character = CodePoints.of(way.getKey(), way.getKey());
        known = known.or(character);
        edges.add(
            new Edge(from, JsonText.encoded(character), places.getOrDefault(way.getValue(), 1)));
      }
      edges.add(new Edge(from, JsonText.encoded(known.not()), differs));
      if (!whole.contains(prefix)) {
        edges.add(new Edge(from, Grammar.literal("\""), end));
      }
    });
    return new Graph(differs + 1, edges, List.of(end));
  }
}
