package org.gta4j.cli;

import java.util.List;
import org.gta4j.attention.AttentionShape;
import org.gta4j.checkpoint.Json;
import org.gta4j.cost.StepWork;
import tools.jackson.databind.node.ObjectNode;

/** What an analysis prints: some lines a model, a line a case. */
final class AnalyzeReport {
  private static final List<String> HEAD =
      List.of(
          "batch",
          "context",
          "cache",
          "prefill",
          "",
          "tokens/s",
          "decode",
          "",
          "tokens/s",
          "largest");

  private final Terminal terminal;
  private final boolean json;
  private boolean first = true;

  AnalyzeReport(Terminal terminal, boolean json) {
    this.terminal = terminal;
    this.json = json;
  }

  /** What is before a model's cases. */
  void begin(AnalyzedModel model, AnalyzedMachine machine) {
    if (json) {
      return;
    }
    if (!first) {
      terminal.line("");
    }
    first = false;
    AttentionShape shape = model.config().attention().shape();
    terminal.line(
        "%s: %s attention, %,d parameters, %s in %s"
            .formatted(
                model.name(),
                model.config().attention().name(),
                model.config().parameters(),
                Numbers.bytes(machine.weightBytes(model)),
                machine.weights().label()));
    terminal.line(
        "a layer's attention: %,d multiply-adds a pair of tokens, %,d a token; %,d numbers cached a token, in all layers %s in %s"
            .formatted(
                shape.multiplyAddsPerPair(),
                model.linearMacs(),
                shape.cacheElements(),
                Numbers.bytes(model.cacheBytesPerToken(machine.cacheType())),
                machine.cacheType().label()));
    terminal.line(
        "%s: %.4g GB/s, %.4g T operations/s; %s attention"
            .formatted(
                machine.label(),
                machine.decode().bytesPerSecond() / 1e9,
                machine.prompt().linear() / 1e12,
                machine.rules().traffic().label()));
    terminal.line(row(HEAD));
  }

  /** A case. */
  void add(AnalyzedCase found) {
    terminal.line(json ? json(found) : text(found));
  }

  private static String text(AnalyzedCase found) {
    double prefill = found.prefillSeconds();
    double decode = found.decodeSeconds();
    long cache =
        found.model().cacheBytesPerToken(found.machine().cacheType())
            * found.batch()
            * found.context();
    return row(
        List.of(
            Integer.toString(found.batch()),
            Integer.toString(found.context()),
            Numbers.bytes(cache),
            "%.3g T ops".formatted(StepWork.operations(found.prefill()) / 1e12),
            seconds(prefill),
            "%.0f".formatted((double) found.batch() * found.context() / prefill),
            Numbers.bytes(Math.round(StepWork.bytes(found.decode()))),
            seconds(decode),
            "%.0f".formatted(found.batch() / decode),
            Long.toString(found.machine().largestBatch(found.model(), found.context()))));
  }

  /** A time in a unit that leaves few digits. */
  static String seconds(double seconds) {
    if (seconds >= 1) {
      return "%.3g s".formatted(seconds);
    }
    return seconds >= 1e-3
        ? "%.3g ms".formatted(seconds * 1e3)
        : "%.1f µs".formatted(seconds * 1e6);
  }

  private static String row(List<String> cells) {
    StringBuilder line = new StringBuilder();
    for (String cell : cells) {
      line.repeat(' ', Math.max(0, 11 - cell.length())).append(cell).append(' ');
    }
    return line.toString().stripTrailing();
  }

  private static String json(AnalyzedCase found) {
    AnalyzedModel model = found.model();
    AnalyzedMachine machine = found.machine();
    AttentionShape shape = model.config().attention().shape();
    AttentionShape expanded = model.config().attention().expandedShape();
    ObjectNode line = Json.object();
    line.put("model", model.name());
    line.put("variant", model.config().attention().name());
    line.put("hardware", machine.name());
    line.put("attention", machine.rules().traffic().label());
    line.put("weights", machine.weights().label());
    line.put("cache_type", machine.cacheType().label());
    line.put("batch", found.batch());
    line.put("context", found.context());
    model.putSizes(line);
    if (!expanded.equals(shape)) {
      line.put("attention_macs_per_pair_expanded", expanded.multiplyAddsPerPair());
    }
    line.put("weights_bytes", machine.weightBytes(model));
    line.put("cache_bytes_per_token", model.cacheBytesPerToken(machine.cacheType()));
    line.put("model_macs_per_token", model.modelMacs());
    putWhole(line, "prefill_flops", StepWork.operations(found.prefill()));
    putWhole(line, "prefill_bytes", StepWork.bytes(found.prefill()));
    line.put("prefill_seconds", found.prefillSeconds());
    putWhole(line, "decode_flops", StepWork.operations(found.decode()));
    putWhole(line, "decode_bytes", StepWork.bytes(found.decode()));
    line.put("decode_seconds", found.decodeSeconds());
    line.put("memory_bytes", machine.memoryBytes());
    line.put("largest_batch", machine.largestBatch(model, found.context()));
    return line.toString();
  }

  /** A whole number, as one where it is small enough for that. */
  private static void putWhole(ObjectNode line, String name, double value) {
    if (value < Long.MAX_VALUE) {
      line.put(name, Math.round(value));
    } else {
      line.put(name, value);
    }
  }
}
