package org.gta4j.cli.training;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.gta4j.cli.MachineMemory;
import org.gta4j.cli.Numbers;
import org.gta4j.cli.RefusedException;
import org.gta4j.model.ModelConfig;
import org.gta4j.train.block.Lora;
import org.gta4j.train.run.TrainingMemory;
import org.gta4j.train.run.TrainingPlan;

/**
 * The memory that a training needs, asked for before any of it is taken: libtorch would find out in
 * words of its own, and many a system ends the process instead.
 *
 * @param config the model
 * @param lora how it is adapted, where not all of it is trained
 * @param plan the training
 * @param shortest tokens of its shortest sequence
 * @param threads batches that a process computes side by side
 * @param from what the training begins with, which decides what to try
 */
record MemoryNeed(
    ModelConfig config,
    Optional<Lora> lora,
    TrainingPlan plan,
    int shortest,
    int threads,
    From from) {
  /** What a training begins with, and where its numbers are written. */
  enum From {
    /** Random numbers; options. */
    NOTHING("--"),
    /** A model; options. */
    A_MODEL("--"),
    /** Random numbers; keys of an experiment's file. */
    AN_EXPERIMENT("");

    private final String dashes;

    From(String dashes) {
      this.dashes = dashes;
    }
  }

  /**
   * Refuses a training that certainly needs more memory than is available. The first process of a
   * machine asks for all of them; the others do not ask again beside each other.
   *
   * @throws RefusedException saying what is needed, what is there, and what to try
   */
  void require(Team team) {
    if (team.rank() % team.here() == 0) {
      refusal(team.here(), team.count(), team.division().ranks(), MachineMemory.availableBytes())
          .ifPresent(sentence -> {
            throw new RefusedException(sentence);
          });
    }
  }

  /**
   * Why there is not enough, if there is not.
   *
   * @param here processes on this machine
   * @param workers processes on all machines
   * @param owners processes that share the moments
   * @param available bytes
   */
  Optional<String> refusal(int here, int workers, int owners, long available) {
    TrainingMemory memory =
        TrainingMemory.of(config, lora, plan, shortest, threads, workers, owners);
    double needed = (double) memory.total() * here;
    if (needed <= available) {
      return Optional.empty();
    }
    return Optional.of(
        "training takes at least %s of memory%s: %s of parameters, %s of AdamW's moments, %s; %s are available: try %s"
            .formatted(
                Numbers.bytes((long) needed),
                here == 1 ? "" : " in %d processes, each of which takes".formatted(here),
                Numbers.bytes(memory.parameters()),
                Numbers.bytes(memory.moments()),
                memory.isMostAtTheEnd()
                    ? "%s of adapted weights once more, when the adapters are added to them at the end"
                        .formatted(Numbers.bytes(memory.merged()))
                    : "%s of gradients, %s of activations"
                        .formatted(
                            Numbers.bytes(memory.gradients()), Numbers.bytes(memory.activations())),
                Numbers.bytes(available),
                String.join(", ", advice(memory, here, workers, available))));
  }

  private List<String> advice(TrainingMemory memory, int here, int workers, long available) {
    List<String> advice = new ArrayList<>();
    if (memory.isMostAtTheEnd()) {
      advice.add("fewer --lora-targets");
    } else if (memory.least() <= available) {
      if (here > 1) {
        advice.add("fewer --workers");
      }
      if (Math.min(threads, plan.parts() / workers) > 1) {
        advice.add("fewer --threads");
      }
      if (plan.microSequences() > 1) {
        advice.add("fewer %smicro-tokens".formatted(from.dashes));
      }
      if (!plan.recompute()) {
        advice.add(from.dashes + "recompute");
      }
    }
    if (from == From.A_MODEL && lora.isEmpty()) {
      advice.add("--lora");
    }
    advice.add("a smaller model");
    return advice;
  }
}
