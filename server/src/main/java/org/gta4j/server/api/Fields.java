package org.gta4j.server.api;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Fields of a JSON object that came from a client, by name. What is {@code null} counts as not
 * there, as with OpenAI; what is of another type is refused by its name.
 */
public final class Fields {
  /** Values are quoted in errors up to so many characters. */
  private static final int QUOTED = 60;

  private final String prefix;
  private final ObjectNode object;

  private Fields(String prefix, ObjectNode object) {
    this.prefix = prefix;
    this.object = object;
  }

  /** The fields of a whole request. */
  public static Fields of(JsonNode body) {
    if (body instanceof ObjectNode object) {
      return new Fields("", object);
    }
    throw ApiException.malformed("the body: expected a JSON object, found " + describe(body));
  }

  /** The fields of an object within a request. */
  public static Fields of(String param, JsonNode node) {
    if (node instanceof ObjectNode object) {
      return new Fields(param + ".", object);
    }
    throw ApiException.expected(param, "an object", describe(node));
  }

  /** What a field is called in errors. */
  public String param(String name) {
    return prefix + name;
  }

  /** The object itself. */
  public ObjectNode object() {
    return object;
  }

  /** A field's value, whatever it is. */
  public Optional<JsonNode> value(String name) {
    JsonNode value = object.get(name);
    return value == null || value.isNull() ? Optional.empty() : Optional.of(value);
  }

  /** A field that has to be there. */
  public JsonNode required(String name) {
    return value(name)
        .orElseThrow(() ->
            ApiException.invalid(
                param(name),
                "missing_required_parameter",
                "%s: is missing".formatted(param(name))));
  }

  /** A text. */
  public Optional<String> text(String name) {
    return value(name)
        .map(value -> {
          if (!value.isString()) {
            throw ApiException.expected(param(name), "a string", describe(value));
          }
          return value.stringValue();
        });
  }

  /** A truth value. */
  public boolean truth(String name, boolean otherwise) {
    return value(name)
        .map(value -> {
          if (!value.isBoolean()) {
            throw ApiException.expected(param(name), "true or false", describe(value));
          }
          return value.booleanValue();
        })
        .orElse(otherwise);
  }

  /** A whole number from {@code least} to {@code most}. */
  public OptionalLong integer(String name, long least, long most) {
    Optional<JsonNode> value = value(name);
    if (value.isEmpty()) {
      return OptionalLong.empty();
    }
    return OptionalLong.of(wholeNumber(param(name), value.get(), least, most));
  }

  /** The same of any value. */
  static long wholeNumber(String param, JsonNode found, long least, long most) {
    double size = size(found);
    boolean whole = found.isIntegralNumber() || size == Math.rint(size);
    if (!whole || !(size >= least && size <= most)) {
      throw ApiException.expected(
          param, "an integer from %d to %d".formatted(least, most), describe(found));
    }
    return found.isIntegralNumber() && found.canConvertToLong() ? found.longValue() : (long) size;
  }

  /** A number from {@code least} to {@code most}. */
  public OptionalDouble number(String name, double least, double most) {
    Optional<JsonNode> value = value(name);
    if (value.isEmpty()) {
      return OptionalDouble.empty();
    }
    return OptionalDouble.of(number(param(name), value.get(), least, most));
  }

  /** The same of any value. */
  static double number(String param, JsonNode found, double least, double most) {
    double size = size(found);
    if (!(size >= least && size <= most)) {
      String range =
          least == Math.rint(least) && most == Math.rint(most) && Math.abs(most) < 1e15
              ? "a number from %d to %d".formatted((long) least, (long) most)
              : "a number from %s to %s".formatted(least, most);
      throw ApiException.expected(param, range, describe(found));
    }
    return size;
  }

  /** A number; NaN where there is none, or one that is larger than all numbers of this type. */
  private static double size(JsonNode found) {
    return found.isNumber() ? found.doubleValue(Double.NaN) : Double.NaN;
  }

  /** An object. */
  public Optional<Fields> fields(String name) {
    return value(name).map(value -> of(param(name), value));
  }

  /** The elements of a list; none where there is no list. */
  public List<JsonNode> list(String name) {
    List<JsonNode> elements = new ArrayList<>();
    value(name)
        .ifPresent(value -> {
          if (!value.isArray()) {
            throw ApiException.expected(param(name), "an array", describe(value));
          }
          value.forEach(elements::add);
        });
    return elements;
  }

  /** What a value is, for errors. */
  public static String describe(JsonNode value) {
    if (value.isMissingNode()) {
      return "nothing";
    }
    if (value.isObject()) {
      return "an object";
    }
    if (value.isArray()) {
      return "an array";
    }
    String text = value.toString();
    if (text.length() <= QUOTED) {
      return text;
    }
    int end = Character.isHighSurrogate(text.charAt(QUOTED - 1)) ? QUOTED - 1 : QUOTED;
    return text.substring(0, end) + "…";
  }
}
