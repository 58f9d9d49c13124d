package org.gta4j.cli.training;

import java.util.List;
import java.util.Optional;
import org.gta4j.cli.Check;
import org.gta4j.cli.Setting;
import org.gta4j.cli.UsageException;
import org.gta4j.cli.Verb;
import org.gta4j.model.ModelConfig;
import org.gta4j.train.block.Lora;

/** The options that say whether and how a model is adapted by small matrices beside its own. */
final class LoraOptions {
  private static final int USUAL_RANK = 16;

  private final Setting<Boolean> lora =
      Setting.flag(
          "--lora",
          "Train two small matrices beside each layer's own, which stays as it is (LoRA); so does each of the next three.");
  private final Setting<Integer> rank =
      Setting.integer(
          "--lora-rank",
          "N",
          "How many numbers stand between the two (default: %d).".formatted(USUAL_RANK));
  private final Setting<Double> alpha =
      Setting.number(
          "--lora-alpha",
          "X",
          "Their product is multiplied by X divided by the rank (default: twice the rank).");
  private final Setting<String> targets =
      Setting.text(
          "--lora-targets",
          "NAME,...",
          "Which layers, such as q_proj,v_proj (default: all linear layers but the head).");

  void addTo(Verb verb) {
    verb.add(lora, rank, alpha, targets);
  }

  /**
   * How a model is adapted; empty where all of it is trained.
   *
   * @throws UsageException if a number makes no sense, or the model has no such layer
   */
  Optional<Lora> of(ModelConfig config) {
    if (!lora.isGiven() && !rank.isGiven() && !alpha.isGiven() && !targets.isGiven()) {
      return Optional.empty();
    }
    int size = Check.count(rank, 1, USUAL_RANK);
    try {
      Lora chosen =
          new Lora(
              size,
              alpha.or(2.0 * size),
              targets
                  .value()
                  .map(list -> List.of(list.split(",", -1)))
                  .orElseGet(() -> Lora.usualTargets(config)));
      chosen.layers(config);
      return Optional.of(chosen);
    } catch (IllegalArgumentException e) {
      throw UsageException.of(e);
    }
  }
}
