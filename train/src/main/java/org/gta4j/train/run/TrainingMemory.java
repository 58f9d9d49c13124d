package org.gta4j.train.run;

import java.util.Optional;
import org.gta4j.model.ModelConfig;
import org.gta4j.train.block.Lora;
import org.gta4j.train.block.Precision;

/**
 * The memory that a process of a training takes for certain, in bytes. It takes more: what is
 * counted is what every variant has, so that nothing is refused by it that would fit. Sums of more
 * than 2^63 bytes are that.
 *
 * @param parameters the model's and its adapters', f32
 * @param moments both of AdamW's, of what is trained, f32
 * @param gradients of what is trained, f32: those of each batch that is computed side by side with
 *     others, and their sum where more batches follow
 * @param activations of those batches: logits and their logarithms, and what layers keep for the
 *     backward pass
 */
public record TrainingMemory(long parameters, long moments, long gradients, long activations) {
  private static final int MOMENTS = 2;

  /** The logits, and the logarithms of probabilities beside them. */
  private static final int OF_LOGITS = 2;

  /** A layer's: input, both normalized states, both results, and the state between them. */
  private static final int HIDDEN_STATES = 6;

  /** A feed-forward network's: gate, its activation, what is gated, and the product. */
  private static final int INNER_STATES = 4;

  /**
   * Of a training.
   *
   * @param lora how the model is adapted, where not all of it is trained
   * @param length tokens of the shortest sequence
   * @param threads batches computed side by side at most
   * @param workers processes that share a step's batches
   */
  public static TrainingMemory of(
      ModelConfig config,
      Optional<Lora> lora,
      TrainingPlan plan,
      int length,
      int threads,
      int workers) {
    // In f64: sizes of absurd configurations are beyond 64 bits, and a double only rounds them.
    double adapters = lora.map(adaptation -> (double) adaptation.parameters(config)).orElse(0.0);
    double own = (double) config.parameters();
    double trained = Float.BYTES * (lora.isPresent() ? adapters : own);
    int batches = Math.max(1, plan.parts() / workers);
    int together = Math.min(threads, batches);
    return new TrainingMemory(
        (long) (Float.BYTES * (own + adapters)),
        (long) (MOMENTS * trained),
        // The first ones become a sum, beside which the next ones have their own.
        (long) (Math.max(together, 1 + Math.min(together, batches - together)) * trained),
        (long) (sequences(plan, batches, together) * length * bytesPerToken(config, plan)));
  }

  /** Sequences in the batches that are computed first; the last batch of a step may be smaller. */
  private static double sequences(TrainingPlan plan, int batches, int together) {
    int last =
        batches > together
            ? plan.microSequences()
            : plan.sequences() - (plan.parts() - 1) * plan.microSequences();
    return (together - 1.0) * plan.microSequences() + last;
  }

  private static double bytesPerToken(ModelConfig config, TrainingPlan plan) {
    double hidden = (double) config.hiddenSize() * Float.BYTES;
    double inner =
        (double) config.intermediateSize()
            * (plan.precision() == Precision.BF16 ? Short.BYTES : Float.BYTES);
    double layer = plan.recompute() ? hidden : HIDDEN_STATES * hidden + INNER_STATES * inner;
    return (double) OF_LOGITS * Float.BYTES * config.vocabSize() + layer * config.numHiddenLayers();
  }

  /** All of it. */
  public long total() {
    return (long) ((double) parameters + moments + gradients + activations);
  }

  /** What is left of it where one batch of one token is computed at a time. */
  public long least() {
    return (long) ((double) parameters + moments + (double) moments / MOMENTS);
  }
}
