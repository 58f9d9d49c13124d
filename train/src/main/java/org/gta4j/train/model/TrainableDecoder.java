package org.gta4j.train.model;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorArrayRefOptional;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.gta4j.attention.AttentionMask;
import org.gta4j.model.ModelConfig;
import org.gta4j.train.batch.Batch;
import org.gta4j.train.block.CausalMask;
import org.gta4j.train.block.Linear;
import org.gta4j.train.block.Parameters;
import org.gta4j.train.block.Precision;
import org.gta4j.train.block.RmsNorm;
import org.gta4j.train.block.Rotation;
import org.gta4j.train.torch.GradMode;
import org.gta4j.train.torch.Memory;
import org.gta4j.train.torch.TensorScope;
import org.gta4j.train.torch.Torch;
import org.gta4j.train.variant.AttentionBlock;

/**
 * A decoder of Llama's kind with one of the attention variants, as it is trained: the same numbers
 * as the engine's {@link org.gta4j.model.Decoder}, and their gradients.
 *
 * <p>Not thread-safe: one batch at a time.
 */
public final class TrainableDecoder implements AutoCloseable {
  private static final int SUM = 2; // libtorch's number of this reduction

  /**
   * How a batch is computed.
   *
   * @param precision what matrix products are computed in
   * @param recompute whether layers keep nothing but their input for the backward pass, and are
   *     computed a second time there: a third more arithmetic, a fraction of the memory
   */
  public record Mode(Precision precision, boolean recompute) {}

  private final Parameters parameters;
  private final ModelConfig config;
  private final Mode mode;
  private final List<DecoderLayer> layers = new ArrayList<>();
  private final RmsNorm finalNorm;
  private final Linear head;

  /** What depends on the length of sequences alone; of the last length. */
  private Optional<Positions> positions = Optional.empty();

  private record Positions(
      int length, Rotation rotation, Map<AttentionMask, Optional<Tensor>> masks)
      implements AutoCloseable {
    AttentionBlock.Step step(AttentionMask mask) {
      Optional<Tensor> made = masks.get(mask);
      if (made == null) {
        throw new IllegalArgumentException("expected a mask of a layer, found " + mask);
      }
      return new AttentionBlock.Step(rotation, made);
    }

    @Override
    public void close() {
      rotation.close();
      masks.values().forEach(mask -> mask.ifPresent(Tensor::close));
    }
  }

  /**
   * A model of parameters, which stay the caller's.
   *
   * @throws IllegalArgumentException if its attention variant cannot be trained
   */
  public TrainableDecoder(Parameters parameters, Mode mode) {
    this.parameters = parameters;
    this.mode = mode;
    config = parameters.config();
    for (int layer = 0; layer < config.numHiddenLayers(); layer++) {
      Parameters.Group group = parameters.under(ModelConfig.layerPrefix(layer));
      layers.add(DecoderLayer.of(config, group, mode.precision()));
    }
    Parameters.Group outer = parameters.under("");
    finalNorm = outer.norm("model.norm", config.rmsNormEps());
    head =
        outer.linear(
            config.tieWordEmbeddings() ? "model.embed_tokens" : "lm_head", mode.precision());
  }

  /** The parameters. */
  public Parameters parameters() {
    return parameters;
  }

  /**
   * Adds a batch's gradients to those that the parameters have.
   *
   * @param divisor what the sum of the loss over the batch's targets is divided by: all targets of
   *     the step, whatever the number of batches it is computed in
   * @return the sum of the loss over the batch's targets, in nats, not divided
   */
  public double accumulate(Batch batch, double divisor, Dropout dropout) {
    Positions places = positions(batch.length());
    try (TensorScope _ = new TensorScope();
        GradMode _ = GradMode.on()) {
      if (mode.recompute()) {
        return recomputed(batch, divisor, dropout, places);
      }
      return backward(loss(hidden(batch, places, dropout), batch), divisor);
    }
  }

  /** Has the parts of a sum computed their gradients; returns the sum. */
  private static double backward(Tensor sum, double divisor) {
    sum.div(Torch.scalar(divisor)).backward();
    return sum.item_double();
  }

  /**
   * Layer by layer, each with a graph of its own that begins at its input: forward without any
   * graph, backward with one layer's at a time, of which nothing is left when the next begins but
   * the gradient of its input.
   */
  private double recomputed(Batch batch, double divisor, Dropout dropout, Positions places) {
    List<Tensor> inputs = new ArrayList<>();
    try (GradMode _ = GradMode.off()) {
      Tensor x = embedded(batch, dropout);
      for (int layer = 0; layer < layers.size(); layer++) {
        inputs.add(x);
        try (TensorScope scope = new TensorScope()) {
          x = scope.keep(layer(layer, x, places, dropout));
        }
      }
      inputs.add(x);
    }
    double sum;
    Tensor gradient;
    try (TensorScope scope = new TensorScope()) {
      Tensor last = leaf(inputs.getLast());
      sum = backward(loss(last, batch), divisor);
      gradient = scope.keep(gradientOf(last));
    }
    for (int layer = layers.size() - 1; layer >= 0; layer--) {
      inputs.removeLast().close();
      try (TensorScope scope = new TensorScope()) {
        Tensor input = leaf(inputs.getLast());
        backward(layer(layer, input, places, dropout), gradient);
        gradient.close();
        gradient = scope.keep(gradientOf(input));
      }
    }
    if (parameters.lora().isEmpty()) { // adapters leave embeddings alone
      backward(embedded(batch, dropout), gradient);
    }
    return sum;
  }

