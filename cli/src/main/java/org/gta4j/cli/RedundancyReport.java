package org.gta4j.cli;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.ToDoubleBiFunction;
import org.gta4j.attention.AttentionShape;
import org.gta4j.checkpoint.Json;
import org.gta4j.model.ModelConfig;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** What was found of a model's redundancy, for people, programs and browsers. */
final class RedundancyReport {
  private static final double[] SHARES = {0.9, 0.95, 0.99};

  private final String name;
  private final ModelConfig config;
  private final String file;
  private final int window;
  private final long tokens;
  private final List<Redundancy.Found> layers;

  RedundancyReport(
      String name, ModelConfig config, String file, int window, Redundancy redundancy) {
    this.name = name;
    this.config = config;
    this.file = file;
    this.window = window;
    tokens = redundancy.tokens();
    layers = redundancy.found();
  }

  /** The numbers of pairs that all outputs have, by name. */
  private enum Measure {
    COSINE("cosine", "cosine"),
    DISTANCE("js_distance", "JS distance"),
    COSINE_WITHOUT_FIRST("cosine_without_first", "cosine*"),
    DISTANCE_WITHOUT_FIRST("js_distance_without_first", "JS distance*");

    private final String key;
    private final String label;

    Measure(String key, String label) {
      this.key = key;
      this.label = label;
    }

    private ToDoubleBiFunction<Integer, Integer> of(Redundancy.Found layer) {
      MapSimilarity similarity = layer.similarity();
      return switch (this) {
        case COSINE -> similarity.all()::cosine;
        case DISTANCE -> similarity.all()::distance;
        case COSINE_WITHOUT_FIRST -> similarity.withoutFirst()::cosine;
        case DISTANCE_WITHOUT_FIRST -> similarity.withoutFirst()::distance;
      };
    }
  }

  /** For people. */
  String text() {
    StringBuilder text = new StringBuilder();
    AttentionShape shape = config.attention().shape();
    text.append(
        "%s: %s attention, %d maps, %d key heads of %d, %d value heads of %d, %d layers; %,d tokens of %s in windows of %d%n%n"
            .formatted(
                name,
                config.attention().name(),
                shape.maps(),
                shape.keyHeads(),
                shape.keyDim(),
                shape.valueHeads(),
                shape.valueDim(),
                layers.size(),
                tokens,
                file,
                window));
    List<String[]> rows = new ArrayList<>();
    List<String> head = new ArrayList<>(List.of("layer"));
    for (Measure measure : Measure.values()) {
      head.add(measure.label);
    }
    head.addAll(List.of("keys 90 %", "95 %", "99 %", "of", "values 90 %", "95 %", "99 %", "of"));
    rows.add(head.toArray(String[]::new));
    for (int layer = 0; layer < layers.size(); layer++) {
      Redundancy.Found found = layers.get(layer);
      List<String> row = new ArrayList<>(List.of(Integer.toString(layer)));
      for (Measure measure : Measure.values()) {
        row.add(
            found.mean(Redundancy.Pairs.ALL, measure.of(found)).map("%.3f"::formatted).orElse(""));
      }
      ranks(row, Optional.of(found.keys()));
      ranks(row, found.values());
      rows.add(row.toArray(String[]::new));
    }
    text.append(Table.of(rows));
    text.append("\n* without a window's first token\n\n");
    text.append(Table.of(means()));
    return text.toString();
  }

  private static void ranks(List<String> row, Optional<Spectrum> spectrum) {
    for (double share : SHARES) {
      row.add(spectrum.map(found -> Integer.toString(found.rank(share))).orElse(""));
    }
    row.add(spectrum.map(found -> Integer.toString(found.width())).orElse(""));
  }

  private List<String[]> means() {
    List<String[]> rows = new ArrayList<>();
    rows.add(new String[] {"mean of all layers", "all pairs", "same keys", "different keys"});
    for (Measure measure : Measure.values()) {
      rows.add(
          new String[] {
            measure.label,
            mean(measure, Redundancy.Pairs.ALL).map("%.3f"::formatted).orElse(""),
            mean(measure, Redundancy.Pairs.OF_ONE_KEY).map("%.3f"::formatted).orElse(""),
            mean(measure, Redundancy.Pairs.OF_TWO_KEYS).map("%.3f"::formatted).orElse("")
          });
    }
    return rows;
  }

  /** Over all layers; empty where there are no such pairs. */
  private Optional<Double> mean(Measure measure, Redundancy.Pairs pairs) {
    double sum = 0;
    int count = 0;
    for (Redundancy.Found layer : layers) {
      Optional<Double> found = layer.mean(pairs, measure.of(layer));
      if (found.isPresent()) {
        sum += found.get();
        count++;
      }
    }
    return count == 0 ? Optional.empty() : Optional.of(sum / count);
  }

  /** For programs, as one line. */
  String json() {
    return object().toString();
  }

  private ObjectNode object() {
    ObjectNode json = Json.object();
    json.put("model", name);
    json.put("variant", config.attention().name());
    json.put("file", file);
    json.put("tokens", tokens);
    json.put("window", window);
    json.put("maps", config.attention().shape().maps());
    json.put("key_heads", config.attention().shape().keyHeads());
    ObjectNode all = json.putObject("mean");
    putMeans(all, Redundancy.Pairs.ALL);
    putMeans(all.putObject("same_keys"), Redundancy.Pairs.OF_ONE_KEY);
    putMeans(all.putObject("different_keys"), Redundancy.Pairs.OF_TWO_KEYS);
    ArrayNode list = json.putArray("layers");
    for (int layer = 0; layer < layers.size(); layer++) {
      Redundancy.Found found = layers.get(layer);
      ObjectNode node = list.addObject();
      node.put("layer", layer);
      for (Measure measure : Measure.values()) {
        found
            .mean(Redundancy.Pairs.ALL, measure.of(found))
            .ifPresent(value -> node.put(measure.key, digits(value)));
      }
      spectrum(node.putObject("keys"), found.keys());
      found.values().ifPresent(values -> spectrum(node.putObject("values"), values));
      ObjectNode pairs = node.putObject("pairs");
      for (Measure measure : Measure.values()) {
        matrix(pairs.putArray(measure.key), measure.of(found));
      }
    }
    return json;
  }

  private void putMeans(ObjectNode node, Redundancy.Pairs pairs) {
    for (Measure measure : Measure.values()) {
      mean(measure, pairs).ifPresent(value -> node.put(measure.key, digits(value)));
    }
  }

  private void matrix(ArrayNode matrix, ToDoubleBiFunction<Integer, Integer> number) {
    int maps = config.attention().shape().maps();
    for (int i = 0; i < maps; i++) {
      ArrayNode row = matrix.addArray();
      for (int j = 0; j < maps; j++) {
        row.add(digits(number.applyAsDouble(i, j)));
      }
    }
  }

  private static void spectrum(ObjectNode node, Spectrum spectrum) {
    node.put("width", spectrum.width());
    node.put("rows", spectrum.rows());
    for (double share : SHARES) {
      node.put("rank_%.0f".formatted(share * 100), spectrum.rank(share));
    }
    ArrayNode values = node.putArray("singular_values");
    for (double value : spectrum.singularValues()) {
      values.add(digits(value));
    }
  }

  private static double digits(double value) {
    return Math.rint(value * 1e4) / 1e4;
  }

  /** For browsers, in UTF-8: one file that needs no network. */
  byte[] html() {
    return PageTemplate.of("redundancy.html", object()).getBytes(StandardCharsets.UTF_8);
  }
}
