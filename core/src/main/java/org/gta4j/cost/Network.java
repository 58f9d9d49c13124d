package org.gta4j.cost;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import tools.jackson.databind.JsonNode;

/**
 * What is between nodes.
 *
 * @param name what it is called on the command line
 * @param label what people call it
 * @param cardBytesPerSecond of a network card, in each direction
 * @param each who has such a card
 * @param source where the figure is from
 */
public record Network(
    String name, String label, double cardBytesPerSecond, Each each, String source) {
  /** Who has a card. */
  public enum Each {
    /** Every device has its own. */
    DEVICE,
    /** A node's devices share one. */
    NODE
  }

  /** All that are known, in the data file's order. */
  public static List<Network> all() {
    return Table.ALL;
  }

  /** Read once, by whoever asks first. */
  private static final class Table {
    private static final List<Network> ALL = read();

    private static List<Network> read() {
      List<Network> all = new ArrayList<>();
      for (JsonNode entry : DataFile.read("hardware.json").required("networks")) {
        all.add(
            new Network(
                entry.required("name").stringValue(),
                entry.required("label").stringValue(),
                entry.required("gb_per_s").doubleValue() * 1e9,
                Each.valueOf(entry.required("each").stringValue().toUpperCase(Locale.ROOT)),
                entry.required("source").stringValue()));
      }
      return List.copyOf(all);
    }
  }

  /**
   * The one of that name.
   *
   * @throws IllegalArgumentException if there is none, with the names there are
   */
  public static Network named(String name) {
    return all().stream()
        .filter(one -> one.name.equals(name.toLowerCase(Locale.ROOT)))
        .findFirst()
        .orElseThrow(() ->
            new IllegalArgumentException(
                "expected one of %s; found %s"
                    .formatted(
                        String.join(", ", all().stream().map(Network::name).toList()), name)));
  }

  /** What leaves a node with so many devices, in bytes a second. */
  public double bytesPerSecond(int devices) {
    return each == Each.DEVICE ? devices * cardBytesPerSecond : cardBytesPerSecond;
  }
}
