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
 * @param moments both of AdamW's, of what is trained, f32; a process's part where several share
 *     them
 * @param gradient of what is trained, f32: where one batch is computed at a time, and no other
 *     follows
 * @param gradients of what is trained, f32: those of each batch that is computed side by side with
 *     others, and their sum where more batches follow
 * @param activations of those batches: logits and their logarithms, and what layers keep for the
 *     backward pass
 * @param merged the weights of adapted layers once more, f32, with what adapters add: they are
 *     there when all steps are made, and gradients and activations are not
 */
public record TrainingMemory(
    long parameters, long moments, long gradient, long gradients, long activations, long merged) {
  private static final int MOMENTS = 2;

  /** Logarithms of probabilities, and beside them the logits, later their gradients. */
  private static final int OF_LOGITS = 2;

  /** What a layer's norms read and keep, f32: its input, and the state after attention. */
  private static final int HIDDEN_STATES = 2;

  /** The same two, normalized, as linear layers whose weights are trained read them. */
  private static final int NORMALIZED_STATES = 2;

  /** A feed-forward network's: gate, its activation, and what is gated. */
  private static final int INNER_STATES = 3;

  /** The product of them, which a linear layer reads whose weights are trained. */
  private static final int GATED_STATES = 1;

  /**
   * Of a training.
   *
   * @param lora how the model is adapted, where not all of it is trained
   * @param length tokens of the shortest sequence
   * @param threads batches computed side by side at most
   * @param workers processes that share a step's batches
   * @param owners processes that share the moments
   */
  public static TrainingMemory of(
      ModelConfig config,
      Optional<Lora> lora,
      TrainingPlan plan,
      int length,
      int threads,
      int workers,
      int owners) {
    // In f64: sizes of absurd configurations are beyond 64 bits, and a double only rounds them.
    double adapters = lora.map(adaptation -> (double) adaptation.parameters(config)).orElse(0.0);
    double own = (double) config.parameters();
    double trained = Float.BYTES * (lora.isPresent() ? adapters : own);
    int batches = Math.max(1, plan.parts() / workers);
    int together = Math.min(threads, batches);
    return new TrainingMemory(
        (long) (Float.BYTES * (own + adapters)),
        (long) (MOMENTS * trained / owners),
        (long) trained,
        // The first ones become a sum, beside which the next ones have their own.
        (long) (Math.max(together, 1 + Math.min(together, batches - together)) * trained),
        (long) (sequences(plan, batches, together) * length * bytesPerToken(config, lora, plan)),
        lora.map(adaptation -> Float.BYTES * adaptation.weights(config)).orElse(0L));
  }

  /** Sequences in the batches that are computed first; the last batch of a step may be smaller. */
  private static double sequences(TrainingPlan plan, int batches, int together) {
    int last =
        batches > together
            ? plan.microSequences()
            : plan.sequences() - (plan.parts() - 1) * plan.microSequences();
    return (together - 1.0) * plan.microSequences() + last;
  }

  private static double bytesPerToken(ModelConfig config, Optional<Lora> lora, TrainingPlan plan) {
    return (double) OF_LOGITS * Float.BYTES * config.vocabSize()
        + (plan.recompute()
            ? (double) config.hiddenSize() * Float.BYTES * config.numHiddenLayers()
            : layer(config, lora.isEmpty(), plan.precision()) * graphs(config, lora));
  }

  /**
   * What libtorch's graph of a layer refers to.
   *
   * @param trained whether the layer's own weights are, whose gradients follow from their inputs
   */
  private static double layer(ModelConfig config, boolean trained, Precision precision) {
    int product = precision == Precision.BF16 ? Short.BYTES : Float.BYTES;
    double hidden =
        HIDDEN_STATES * Float.BYTES + (trained ? NORMALIZED_STATES : 0) * (double) product;
    double inner = (INNER_STATES + (trained ? GATED_STATES : 0)) * (double) product;
    return hidden * config.hiddenSize() + inner * config.intermediateSize();
  }

  /** Layers that gradients go through for certain: of adapters, those behind the first of them. */
  private static double graphs(ModelConfig config, Optional<Lora> lora) {
    if (lora.isEmpty()) {
      return config.numHiddenLayers();
    }
    String first = ModelConfig.layerPrefix(0);
    return lora.get().layers(config).stream().anyMatch(layer -> layer.startsWith(first))
        ? config.numHiddenLayers() - 1
        : 0;
  }

  /** The most of it that is there at once. */
  public long total() {
    return (long) ((double) parameters + moments + Math.max(steps(), (double) merged));
  }

  /** Whether most of it is there after the steps, when adapters are added to the model. */
  public boolean isMostAtTheEnd() {
    return merged > steps();
  }

  private double steps() {
    return (double) gradients + activations;
  }

  /** What is left of it where one batch of one token is computed at a time. */
  public long least() {
    return (long) ((double) parameters + moments + Math.max((double) gradient, (double) merged));
  }
}
