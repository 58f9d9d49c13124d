package org.gta4j.cli;

import java.util.List;
import java.util.Optional;
import org.gta4j.cost.Accelerators;
import org.gta4j.cost.Hardware;
import org.gta4j.cost.Network;
import org.gta4j.cost.SharedProcessors;
import org.gta4j.cost.TrainingCost;
import org.gta4j.cost.TrainingMachine;
import org.gta4j.cost.TrainingRecipe;
import org.gta4j.cost.TrainingSize;
import org.gta4j.model.ModelConfig;
import org.gta4j.tensor.DType;

/** {@code gta analyze --training}: its options, and what they ask for. */
final class TrainingAnalysis {
  private static final int MOST_DEVICES = 1 << 20;
  private static final int USUAL_BATCH_TOKENS = 8192;
  private static final int USUAL_MICRO_TOKENS = 2048;
  private static final int USUAL_LENGTH = 512;

  private final Setting<Boolean> training =
      Setting.flag(
          "--training",
          "What a step of training costs instead: time, memory and exchange of each device.");
  private final Setting<String> devices =
      Setting.text(
          "--devices",
          "N,...",
          "How many share a step's batches; on this machine processes (default: 8, on this machine 1).");
  private final Setting<Integer> batchTokens =
      Setting.integer(
          "--batch-tokens",
          "N",
          "Tokens a step, about (default: what was published for a shape, or 8192).");
  private final Setting<Integer> sequence =
      Setting.integer(
          "--sequence",
          "N",
          "Tokens a sequence (default: what was published, or the context, at most 512).");
  private final Setting<Integer> micro =
      Setting.integer(
          "--micro-tokens",
          "N",
          "Tokens computed at once (default: as many as there is memory for; on this machine 2048).");
  private final Setting<String> dtype =
      Setting.text(
          "--dtype",
          "TYPE",
          "Of matrix products: f32 or bf16 (default: bf16, on this machine f32). Parameters, gradients and moments are f32.");
  private final Setting<Integer> zero =
      Setting.integer(
          "--zero",
          "0|1",
          "0: every device has AdamW's moments; 1: they are divided among the devices (default: 1, as 'gta train' does it).");
  private final Setting<Boolean> recompute =
      Setting.flag("--recompute", "Layers are computed twice instead of keeping what they need.");
  private final Setting<Boolean> overlap =
      Setting.flag(
          "--overlap",
          "Gradients travel during the backward pass, as in PyTorch; 'gta train' sends them behind it.");
  private final Setting<String> network =
      Setting.text(
          "--network",
          "NAME",
          "Between nodes: %s (default: infiniband-400)."
              .formatted(String.join(", ", Network.all().stream().map(Network::name).toList())));
  private final Setting<Double> tokens =
      Setting.number(
          "--tokens",
          "N",
          "Tokens of the whole training, such as 220e9, for its days (default: what was published for a shape).");

  /** Adds the options to the verb. */
  void addTo(Verb verb) {
    verb.add(training, devices, batchTokens, sequence, micro, dtype, zero);
    verb.add(recompute, overlap, network, tokens);
  }

  /** Whether training is asked for. */
  boolean isAsked() {
    return training.or(false);
  }

  /** Refuses options that are of the other kind of analysis. */
  void requireNone() {
    for (Setting<?> option :
        List.of(
            devices,
            batchTokens,
            sequence,
            micro,
            dtype,
            zero,
            recompute,
            overlap,
            network,
            tokens)) {
      if (option.isGiven()) {
        throw UsageException.of(option.name(), "--training beside it", "none");
      }
    }
  }

  /** The options' values, checked. */
  private record Wanted(
      List<Integer> devices, boolean sharded, DType products, Network network, double tokens) {}

  /**
   * Plans and prints.
   *
   * @param models whose training is planned
   * @param listed the hardware; none for this machine
   * @param measure how fast this machine is, where that can be found out
   * @param threads of all processes on this machine
   */
  void run(
      Terminal terminal,
      boolean json,
      List<AnalyzedModel> models,
      Optional<Hardware> listed,
      Optional<TrainingMeasure> measure,
      int threads) {
    Wanted wanted = wanted(listed.isPresent());
    TrainingReport report = new TrainingReport(terminal, json);
    for (AnalyzedModel model : models) {
      TrainingReport.Subject subject = subject(model, wanted, listed);
      for (int count : wanted.devices()) {
        TrainingSize size = size(model, wanted, count, listed.isPresent());
        TrainingMachine machine =
            listed.isPresent()
                ? Accelerators.of(listed.get(), wanted.network())
                : here(model.config(), size, measure, threads);
        TrainingSize planned =
            listed.isPresent() && !micro.isGiven() ? size.fitting(model.config(), machine) : size;
        report.add(
            subject, machine, TrainingCost.of(model.config(), planned, machine, overlap.or(false)));
      }
    }
  }

