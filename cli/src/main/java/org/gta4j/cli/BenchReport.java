package org.gta4j.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.gta4j.cache.CacheType;
import org.gta4j.checkpoint.Json;
import org.gta4j.measure.MachineRates;
import tools.jackson.databind.node.ObjectNode;

/** What a benchmark prints: a line a case. */
final class BenchReport {
  private static final int WIDTH = 10;

  private final Terminal terminal;
  private final BenchModel model;
  private final CacheType cacheType;
  private final MachineRates rates;
  private final Optional<String> peer;
  private final boolean json;

  BenchReport(
      Terminal terminal,
      BenchModel model,
      CacheType cacheType,
      MachineRates rates,
      Optional<String> peer,
      boolean json) {
    this.terminal = terminal;
    this.model = model;
    this.cacheType = cacheType;
    this.rates = rates;
    this.peer = peer;
    this.json = json;
  }

  /** What is before the cases. */
  void begin() {
    if (json) {
      return;
    }
    terminal.line(
        "%s: %s attention, %,d parameters, %s weights, %s cache"
            .formatted(
                model.name(),
                model.decoder().config().attention().name(),
                model.decoder().config().parameters(),
                model.weightsLabel(),
                cacheType.label()));
    terminal.line(model.model().describeOps());
    terminal.line(
        "this machine: reads %.1f GB/s, multiplies %s weights at %.0f G operations/s"
            .formatted(
                rates.bytesPerSecond() / 1e9,
                model.weightsLabel(),
                rates.operationsPerSecond() / 1e9));
    List<String> head =
        new ArrayList<>(
            List.of("batch", "depth", "prompt", "prefill", "floor", "decode", "floor", "MB/token"));
    peer.ifPresent(name -> head.addAll(List.of("prefill", "decode")));
    if (peer.isPresent()) {
      terminal.line(" ".repeat((WIDTH + 1) * 8) + peer.get());
    }
    terminal.line(row(head));
  }

  /** A case. */
  void add(BenchRun.Result result) {
    terminal.line(json ? json(result) : text(result));
  }

  private static String text(BenchRun.Result result) {
    BenchCase wanted = result.wanted();
    List<String> cells = new ArrayList<>();
    cells.add(Integer.toString(wanted.batch()));
    cells.add(Integer.toString(wanted.depth()));
    cells.add(wanted.prompt() == 0 ? "" : Integer.toString(wanted.prompt()));
    cells.add(cell("%.1f", result.own().prefill(), 1));
    cells.add(cell("%.0f %%", result.prefillFloor(), 100));
    cells.add(cell("%.1f", result.own().decode(), 1));
    cells.add(cell("%.0f %%", result.decodeFloor(), 100));
    cells.add(cell("%.1f", result.bytesPerToken(), 1e-6));
    cells.add(peerCell(result.own().prefill(), result.peer().prefill()));
    cells.add(peerCell(result.own().decode(), result.peer().decode()));
    return row(cells);
  }

  private static String cell(String format, OptionalDouble value, double factor) {
    return value.isPresent() ? format.formatted(value.getAsDouble() * factor) : "";
  }

  private static String peerCell(OptionalDouble own, OptionalDouble theirs) {
    return own.isPresent() && theirs.isPresent()
        ? "%.1f (%.2fx)".formatted(theirs.getAsDouble(), own.getAsDouble() / theirs.getAsDouble())
        : "";
  }

  private static String row(List<String> cells) {
    StringBuilder line = new StringBuilder();
    for (String cell : cells) {
      line.repeat(' ', Math.max(0, WIDTH - cell.length())).append(cell).append(' ');
    }
    return line.toString().stripTrailing();
  }

  private String json(BenchRun.Result result) {
    BenchCase wanted = result.wanted();
    ObjectNode line = Json.object();
    line.put("model", model.name());
    line.put("backend", model.ops().name());
    line.put("kernels", model.ops().kernels());
    line.put("weights", model.weightsLabel());
    line.put("cache_type", cacheType.label());
    line.put("threads", model.ops().threads());
    line.put("batch", wanted.batch());
    line.put("depth", wanted.depth());
    if (wanted.prompt() > 0) {
      line.put("prompt", wanted.prompt());
    }
    if (wanted.generate() > 0) {
      line.put("generate", wanted.generate());
    }
    put(line, "prefill_tokens_per_second", result.own().prefill());
    put(line, "decode_tokens_per_second", result.own().decode());
    result.bytesPerToken().ifPresent(bytes -> line.put("bytes_per_token", Math.round(bytes)));
    // Decoding is what the option is asked for mostly; both are there by their own names.
    put(
        line,
        "floor_fraction",
        result.decodeFloor().isPresent() ? result.decodeFloor() : result.prefillFloor());
    put(line, "prefill_floor_fraction", result.prefillFloor());
    put(line, "decode_floor_fraction", result.decodeFloor());
    line.put("read_bytes_per_second", Math.round(rates.bytesPerSecond()));
    line.put("matrix_operations_per_second", Math.round(rates.operationsPerSecond()));
    if (result.peer().prefill().isPresent() || result.peer().decode().isPresent()) {
      ObjectNode theirs = line.putObject("peer");
      theirs.put("name", "llamacpp");
      put(theirs, "prefill_tokens_per_second", result.peer().prefill());
      put(theirs, "decode_tokens_per_second", result.peer().decode());
    }
    return line.toString();
  }

  private static void put(ObjectNode line, String key, OptionalDouble value) {
    value.ifPresent(number -> line.put(key, Numbers.rounded(number)));
  }
}
