package org.gta4j.grammar;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.gta4j.grammar.Assertions.Located;
import org.gta4j.grammar.Assertions.Other;
import tools.jackson.core.JsonPointer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.NumericNode;

/**
 * A schema document. References, {@code allOf}, {@code anyOf} and {@code oneOf} are brought into
 * one form: a list of alternatives, each of which holds in all its parts or does not hold.
 */
final class SchemaReader {
  private static final int MAX_NODES = 50_000;
  private static final int MAX_NESTING = 100;
  private static final int MAX_DIGITS = 400;
  private static final int MAX_ALTERNATIVES = 500;

  /** How many schemas may be brought together for the alternatives of all values. */
  private static final int MAX_READ = 10_000;

  /** Of all expressions together. */
  private static final int MAX_STEPS = 400_000;

  private final JsonNode root;
  private final Map<String, List<Assertions>> known = new HashMap<>();
  private int read;
  private int steps;

  /**
   * @throws GrammarException if the document is too large
   */
  SchemaReader(JsonNode root) {
    this.root = root;
    int nodes = count(root, 0);
    if (nodes > MAX_NODES) {
      throw GrammarException.inSchema(
          "", "%d values".formatted(nodes), "at most %d".formatted(MAX_NODES));
    }
  }

  private static int count(JsonNode node, int depth) {
    if (depth > MAX_NESTING) {
      throw GrammarException.inSchema(
          "", "a deeply nested schema", "at most %d levels".formatted(MAX_NESTING));
    }
    if (node.isNumber()) {
      requireDigits(node);
    }
    int nodes = 1;
    for (JsonNode child : node) {
      nodes += count(child, depth + 1);
    }
    return nodes;
  }

  /** Numbers with large exponents are short to write and long to compute with. */
  private static void requireDigits(JsonNode number) {
    if ((number instanceof NumericNode numeric && numeric.isNaN())
        || number.decimalValue().precision() + Math.abs((long) number.decimalValue().scale())
            > MAX_DIGITS) {
      throw GrammarException.inSchema(
          "", number.toString(), "numbers of at most %d digits".formatted(MAX_DIGITS));
    }
  }

  Located root() {
    return new Located("", root);
  }

  /** Where a schema is that may be nothing but a reference. */
  Located place(Located located) {
    Located at = located;
    for (int i = 0; i < MAX_NESTING && isReference(at.schema()); i++) {
      at = referred(at);
    }
    return at;
  }

  private static boolean isReference(JsonNode schema) {
    return schema.has("$ref") && schema.size() == 1;
  }

  /** What a value must be that all of these schemas are about; nothing where none is possible. */
  List<Assertions> alternatives(List<Located> schemas) {
    List<Assertions> all = List.of(Assertions.any(schemas.isEmpty() ? "" : pointer(schemas)));
    for (Located schema : schemas) {
      all = both(all, alternatives(schema, new HashSet<>()), schema.pointer());
    }
    return all;
  }

  private static String pointer(List<Located> schemas) {
    return schemas.getFirst().pointer();
  }

  private List<Assertions> alternatives(Located located, Set<String> open) {
    List<Assertions> earlier = known.get(located.pointer());
    if (earlier != null) {
      return earlier;
    }
    if (!open.add(located.pointer())) {
      throw GrammarException.inSchema(
          located.pointer(),
          "a schema that refers to itself for the same value",
          "recursion through properties and items");
    }
    if (++read > MAX_READ || open.size() > MAX_NESTING) {
      throw GrammarException.inSchema(
          located.pointer(),
          "too many schemas, or references behind references",
          "at most %d and %d".formatted(MAX_READ, MAX_NESTING));
    }
    List<Assertions> found = read(located, open);
    open.remove(located.pointer());
    known.put(located.pointer(), found);
    return found;
  }

