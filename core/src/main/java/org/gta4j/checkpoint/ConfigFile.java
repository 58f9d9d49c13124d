package org.gta4j.checkpoint;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A {@code config.json}, or an object inside one, read key by key: each wrong value is refused with
 * the file, the key, what was expected and what was found. A key that is {@code null} counts as
 * absent.
 */
public final class ConfigFile {
  private final String file;
  private final String prefix;
  private final ObjectNode json;

  private ConfigFile(String file, String prefix, ObjectNode json) {
    this.file = file;
    this.prefix = prefix;
    this.json = json;
  }

  /** Reads a file. */
  public static ConfigFile read(Path file) {
    return new ConfigFile(file.toString(), "", Json.readObject(file));
  }

  /** A configuration that is not in a file of its own; {@code file} names it in errors. */
  public static ConfigFile of(String file, ObjectNode json) {
    return new ConfigFile(file, "", json);
  }

  /** The file's name, for errors. */
  public String file() {
    return file;
  }

  /** A copy of the JSON. */
  public ObjectNode json() {
    return json.deepCopy();
  }

  /** Whether there is no key at all. */
  public boolean isEmpty() {
    return json.isEmpty();
  }

  /** Whether the key is there, even as {@code null}. */
  public boolean mentions(String key) {
    return json.has(key);
  }

  /** Whether the key is there and not {@code null}. */
  public boolean has(String key) {
    return json.hasNonNull(key);
  }

  /** A size that must be there: at least 1. */
  public int size(String key) {
    return optionalSize(key).orElseThrow(() -> wrong(key, "a positive integer", "no such key"));
  }

  /** A size, at least 1, or {@code absent}. */
  public int size(String key, int absent) {
    return optionalSize(key).orElse(absent);
  }

  /** A size, at least 1, if it is there. */
  public Optional<Integer> optionalSize(String key) {
    if (!has(key)) {
      return Optional.empty();
    }
    JsonNode node = json.get(key);
    if (!node.isIntegralNumber() || !node.canConvertToInt() || node.intValue() < 1) {
      throw wrong(key, "a positive integer", node);
    }
    return Optional.of(node.intValue());
  }

  /** A count, at least 0, or {@code absent}. */
  public int count(String key, int absent) {
    if (!has(key)) {
      return absent;
    }
    JsonNode node = json.get(key);
    if (!node.isIntegralNumber() || !node.canConvertToInt() || node.intValue() < 0) {
      throw wrong(key, "an integer that is not negative", node);
    }
    return node.intValue();
  }

  /** A finite number, or {@code absent}. */
  public double number(String key, double absent) {
    return optionalNumber(key).orElse(absent);
  }

  /** A finite number, if it is there. */
  public Optional<Double> optionalNumber(String key) {
    if (!has(key)) {
      return Optional.empty();
    }
    JsonNode node = json.get(key);
    // An integer of hundreds of digits is a number, but not a double.
    Optional<Double> value =
        node.isNumber() ? Optional.of(node.asDouble(Double.NaN)) : Optional.empty();
    if (value.isEmpty() || !Double.isFinite(value.get())) {
      throw wrong(key, "a finite number", node);
    }
    return value;
  }

  /** A number above 0, or {@code absent}. */
  public double positive(String key, double absent) {
    double value = number(key, absent);
    if (!(value > 0)) {
      throw wrong(key, "a number above 0", value);
    }
    return value;
  }

  /** True or false, or {@code absent}. */
  public boolean flag(String key, boolean absent) {
    if (!has(key)) {
      return absent;
    }
    JsonNode node = json.get(key);
    if (!node.isBoolean()) {
      throw wrong(key, "true or false", node);
    }
    return node.booleanValue();
  }

  /** A text, if it is there. */
  public Optional<String> text(String key) {
    if (!has(key)) {
      return Optional.empty();
    }
    JsonNode node = json.get(key);
    if (!node.isString()) {
      throw wrong(key, "a text", node);
    }
    return Optional.of(node.stringValue());
  }

  /** A list of texts; empty where the key is absent. */
  public List<String> texts(String key) {
    List<String> texts = new ArrayList<>();
    if (has(key)) {
      JsonNode node = json.get(key);
      if (!node.isArray()) {
        throw wrong(key, "a list of texts", node);
      }
      for (JsonNode item : node) {
        if (!item.isString()) {
          throw wrong(key, "a list of texts", node);
        }
        texts.add(item.stringValue());
      }
    }
    return texts;
  }

  /** A list of finite numbers; empty where the key is absent. */
  public List<Double> numbers(String key) {
    List<Double> numbers = new ArrayList<>();
    if (has(key)) {
      JsonNode node = json.get(key);
      for (JsonNode item : node.isArray() ? node : List.<JsonNode>of()) {
        if (item.isNumber() && Double.isFinite(item.asDouble(Double.NaN))) {
          numbers.add(item.asDouble());
        }
      }
      if (!node.isArray() || numbers.size() != node.size()) {
        throw wrong(key, "a list of finite numbers", node);
      }
    }
    return numbers;
  }

  /** A token id or a list of them; empty where the key is absent. */
  public List<Integer> ids(String key) {
    List<Integer> ids = new ArrayList<>();
    if (has(key)) {
      JsonNode node = json.get(key);
      for (JsonNode item : node.isArray() ? node : List.of(node)) {
        if (!item.isIntegralNumber() || !item.canConvertToInt() || item.intValue() < 0) {
          throw wrong(key, "a token id or a list of token ids", node);
        }
        ids.add(item.intValue());
      }
    }
    return ids;
  }

  /** An object, if it is there. */
  public Optional<ConfigFile> object(String key) {
    if (!has(key)) {
      return Optional.empty();
    }
    if (json.get(key) instanceof ObjectNode object) {
      return Optional.of(new ConfigFile(file, prefix + key + ".", object));
    }
    throw wrong(key, "an object", json.get(key));
  }

  /** Refuses {@code divisor}, the value of {@code key}, unless it divides that of another key. */
  public void requireDivides(String key, int divisor, String wholeKey, int whole) {
    if (whole % divisor != 0) {
      throw wrong(key, "a divisor of %s, which is %d".formatted(wholeKey, whole), divisor);
    }
  }

  /** The error that {@code key} is not what was expected. */
  public CheckpointException wrong(String key, String expected, Object found) {
    return CheckpointException.of(file, prefix + key, expected, found);
  }
}
