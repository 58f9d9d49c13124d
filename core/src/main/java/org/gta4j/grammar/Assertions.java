package org.gta4j.grammar;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/**
 * What a schema asks of a value, all of which must hold: one of the alternatives that references,
 * {@code allOf}, {@code anyOf} and {@code oneOf} come to.
 *
 * @param pointer where it comes from, for errors
 * @param types those it names, if it names any
 * @param values those it lists, if it lists any
 * @param others what a {@code oneOf} wants not to hold at the same time
 */
record Assertions(
    String pointer,
    Optional<Set<JsonType>> types,
    Optional<List<JsonNode>> values,
    Numbers numbers,
    Strings strings,
    Members members,
    Items items,
    List<Other> others) {

  /** A schema, and where it is. */
  record Located(String pointer, JsonNode schema) {}

  /** An alternative of the same {@code oneOf}. */
  record Other(String pointer, Assertions assertions) {}

  /** What is asked of numbers. */
  record Numbers(NumberRange range, Optional<BigDecimal> multipleOf) {
    static final Numbers ANY = new Numbers(NumberRange.ALL, Optional.empty());

    Numbers and(Numbers other) {
      Optional<BigDecimal> multiple = multipleOf.isEmpty() ? other.multipleOf : multipleOf;
      if (multipleOf.isPresent() && other.multipleOf.isPresent()) {
        multiple = Optional.of(common(multipleOf.get(), other.multipleOf.get()));
      }
      return new Numbers(range.and(other.range), multiple);
    }

    private static BigDecimal common(BigDecimal a, BigDecimal b) {
      int scale = Math.max(0, Math.max(a.scale(), b.scale()));
      BigInteger one = a.movePointRight(scale).toBigIntegerExact();
      BigInteger two = b.movePointRight(scale).toBigIntegerExact();
      return new BigDecimal(one.divide(one.gcd(two)).multiply(two)).movePointLeft(scale);
    }

    boolean allow(BigDecimal number) {
      return range.contains(number)
          && multipleOf.stream().allMatch(step -> number.remainder(step).signum() == 0);
    }
  }

  /** What is asked of strings: their length in characters, and what they are found in. */
  record Strings(int min, OptionalInt max, List<TextNetwork> networks) {
    static final Strings ANY = new Strings(0, OptionalInt.empty(), List.of());

    Strings and(Strings other) {
      return new Strings(
          Math.max(min, other.min), smaller(max, other.max), joined(networks, other.networks));
    }

    boolean allow(String text) {
      int length = text.codePointCount(0, text.length());
      return length >= min
          && (max.isEmpty() || length <= max.getAsInt())
          && networks.stream().allMatch(network -> network.accepts(text));
    }

    /** All of it as one. */
    TextNetwork network() {
      if (max.isPresent() && max.getAsInt() < min) {
        return new TextNetwork(List.of(List.of()), new BitSet());
      }
      Optional<TextNetwork> all = networks.stream().reduce(TextNetwork::and);
      if (all.isPresent() && min == 0 && max.isEmpty()) {
        return all.get();
      }
      TextNetwork length = TextNetwork.length(min, max);
      return all.isPresent() ? all.get().and(length) : length;
    }
  }

  /**
   * One schema's properties.
   *
   * @param additional what it says about all others
   */
  record Declared(Map<String, Located> properties, Optional<Located> additional) {}

  /** What is asked of objects. */
  record Members(List<Declared> declared, List<String> required, int min, OptionalInt max) {
    static final Members ANY = new Members(List.of(), List.of(), 0, OptionalInt.empty());

    Members and(Members other) {
      Set<String> all = new LinkedHashSet<>(required);
      all.addAll(other.required);
      return new Members(
          joined(declared, other.declared),
          List.copyOf(all),
          Math.max(min, other.min),
          smaller(max, other.max));
    }

    /** All names that are mentioned, in their order. */
    Set<String> names() {
      Set<String> names = new LinkedHashSet<>();
      declared.forEach(one -> names.addAll(one.properties().keySet()));
      names.addAll(required);
      return names;
    }

    /** What is asked of a property. */
    List<Located> schemas(String name) {
      List<Located> schemas = new ArrayList<>();
      for (Declared one : declared) {
        Located own = one.properties().get(name);
        if (own != null) {
          schemas.add(own);
        } else {
          one.additional().ifPresent(schemas::add);
        }
      }
      return schemas;
    }

    /** What is asked of properties that are not mentioned. */
    List<Located> additional() {
      return declared.stream().flatMap(one -> one.additional().stream()).toList();
    }

    /**
     * Whether properties are written that are not mentioned: where a schema has properties and does
     * not speak of others, it allows them but hardly means them.
     */
    boolean isOpen() {
      return declared.stream()
          .allMatch(one ->
              one.additional().isPresent()
                  ? !isNever(one.additional().get())
                  : one.properties().isEmpty());
    }
  }

  /**
   * One schema's items.
   *
   * @param rest what it says about those behind the first ones
   */
  record Tuple(List<Located> first, Optional<Located> rest) {}

  /** What is asked of arrays. */
  record Items(List<Tuple> tuples, int min, OptionalInt max) {
    static final Items ANY = new Items(List.of(), 0, OptionalInt.empty());

    Items and(Items other) {
      return new Items(
          joined(tuples, other.tuples), Math.max(min, other.min), smaller(max, other.max));
    }

    /** How many items any schema names one by one. */
    int named() {
      return tuples.stream().mapToInt(tuple -> tuple.first().size()).max().orElse(0);
    }

    /** What is asked of an item. */
    List<Located> schemas(int index) {
      List<Located> schemas = new ArrayList<>();
      for (Tuple tuple : tuples) {
        if (index < tuple.first().size()) {
          schemas.add(tuple.first().get(index));
        } else {
          tuple.rest().ifPresent(schemas::add);
        }
      }
      return schemas;
    }
  }

  static Assertions any(String pointer) {
    return new Assertions(
        pointer,
        Optional.empty(),
        Optional.empty(),
        Numbers.ANY,
        Strings.ANY,
        Members.ANY,
        Items.ANY,
        List.of());
  }

  static boolean isNever(Located located) {
    return located.schema().isBoolean() && !located.schema().booleanValue();
  }

  /** Both together. */
  Assertions and(Assertions other) {
    return new Assertions(
        pointer,
        both(types, other.types),
        common(values, other.values),
        numbers.and(other.numbers),
        strings.and(other.strings),
        members.and(other.members),
        items.and(other.items),
        joined(others, other.others));
  }

  Assertions withOthers(List<Other> more) {
    return new Assertions(
        pointer, types, values, numbers, strings, members, items, joined(others, more));
  }

  private static Optional<Set<JsonType>> both(
      Optional<Set<JsonType>> a, Optional<Set<JsonType>> b) {
    if (a.isEmpty() || b.isEmpty()) {
      return a.isEmpty() ? b : a;
    }
    EnumSet<JsonType> common = EnumSet.noneOf(JsonType.class);
    common.addAll(a.get());
    common.retainAll(b.get());
    return Optional.of(common);
  }

  private static Optional<List<JsonNode>> common(
      Optional<List<JsonNode>> a, Optional<List<JsonNode>> b) {
    if (a.isEmpty() || b.isEmpty()) {
      return a.isEmpty() ? b : a;
    }
    List<JsonNode> others = b.get();
    return Optional.of(a.get().stream().filter(value -> isAmong(value, others)).toList());
  }

  private static boolean isAmong(JsonNode value, List<JsonNode> others) {
    return others.stream().anyMatch(other -> JsonValues.areEqual(value, other));
  }

  private static OptionalInt smaller(OptionalInt a, OptionalInt b) {
    if (a.isEmpty() || b.isEmpty()) {
      return a.isEmpty() ? b : a;
    }
    return OptionalInt.of(Math.min(a.getAsInt(), b.getAsInt()));
  }

  private static <T> List<T> joined(List<T> a, List<T> b) {
    if (a.isEmpty() || b.isEmpty()) {
      return a.isEmpty() ? b : a;
    }
    List<T> all = new ArrayList<>(a);
    all.addAll(b);
    return List.copyOf(all);
  }

  /**
   * The types that are written: where none is named, those that something is said about, since a
   * schema with properties means objects.
   */
  Set<JsonType> writtenTypes() {
    if (types.isPresent()) {
      return types.get();
    }
    Set<JsonType> spokenOf = EnumSet.noneOf(JsonType.class);
    if (!numbers.equals(Numbers.ANY)) {
      spokenOf.addAll(JsonType.NUMBERS);
    }
    if (!strings.equals(Strings.ANY)) {
      spokenOf.add(JsonType.STRING);
    }
    if (!members.equals(Members.ANY)) {
      spokenOf.add(JsonType.OBJECT);
    }
    if (!items.equals(Items.ANY)) {
      spokenOf.add(JsonType.ARRAY);
    }
    return spokenOf.isEmpty() ? JsonType.ALL : spokenOf;
  }

  /**
   * Whether a value is allowed, as far as that can be said without looking into objects and arrays,
   * of which it is assumed.
   */
  boolean allow(JsonNode value) {
    return types.stream().allMatch(named -> named.contains(JsonType.of(value)))
        && values.stream().allMatch(listed -> isAmong(value, listed))
        && (!value.isNumber() || numbers.allow(value.decimalValue()))
        && (!value.isString() || strings.allow(value.stringValue()));
  }
}
