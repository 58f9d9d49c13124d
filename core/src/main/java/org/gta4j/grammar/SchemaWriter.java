package org.gta4j.grammar;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.gta4j.grammar.Assertions.Items;
import org.gta4j.grammar.Assertions.Located;
import org.gta4j.grammar.Assertions.Members;
import org.gta4j.grammar.Assertions.Numbers;
import org.gta4j.grammar.Assertions.Other;
import org.gta4j.grammar.Assertions.Strings;
import tools.jackson.databind.JsonNode;

/**
 * Writes the grammar of a schema. Objects and arrays become rules with names, so that what refers
 * to itself ends; each set of schemas that are about the same value is written once.
 */
final class SchemaWriter {
  private static final int MAX_RULES = 5_000;

  /** Of all numbers with bounds and strings with conditions. */
  private static final int MAX_EDGES = 500_000;

  private record Task(String name, List<Assertions> alternatives) {}

  private final SchemaReader reader;
  private final Exclusion exclusion;
  private final Map<String, Grammar> rules = new HashMap<>(JsonGrammar.RULES);
  private final Map<List<String>, Grammar> written = new HashMap<>();
  private final ArrayDeque<Task> tasks = new ArrayDeque<>();
  private int names;
  private long edges;

  SchemaWriter(SchemaReader reader) {
    this.reader = reader;
    exclusion = new Exclusion(reader);
  }

  /** The grammar of the whole document. */
  Grammar write() {
    Grammar root = value(List.of(reader.root()));
    while (!tasks.isEmpty()) {
      Task task = tasks.remove();
      rules.put(task.name(), choice(task.alternatives()));
    }
    return Grammar.rules(root, rules);
  }

  /** A value that several schemas are about. */
  Grammar value(List<Located> schemas) {
    Map<String, Located> places = new TreeMap<>();
    for (Located schema : schemas) {
      Located place = reader.place(schema);
      places.put(place.pointer(), place);
    }
    List<String> key = List.copyOf(places.keySet());
    Grammar known = written.get(key);
    if (known == null) {
      List<Assertions> alternatives = reader.alternatives(List.copyOf(places.values()));
      if (alternatives.stream().allMatch(SchemaWriter::isPlain)) {
        known = choice(alternatives);
      } else {
        String name = newName();
        known = Grammar.rule(name);
        tasks.add(new Task(name, alternatives));
      }
      written.put(key, known);
    }
    return known;
  }

  /** A grammar that is used several times. */
  Grammar shared(Grammar grammar) {
    if (grammar instanceof Grammar.Reference) {
      return grammar;
    }
    String name = newName();
    rules.put(name, grammar);
    return Grammar.rule(name);
  }

  private String newName() {
    if (++names > MAX_RULES) {
      throw GrammarException.inSchema(
          "", "too many different objects and lists", "at most %d".formatted(MAX_RULES));
    }
    return "schema " + names;
  }

  private static boolean isPlain(Assertions assertions) {
    if (assertions.values().isPresent()) {
      return true;
    }
    boolean hasMembers =
        isAmong(JsonType.OBJECT, assertions) && !assertions.members().equals(Members.ANY);
    boolean hasItems = isAmong(JsonType.ARRAY, assertions) && !assertions.items().equals(Items.ANY);
    return !hasMembers && !hasItems;
  }

  private static boolean isAmong(JsonType type, Assertions assertions) {
    return assertions.writtenTypes().contains(type);
  }

  private Grammar choice(List<Assertions> alternatives) {
    List<Grammar> ways = new ArrayList<>();
    alternatives.forEach(one -> ways.add(alternative(one)));
    return ways.size() == 1 ? ways.getFirst() : new Grammar.Choice(ways);
  }

