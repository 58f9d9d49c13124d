package org.gta4j.cli;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.gta4j.checkpoint.Json;
import org.gta4j.cost.AttentionTraffic;
import org.gta4j.cost.StepSize;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** A page about what models cost, with curves that change with hardware, context and batch. */
final class AnalyzePage {
  private static final List<Integer> CONTEXTS =
      List.of(512, 1024, 2048, 4096, 8192, 16384, 32768, 65536, 131072);
  private static final List<Integer> BATCHES = List.of(1, 2, 4, 8, 16, 32, 64, 128, 256);

  /** More digits than a screen shows. */
  private static final MathContext DIGITS = new MathContext(5, RoundingMode.HALF_UP);

  private final List<AnalyzedModel> models;
  private final List<Integer> contexts;
  private final List<Integer> batches;
  private final ObjectNode data = Json.object();
  private final ArrayNode hardware = data.putArray("hardware");
  private final ArrayNode runs = data.putArray("runs");
  private final List<ObjectNode> sizes = new ArrayList<>();

  /**
   * A page without any hardware yet.
   *
   * @param contexts lengths that somebody asks for; the first is shown first
   * @param batches sequences at once, likewise
   */
  AnalyzePage(
      List<AnalyzedModel> models,
      AttentionTraffic traffic,
      List<Integer> contexts,
      List<Integer> batches) {
    this.models = models;
    this.contexts = merged(CONTEXTS, contexts);
    this.batches = merged(BATCHES, batches);
    data.put("attention", traffic.label());
    data.put(
        "about",
        "%s, with %s attention."
            .formatted(
                String.join(", ", models.stream().map(AnalyzedModel::name).toList()),
                traffic.label()));
    ObjectNode start = data.putObject("start");
    start.put("hardware", 0);
    start.put("context", this.contexts.indexOf(contexts.getFirst()));
    start.put("batch", this.batches.indexOf(batches.getFirst()));
    this.contexts.forEach(data.putArray("contexts")::add);
    this.batches.forEach(data.putArray("batches")::add);
    ArrayNode shapes = data.putArray("models");
    for (AnalyzedModel model : models) {
      ObjectNode node = shapes.addObject();
      node.put("name", model.name());
      node.put("variant", model.config().attention().name());
      model.putSizes(node);
      node.putArray("weights_bytes");
      node.putArray("cache_bytes_per_token");
      sizes.add(node);
    }
  }

  private static List<Integer> merged(List<Integer> usual, List<Integer> wanted) {
    return List.copyOf(new TreeSet<>(Stream.concat(usual.stream(), wanted.stream()).toList()));
  }

  /**
   * Adds some hardware; the first is shown first.
   *
   * @param machines the same hardware for each model, in the models' order
   */
  void add(List<AnalyzedMachine> machines) {
    AnalyzedMachine first = machines.getFirst();
    ObjectNode node = hardware.addObject();
    node.put("label", first.label());
    node.put("memory_bytes", first.memoryBytes());
    node.put("bytes_per_second", rounded(first.decode().bytesPerSecond()));
    node.put("operations_per_second", rounded(first.prompt().linear()));
    node.put("source", first.source());
    ArrayNode each = runs.addArray();
    for (int i = 0; i < models.size(); i++) {
      AnalyzedModel model = models.get(i);
      AnalyzedMachine machine = machines.get(i);
      sizes.get(i).withArray("weights_bytes").add(machine.weightBytes(model));
      sizes
          .get(i)
          .withArray("cache_bytes_per_token")
          .add(model.cacheBytesPerToken(machine.cacheType()));
      run(each.addObject(), model, machine);
    }
  }

  private void run(ObjectNode run, AnalyzedModel model, AnalyzedMachine machine) {
    ArrayNode largest = run.putArray("largest_batch");
    ArrayNode prefill = run.putArray("prefill_seconds");
    ArrayNode decode = run.putArray("decode_seconds");
    for (int context : contexts) {
      largest.add(machine.largestBatch(model, context));
      prefill.add(
          rounded(machine.prompt().seconds(machine.work(model, StepSize.prompt(1, context)))));
      ArrayNode row = decode.addArray();
      for (int batch : batches) {
        row.add(
            rounded(
                machine.decode().seconds(machine.work(model, StepSize.decode(batch, context)))));
      }
    }
  }

  private static BigDecimal rounded(double value) {
    return new BigDecimal(value, DIGITS);
  }

  /** The page, in UTF-8. */
  byte[] html() {
    return PageTemplate.of("analyze.html", data).getBytes(StandardCharsets.UTF_8);
  }
}