  private static Tensor leaf(Tensor x) {
    return x.detach().requires_grad_(true);
  }

  /** A tensor of its own: what {@code grad()} gives is memory of {@code x}. */
  private static Tensor gradientOf(Tensor x) {
    return x.grad().detach();
  }

  private static void backward(Tensor y, Tensor gradient) {
    y.backward(gradient, new BoolOptional(), false, new TensorArrayRefOptional());
  }

  /** The sum of the loss over the batch's targets, in nats, without any dropout. */
  public double evaluate(Batch batch) {
    Positions places = positions(batch.length());
    try (TensorScope _ = new TensorScope();
        GradMode _ = GradMode.off()) {
      return loss(hidden(batch, places, Dropout.NONE), batch).item_double();
    }
  }

  /** The logits [B · T, V] of a batch, for small ones. */
  public float[] logits(Batch batch) {
    Positions places = positions(batch.length());
    try (TensorScope _ = new TensorScope();
        GradMode _ = GradMode.off()) {
      return Memory.floats(scores(hidden(batch, places, Dropout.NONE)));
    }
  }

  /**
   * The hidden state after the last layer. What a layer computes on the way is freed when the layer
   * is done, but for what the backward pass will need: libtorch keeps that itself.
   */
  private Tensor hidden(Batch batch, Positions places, Dropout dropout) {
    Tensor x = embedded(batch, dropout);
    for (int layer = 0; layer < layers.size(); layer++) {
      try (TensorScope scope = new TensorScope()) {
        Tensor next = scope.keep(layer(layer, x, places, dropout));
        x.close();
        x = next;
      }
    }
    return x;
  }

  private Tensor embedded(Batch batch, Dropout dropout) {
    requireIds(batch);
    Tensor ids = Memory.ofInts(batch.ids(), batch.rows(), batch.length());
    return dropout.part(0).apply(torch.embedding(parameters.get("model.embed_tokens.weight"), ids));
  }

  private void requireIds(Batch batch) {
    batch
        .soft()
        .ifPresent(soft -> {
          for (int token : soft.tokens()) {
            requireId(token);
          }
        });
    for (int i = 0; i < batch.ids().length; i++) {
      requireId(batch.ids()[i]);
      requireId(Math.max(0, batch.targets()[i]));
    }
  }

  private void requireId(int id) {
    if (id < 0 || id >= config.vocabSize()) {
      throw new IllegalArgumentException(
          "expected token ids from 0 to %d, found %d".formatted(config.vocabSize() - 1, id));
    }
  }

  private Tensor layer(int layer, Tensor x, Positions places, Dropout dropout) {
    return layers
        .get(layer)
        .apply(
            x, places.step(config.masks().mask(layer)), mode.precision(), dropout.part(layer + 1));
  }

  private Tensor scores(Tensor x) {
    Tensor flat = x.reshape(-1, config.hiddenSize());
    return mode.precision().full(head.apply(finalNorm.apply(flat)));
  }

  /** The sum of the loss; logits are freed before the backward pass, which does not need them. */
  private Tensor loss(Tensor x, Batch batch) {
    Tensor loss;
    try (TensorScope scope = new TensorScope()) {
      loss =
          scope.keep(
              batch.soft().isPresent()
                  ? softLoss(x, batch, batch.soft().get())
                  : hardLoss(x, batch));
    }
    return loss;
  }

  private Tensor hardLoss(Tensor x, Batch batch) {
    Tensor targets = Memory.ofInts(batch.targets(), batch.targets().length);
    return torch.cross_entropy_loss(
        scores(x), targets, new TensorOptional(), SUM, Batch.IGNORED, 0);
  }

  /** The cross entropy with a distribution at each token. */
  private Tensor softLoss(Tensor x, Batch batch, Batch.SoftTargets soft) {
    int count = batch.targets().length;
    Tensor tokens = Memory.ofInts(soft.tokens(), count, soft.choices());
    Tensor weights = Memory.ofFloats(soft.weights(), count, soft.choices());
    return torch.log_softmax(scores(x), 1).gather(1, tokens).mul(weights).sum().neg();
  }

  /** Outside of all scopes, which would free what is kept from one batch to the next. */
  private Positions positions(int length) {
    if (positions.isEmpty() || positions.get().length() != length) {
      positions.ifPresent(Positions::close);
      positions = Optional.empty();
      Map<AttentionMask, Optional<Tensor>> masks = new HashMap<>();
      for (int layer = 0; layer < config.numHiddenLayers(); layer++) {
        masks.computeIfAbsent(config.masks().mask(layer), mask -> CausalMask.of(mask, length));
      }
      positions = Optional.of(new Positions(length, Rotation.of(config.rotary(), length), masks));
    }
    return positions.get();
  }

  @Override
  public void close() {
    positions.ifPresent(Positions::close);
    positions = Optional.empty();
  }
}