  private Grammar alternative(Assertions assertions) {
    for (Other other : assertions.others()) {
      if (!exclusion.excludes(assertions, other.assertions())) {
        throw GrammarException.inSchema(
            other.pointer(),
            "%s and %s may be valid at the same time"
                .formatted(
                    assertions.pointer().startsWith(other.pointer() + "/")
                        ? assertions.pointer()
                        : "another alternative",
                    other.assertions().pointer()),
            "alternatives that differ in their type, in the constants of a required property, or in"
                + " what they require and forbid; or anyOf");
      }
    }
    if (assertions.values().isPresent()) {
      return constants(assertions, assertions.values().get());
    }
    if (assertions.equals(Assertions.any(assertions.pointer()).withOthers(assertions.others()))) {
      return JsonGrammar.VALUE;
    }
    List<Grammar> ways = new ArrayList<>();
    for (JsonType type : assertions.writtenTypes()) {
      ways.add(ofType(type, assertions));
    }
    return ways.size() == 1 ? ways.getFirst() : new Grammar.Choice(ways);
  }

  private static Grammar constants(Assertions assertions, List<JsonNode> values) {
    List<Grammar> ways = new ArrayList<>();
    for (JsonNode value : values) {
      if (!assertions.allow(value)) {
        continue;
      }
      if ((value.isObject() && !assertions.members().equals(Members.ANY))
          || (value.isArray() && !assertions.items().equals(Items.ANY))) {
        throw GrammarException.inSchema(
            assertions.pointer(),
            "values are listed, and something else is asked of them: " + value,
            "one of the two for objects and arrays");
      }
      ways.add(JsonText.constant(value));
    }
    return new Grammar.Choice(ways);
  }

  private Grammar ofType(JsonType type, Assertions assertions) {
    return switch (type) {
      case NULL -> Grammar.literal("null");
      case BOOLEAN -> Grammar.choice(Grammar.literal("true"), Grammar.literal("false"));
      case INTEGER, FRACTION -> number(type == JsonType.INTEGER, assertions);
      case STRING -> string(assertions);
      case ARRAY ->
          assertions.items().equals(Items.ANY)
              ? JsonGrammar.ARRAY
              : new ArrayWriter(this, assertions).write();
      case OBJECT ->
          assertions.members().equals(Members.ANY)
              ? JsonGrammar.OBJECT
              : new ObjectWriter(this, assertions).write();
    };
  }

  private Grammar number(boolean whole, Assertions assertions) {
    if (whole && isAmong(JsonType.FRACTION, assertions)) {
      return Grammar.choice(); // numbers with a fraction are written with those without
    }
    Numbers numbers = assertions.numbers();
    if (numbers.equals(Numbers.ANY)) {
      return whole ? JsonGrammar.INTEGER : JsonGrammar.NUMBER;
    }
    return orRefused(
        assertions,
        "bounds of at most 60 digits, multiples of numbers of at most 3 digits",
        () -> NumberText.grammar(numbers.range(), whole, numbers.multipleOf()));
  }

  private Grammar string(Assertions assertions) {
    Strings strings = assertions.strings();
    if (strings.equals(Strings.ANY)) {
      return JsonGrammar.STRING;
    }
    return orRefused(
        assertions, "fewer conditions on one string", () -> strings.network().toJson());
  }

  private Grammar orRefused(Assertions assertions, String supported, Supplier<Grammar> made) {
    try {
      Grammar grammar = made.get();
      edges += edges(grammar);
      if (edges > MAX_EDGES) {
        throw new GrammarException(
            "numbers and strings that need more than %d edges".formatted(MAX_EDGES));
      }
      return grammar;
    } catch (GrammarException e) {
      throw GrammarException.inSchema(
          assertions.pointer(), String.valueOf(e.getMessage()), supported);
    }
  }

  private static int edges(Grammar grammar) {
    return switch (grammar) {
      case Grammar.Graph graph -> graph.edges().size();
      case Grammar.Choice choice -> choice.parts().stream().mapToInt(SchemaWriter::edges).sum();
      case Grammar.Sequence sequence ->
          sequence.parts().stream().mapToInt(SchemaWriter::edges).sum();
      default -> 1;
    };
  }
}
