package org.gta4j.cost;

import org.gta4j.attention.AttentionShape;
import org.gta4j.model.ModelConfig;
import org.gta4j.tensor.DType;
import org.gta4j.tensor.Shape;

/**
 * What a device holds of a training, in bytes. Parameters, gradients and AdamW's two moments are
 * f32, whatever products are computed in: 16 bytes a parameter, of which ZeRO-1 divides the
 * moments' 8 among the devices (Rajbhandari et al., arXiv 1910.02054, section 5).
 *
 * @param parameters 4 a parameter
 * @param gradients 4 a parameter, as often as batches have gradients of their own
 * @param optimizer 8 a parameter, or the largest share of them
 * @param activations what layers keep for the backward pass, and logits
 */
public record DeviceMemory(
    double parameters, double gradients, double optimizer, double activations) {
  private static final int MOMENTS = 2 * Float.BYTES;

  /** A layer's input and the state after attention, which norms read. */
  private static final int NORM_INPUTS = 2;

  /** Gate, its activation, the other branch, and their product. */
  private static final int FEED_FORWARD = 4;

  /** Logarithms of probabilities, and what becomes their gradient. */
  private static final int OF_LOGIT = 2 * Float.BYTES;

  /** Of the device that has most. */
  public static DeviceMemory of(ModelConfig config, TrainingSize size, TrainingMachine machine) {
    long numbers = config.parameters();
    int together = machine.together(size);
    boolean apart = machine instanceof SharedProcessors; // gradients of batches are added up after
    int later = apart ? Math.min(together, size.ownParts() - together) : 0;
    // What the first batches had becomes a sum, beside which the next ones have their own.
    int copies = Math.max(together, later > 0 ? 1 + later : 1);
    long owned = size.sharded() ? new GradientBuckets(numbers, size.devices()).owned(0) : numbers;
    double tokens = (double) together * size.microSequences() * size.length();
    return new DeviceMemory(
        (double) Float.BYTES * numbers,
        (double) Float.BYTES * numbers * copies,
        (double) MOMENTS * owned,
        tokens * activationsPerToken(config, size, machine));
  }

  private static double activationsPerToken(
      ModelConfig config, TrainingSize size, TrainingMachine machine) {
    double product = size.products() == DType.BF16 ? Short.BYTES : Float.BYTES;
    double layer = layer(config, machine.keptAttention(size.products()), product);
    double layers = config.numHiddenLayers();
    double kept =
        size.recompute()
            ? layers * config.hiddenSize() * Float.BYTES + layer // of one layer at a time
            : layers * layer;
    return kept + (double) OF_LOGIT * config.vocabSize() + product * config.hiddenSize();
  }

  /** Bytes that a layer keeps of a token. */
  private static double layer(ModelConfig config, KeptAttention attention, double product) {
    double hidden = config.hiddenSize();
    AttentionShape shape = config.attention().expandedShape();
    double norms = NORM_INPUTS * hidden * (Float.BYTES + product); // and what products read of them
    double feedForward = FEED_FORWARD * product * config.intermediateSize();
    return norms
        + feedForward
        + attention.bytesPerToken(shape)
        + between(config, attention, product);
  }

  /** What is kept between attention and the residual: inputs of decoder, gate and output. */
  private static double between(ModelConfig config, KeptAttention attention, double product) {
    AttentionShape cached = config.attention().shape();
    boolean expanded = !config.attention().expandedShape().equals(cached);
    boolean decoded = !expanded && !config.attention().headMatrices().isEmpty();
    double kept = 0;
    if (expanded) {
      kept += cached.cacheElements() * (Float.BYTES + product); // a latent's norm, and its product
    }
    if (decoded) {
      kept += cached.attendedWidth() * product;
    }
    long gate = config.attention().gateWidth();
    kept += 2.0 * gate * attention.numberBytes();
    Shape output = config.attention().tensors().get("o_proj.weight");
    boolean same = gate == 0 && !decoded && attention.numberBytes() == product;
    if (output != null && !same) {
      kept += output.size(1) * product;
    }
    return kept;
  }

  /** All of it. */
  public double total() {
    return parameters + gradients + optimizer + activations;
  }
}
