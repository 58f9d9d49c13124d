package org.gta4j.cost;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import tools.jackson.databind.JsonNode;

/**
 * A machine, by what its maker says of it.
 *
 * @param name what it is called on the command line
 * @param label what people call it
 * @param memoryBytes how much memory it has
 * @param bytesPerSecond how fast that memory is
 * @param operationsPerSecond at most, two a multiply-add, by the type of numbers: {@code f32},
 *     {@code bf16} (of f16 alike), {@code int8}
 * @param source where the figures are from
 * @param node how many there are in a node, and what connects them
 * @param training how much of that trainings reach
 */
public record Hardware(
    String name,
    String label,
    long memoryBytes,
    double bytesPerSecond,
    Map<String, Double> operationsPerSecond,
    String source,
    Node node,
    Training training) {
  /**
   * Devices of a node.
   *
   * @param devices how many
   * @param bytesPerSecond what each sends to the others, while it receives as much
   */
  public record Node(int devices, double bytesPerSecond) {}

  /**
   * What others measured of trainings.
   *
   * @param part of what the roofline of each operation allows; 1 where nobody's were compared
   * @param source whose they were; empty where there are none
   */
  public record Training(double part, String source) {}

  /** All that are known, in the data file's order. */
  public static List<Hardware> all() {
    return Table.ALL;
  }

  /** Read once, by whoever asks first. */
  private static final class Table {
    private static final List<Hardware> ALL = read();

    private static List<Hardware> read() {
      List<Hardware> all = new ArrayList<>();
      for (JsonNode entry : DataFile.read("hardware.json").required("hardware")) {
        all.add(of(entry));
      }
      return List.copyOf(all);
    }
  }

  private static Hardware of(JsonNode entry) {
    Map<String, Double> rates = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> rate : entry.required("teraops").properties()) {
      rates.put(rate.getKey(), rate.getValue().doubleValue() * 1e12);
    }
    return new Hardware(
        entry.required("name").stringValue(),
        entry.required("label").stringValue(),
        (long) (entry.required("memory_gb").doubleValue() * 1e9),
        entry.required("bandwidth_gb_per_s").doubleValue() * 1e9,
        Map.copyOf(rates),
        entry.required("source").stringValue(),
        new Node(
            entry.required("node").required("devices").intValue(),
            entry.required("node").required("gb_per_s").doubleValue() * 1e9),
        new Training(
            entry.path("training").path("part").doubleValue(1),
            entry.path("training").path("source").stringValue("")));
  }

  /**
   * The one of that name.
   *
   * @throws IllegalArgumentException if there is none, with the names there are
   */
  public static Hardware named(String name) {
    List<Hardware> all = all();
    return all.stream()
        .filter(one -> one.name.equals(name.toLowerCase(Locale.ROOT)))
        .findFirst()
        .orElseThrow(() ->
            new IllegalArgumentException(
                "expected one of %s; found %s"
                    .formatted(
                        String.join(", ", all.stream().map(Hardware::name).toList()), name)));
  }

  /** What it can do with 16-bit numbers, whatever is computed. */
  public Ceilings ceilings() {
    double rate = Objects.requireNonNull(operationsPerSecond.get("bf16"), name);
    return new Ceilings(bytesPerSecond, rate, rate, rate);
  }
}