  private List<Assertions> read(Located located, Set<String> open) {
    JsonNode schema = located.schema();
    String pointer = located.pointer();
    if (schema.isBoolean()) {
      return schema.booleanValue() ? List.of(Assertions.any(pointer)) : List.of();
    }
    if (!schema.isObject()) {
      throw GrammarException.inSchema(
          pointer, schema.toString(), "a schema: an object, true, false");
    }
    Assertions own = SchemaKeywords.read(located);
    own.strings().networks().forEach(network -> steps += network.size());
    if (steps > MAX_STEPS) {
      throw GrammarException.inSchema(
          pointer, "expressions and formats of too many steps", "at most " + MAX_STEPS);
    }
    List<Assertions> all = List.of(own);
    if (schema.has("$ref")) {
      all = both(all, alternatives(referred(located), open), pointer);
    }
    for (Located part : parts(located, "allOf")) {
      all = both(all, alternatives(part, open), pointer);
    }
    if (schema.has("anyOf")) {
      List<Assertions> ways = new ArrayList<>();
      for (Located part : parts(located, "anyOf")) {
        ways.addAll(alternatives(part, open));
      }
      all = both(all, ways, pointer);
    }
    if (schema.has("oneOf")) {
      all = both(all, oneOf(located, open), pointer);
    }
    return all;
  }

  /** Each alternative, with all others to be excluded by what is finally written. */
  private List<Assertions> oneOf(Located located, Set<String> open) {
    List<List<Assertions>> ways = new ArrayList<>();
    for (Located part : parts(located, "oneOf")) {
      ways.add(alternatives(part, open));
    }
    List<Assertions> all = new ArrayList<>();
    for (int i = 0; i < ways.size(); i++) {
      List<Other> others = new ArrayList<>();
      for (int j = 0; j < ways.size(); j++) {
        if (i != j) {
          ways.get(j).forEach(one -> others.add(new Other(located.pointer() + "/oneOf", one)));
        }
      }
      ways.get(i).forEach(one -> all.add(one.withOthers(others)));
    }
    return all;
  }

  private static List<Located> parts(Located located, String name) {
    JsonNode list = located.schema().path(name);
    if (list.isMissingNode()) {
      return List.of();
    }
    String pointer = located.pointer() + "/" + name;
    if (!list.isArray() || list.isEmpty()) {
      throw GrammarException.inSchema(pointer, list.toString(), "a list of schemas");
    }
    List<Located> parts = new ArrayList<>();
    for (JsonNode part : list) {
      parts.add(new Located(pointer + "/" + parts.size(), part));
    }
    return parts;
  }

  private Located referred(Located located) {
    JsonNode reference = located.schema().path("$ref");
    String supported = "references to parts of the same schema, such as #/$defs/name";
    String text = reference.isString() ? reference.stringValue() : "";
    if (!text.equals("#") && !text.startsWith("#/")) {
      throw GrammarException.inSchema(located.pointer() + "/$ref", reference.toString(), supported);
    }
    // As part of an address a pointer may have its special characters written as numbers.
    String pointer = decoded(text.substring(1), located.pointer());
    JsonNode target = root.at(JsonPointer.compile(pointer));
    if (target.isMissingNode()) {
      throw GrammarException.inSchema(
          located.pointer() + "/$ref", reference + ", which is not there", supported);
    }
    return new Located(pointer, target);
  }

  private static String decoded(String text, String pointer) {
    try {
      return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw GrammarException.inSchema(pointer + "/$ref", text, "a reference that can be read");
    }
  }

  private static List<Assertions> both(List<Assertions> one, List<Assertions> two, String pointer) {
    if ((long) one.size() * two.size() > MAX_ALTERNATIVES) {
      throw GrammarException.inSchema(
          pointer,
          "%d alternatives of one value".formatted((long) one.size() * two.size()),
          "at most %d".formatted(MAX_ALTERNATIVES));
    }
    List<Assertions> all = new ArrayList<>();
    for (Assertions a : one) {
      for (Assertions b : two) {
        Assertions both = a.and(b);
        if (both.writtenTypes().isEmpty() || (both.numbers().range().isEmpty() && isNumber(both))) {
          continue;
        }
        all.add(both);
      }
    }
    return List.copyOf(all);
  }

  private static boolean isNumber(Assertions assertions) {
    return JsonType.NUMBERS.containsAll(assertions.types().orElse(JsonType.ALL));
  }
}