  private Wanted wanted(boolean listed) {
    int stage = zero.or(1);
    if (stage != 0 && stage != 1) {
      throw UsageException.of(zero.name(), "0 or 1", stage);
    }
    double all = tokens.or(1.0);
    if (!(all >= 1) || Double.isInfinite(all)) {
      throw UsageException.of(tokens.name(), "a number from 1 on", all);
    }
    if (!listed && (network.isGiven() || overlap.isGiven())) {
      throw UsageException.of(
          (network.isGiven() ? network : overlap).name(), "hardware with nodes", "this machine");
    }
    return new Wanted(
        Check.numbers(devices, listed ? "8" : "1", 1, MOST_DEVICES),
        stage == 1,
        products(listed),
        network(),
        all);
  }

  private DType products(boolean listed) {
    return switch (dtype.or(listed ? "bf16" : "f32")) {
      case "f32" -> DType.F32;
      case "bf16" -> DType.BF16;
      default -> throw UsageException.of(dtype.name(), "f32 or bf16", dtype.or(""));
    };
  }

  private Network network() {
    try {
      return Network.named(network.or("infiniband-400"));
    } catch (IllegalArgumentException e) {
      throw new UsageException("--network: " + e.getMessage());
    }
  }

  private TrainingReport.Subject subject(
      AnalyzedModel model, Wanted wanted, Optional<Hardware> listed) {
    Optional<Double> all =
        tokens.isGiven()
            ? Optional.of(wanted.tokens())
            : TrainingRecipe.of(model.name()).map(TrainingRecipe::tokens);
    return new TrainingReport.Subject(
        model, listed.map(hardware -> wanted.network()), overlap.or(false), all);
  }

  private TrainingSize size(AnalyzedModel model, Wanted wanted, int count, boolean listed) {
    Optional<TrainingRecipe> recipe = TrainingRecipe.of(model.name());
    int context = model.config().contextLength();
    int length =
        Check.count(
            sequence,
            1,
            recipe.map(TrainingRecipe::length).orElse(Math.min(USUAL_LENGTH, context)));
    if (length > context) {
      throw new RefusedException(
          "--sequence %d is more than the context of %s, %d tokens"
              .formatted(length, model.name(), context));
    }
    long batch =
        batchTokens.isGiven()
            ? Check.count(batchTokens, 1, 1)
            : recipe.map(TrainingRecipe::batchTokens).orElse((long) USUAL_BATCH_TOKENS);
    int sequences = (int) Math.max(1, batch / length);
    int together = Math.clamp(Check.count(micro, 1, USUAL_MICRO_TOKENS) / length, 1, sequences);
    int parts = Math.ceilDiv(sequences, together);
    // 'gta train' gives every process a batch; elsewhere each device has a sequence.
    boolean batches = !listed || micro.isGiven();
    if (count > (batches ? parts : sequences)) {
      throw new RefusedException(
          "--devices: expected at most %d, one for each %s of a step of %s, found %d: give larger --batch-tokens%s"
              .formatted(
                  batches ? parts : sequences,
                  batches ? "batch" : "sequence",
                  model.name(),
                  count,
                  batches ? " or smaller --micro-tokens" : ""));
    }
    return new TrainingSize(
        sequences,
        length,
        together,
        count,
        wanted.products(),
        wanted.sharded(),
        recompute.or(false));
  }

  private static SharedProcessors here(
      ModelConfig config, TrainingSize size, Optional<TrainingMeasure> measure, int threads) {
    return measure
        .orElseThrow(() ->
            new RefusedException(
                "--hardware this: trainings are measured by the application that trains, which ./gta starts"))
        .measure(
            config,
            size.products(),
            size.microSequences(),
            size.length(),
            Math.max(1, threads / size.devices()));
  }
}
