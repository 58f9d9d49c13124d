package org.gta4j.cli;

import java.util.List;
import java.util.Optional;
import org.gta4j.checkpoint.Json;
import org.gta4j.cost.DeviceMemory;
import org.gta4j.cost.Network;
import org.gta4j.cost.SharedProcessors;
import org.gta4j.cost.TrainingCost;
import org.gta4j.cost.TrainingMachine;
import org.gta4j.cost.TrainingSize;
import org.gta4j.cost.TrainingTraffic;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** What an analysis of trainings prints: two lines a model, a line a number of devices. */
final class TrainingReport {
  private static final List<String> HEAD =
      List.of(
          "devices",
          "at once",
          "memory",
          "sends",
          "compute",
          "exchange",
          "step",
          "tokens/s",
          "days",
          "MFU");

  /**
   * Whose training it is.
   *
   * @param model the model
   * @param network between nodes, where there are any
   * @param overlapped whether gradients travel while others are computed
   * @param tokens of the whole training, where that is known
   */
  record Subject(
      AnalyzedModel model,
      Optional<Network> network,
      boolean overlapped,
      Optional<Double> tokens) {}

  private final Terminal terminal;
  private final boolean json;
  private Optional<Subject> shown = Optional.empty();

  TrainingReport(Terminal terminal, boolean json) {
    this.terminal = terminal;
    this.json = json;
  }

  /** A plan; the first of a subject has lines about it before. */
  void add(Subject subject, TrainingMachine machine, TrainingCost cost) {
    if (json) {
      terminal.line(json(subject, machine, cost));
      return;
    }
    if (!shown.equals(Optional.of(subject))) {
      begin(subject, machine, cost.size());
      shown = Optional.of(subject);
    }
    terminal.line(text(subject, machine, cost));
  }

  private void begin(Subject subject, TrainingMachine machine, TrainingSize size) {
    if (shown.isPresent()) {
      terminal.line("");
    }
    AnalyzedModel model = subject.model();
    terminal.line(
        "%s: %s attention, %,d parameters; steps of %,d sequences of %,d tokens, products in %s, %s"
            .formatted(
                model.name(),
                model.config().attention().name(),
                model.config().parameters(),
                size.sequences(),
                size.length(),
                size.products().label(),
                size.sharded() ? "moments divided (ZeRO-1)" : "moments on every device"));
    terminal.line(
        machine.label()
            + subject.network().map(network -> "; between nodes " + network.label()).orElse("")
            + (subject.overlapped() ? "; gradients travel during the backward pass" : ""));
    terminal.line(row(HEAD));
  }

  private static String text(Subject subject, TrainingMachine machine, TrainingCost cost) {
    TrainingSize size = cost.size();
    double memory = cost.memory().total();
    return row(
        List.of(
            Integer.toString(size.devices()),
            Integer.toString(size.microSequences() * size.length()),
            Numbers.bytes(Math.round(memory))
                + (memory > machine.memoryBytes(size.devices()) ? "!" : ""),
            Numbers.bytes(cost.sentBytes()),
            AnalyzeReport.seconds(cost.computeSeconds()),
            AnalyzeReport.seconds(cost.communicationSeconds()),
            AnalyzeReport.seconds(cost.stepSeconds()),
            "%.0f".formatted(cost.tokensPerSecond()),
            subject.tokens().map(tokens -> "%.3g".formatted(cost.days(tokens))).orElse(""),
            "%.1f %%".formatted(100 * cost.utilization())));
  }

  private static String row(List<String> cells) {
    StringBuilder line = new StringBuilder();
    for (String cell : cells) {
      line.repeat(' ', Math.max(0, 9 - cell.length())).append(cell).append(' ');
    }
    return line.toString().stripTrailing();
  }

  private static String json(Subject subject, TrainingMachine machine, TrainingCost cost) {
    TrainingSize size = cost.size();
    AnalyzedModel model = subject.model();
    ObjectNode line = Json.object();
    line.put("model", model.name());
    line.put("variant", model.config().attention().name());
    line.put("parameters", model.config().parameters());
    line.put("hardware", machine.name());
    subject.network().ifPresent(network -> line.put("network", network.name()));
    line.put("devices", size.devices());
    line.put("zero", size.sharded() ? 1 : 0);
    line.put("dtype", size.products().label());
    line.put("recompute", size.recompute());
    line.put("overlap", subject.overlapped());
    line.put("sequence", size.length());
    line.put("batch_tokens", size.tokens());
    line.put("micro_tokens", (long) size.microSequences() * size.length());
    line.put("step_seconds", cost.stepSeconds());
    line.put("compute_seconds", cost.computeSeconds());
    line.put("communication_seconds", cost.communicationSeconds());
    line.put("hidden_communication_seconds", cost.hiddenSeconds());
    line.put("communication_bytes_per_device", cost.sentBytes());
    if (machine instanceof SharedProcessors processes && size.devices() > 1) {
      ArrayNode each = line.putArray("communication_bytes_by_rank"); // headers are not the same
      TrainingTraffic traffic =
          new TrainingTraffic(model.config().parameters(), size.devices(), size.sharded());
      for (int rank = 0; rank < size.devices(); rank++) {
        each.add(processes.sentBytes(traffic, rank));
      }
    }
    line.put("communication_bound", cost.isCommunicationBound());
    DeviceMemory memory = cost.memory();
    ObjectNode bytes = line.putObject("memory_bytes_per_device");
    bytes.put("parameters", Math.round(memory.parameters()));
    bytes.put("gradients", Math.round(memory.gradients()));
    bytes.put("optimizer", Math.round(memory.optimizer()));
    bytes.put("activations", Math.round(memory.activations()));
    bytes.put("total", Math.round(memory.total()));
    double available = machine.memoryBytes(size.devices());
    line.put("memory_bytes", Math.round(available));
    line.put("fits", memory.total() <= available);
    line.put("model_flops", cost.modelOperations());
    line.put("tokens_per_second", cost.tokensPerSecond());
    subject
        .tokens()
        .ifPresent(tokens -> {
          line.put("tokens", tokens);
          line.put("days", cost.days(tokens));
        });
    line.put("mfu", cost.utilization());
    return line.toString();
  }
}
