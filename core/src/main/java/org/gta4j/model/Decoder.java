package org.gta4j.model;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.gta4j.attention.AttentionShape;
import org.gta4j.cache.CacheLayout;
import org.gta4j.cache.CacheType;
import org.gta4j.cache.RaggedBatch;
import org.gta4j.checkpoint.CheckpointException;
import org.gta4j.checkpoint.Weights;
import org.gta4j.model.rope.RotaryTable;
import org.gta4j.model.variant.AttentionLayer;
import org.gta4j.model.variant.LayerTensors;
import org.gta4j.ops.Ops;
import org.gta4j.ops.PackedLinear;
import org.gta4j.ops.RotaryAngles;
import org.gta4j.tensor.Buffers;
import org.gta4j.tensor.FloatMatrix;
import org.gta4j.tensor.Tensor;

/**
 * A decoder of Llama's kind with one of the attention variants: one forward step for everything, a
 * ragged batch of prefilling and decoding sequences.
 *
 * <p>Not thread-safe: one step at a time.
 */
public final class Decoder implements AutoCloseable {
  /** Bytes that a step's matrices may take, unless a single row needs more. */
  private static final long STEP_BYTES = 128L << 20;

  /** More rows a step bring nothing: the weights are read from the cache by then. */
  private static final int MAX_ROWS = 256;

  private record Block(
      float[] attentionNorm,
      AttentionLayer attention,
      float[] feedForwardNorm,
      FeedForward feedForward) {}

  /**
   * Sees the hidden state after the embedding (0), after each layer but the last, and after the
   * final norm (L).
   */
  @FunctionalInterface
  public interface HiddenStates {
    /**
     * Takes the hidden state number {@code index}; the first {@code rows} rows of {@code hidden}
     * [rows, H].
     */
    void accept(int index, FloatMatrix hidden, int rows);
  }

  private final ModelConfig config;
  private final Weights weights;
  private final Ops ops;
  private final Arena arena = Arena.ofShared();
  private final AtomicBoolean computing = new AtomicBoolean();
  private boolean closed;
  private final Buffers buffers = new Buffers();
  private final Buffers logitBuffers = new Buffers();
  private final List<Block> blocks = new ArrayList<>();
  private final Tensor embedding;
  private final float[] finalNorm;
  private final PackedLinear head;
  private final AttentionShape shape;
  private final RotaryTable rotary;
  private Optional<AttentionLayer.Step> lastStep = Optional.empty();
  private Optional<CacheLayout> lastLayout = Optional.empty();

  /**
   * Finds all tensors in the checkpoint and prepares them.
   *
   * @param config the sizes
   * @param weights the checkpoint's tensors, mapped for as long as the decoder is used
   * @param ops the operations to run on
   * @throws org.gta4j.checkpoint.CheckpointException if a tensor is missing or has another shape
   *     than the configuration says
   */
  public Decoder(ModelConfig config, Weights weights, Ops ops) {
    this.config = config;
    this.weights = weights;
    this.ops = ops;
    shape = config.attention().shape();
    rotary = new RotaryTable(config.attention().rotary());
    try {
      config.requireTensors(weights);
      requireFinite();
      LayerTensors outer = new LayerTensors(weights, config.outerTensors(), ops, arena);
      embedding = outer.tensor("model.embed_tokens.weight");
      finalNorm = outer.vector("model.norm.weight");
      head = outer.linear(config.tieWordEmbeddings() ? "model.embed_tokens" : "lm_head");
      for (int layer = 0; layer < config.numHiddenLayers(); layer++) {
        blocks.add(bind(weights.under(ModelConfig.layerPrefix(layer))));
      }
      weights.unload();
    } catch (RuntimeException | Error e) {
      close();
      throw e;
    }
  }

  /** Refuses positions and scores that no f32 can hold. */
  private void requireFinite() {
    float[] frequencies = config.attention().rotary().frequencies(config.contextLength());
    for (int i = 0; i < frequencies.length; i++) {
      if (!Float.isFinite(frequencies[i])) {
        throw config
            .source()
            .wrong(
                "rope_theta and rope_scaling",
                "positions whose frequencies are finite numbers",
                "frequency %d: %s".formatted(i, frequencies[i]));
      }
    }
    if (!Float.isFinite((float) config.attention().scale())) {
      throw config
          .source()
          .wrong(
              "rope_scaling",
              "a scale of the scores that an f32 can hold",
              config.attention().scale());
    }
  }

  /**
   * Names of the checkpoint's tensors that the configuration has no place for, such as those of
   * layers beyond its last; without the tables of angles that older checkpoints carry along.
   */
  public List<String> unusedTensors() {
    Set<String> used = new HashSet<>(config.outerTensors().keySet());
    for (int i = 0; i < config.numHiddenLayers(); i++) {
      String prefix = ModelConfig.layerPrefix(i);
      config.layerTensors().keySet().forEach(name -> used.add(prefix + name));
    }
    if (config.tieWordEmbeddings()) {
      used.add("lm_head.weight"); // a second copy of the embedding
    }
    return weights.tensors().keySet().stream()
        .filter(name -> !used.contains(name) && !name.endsWith(".rotary_emb.inv_freq"))
        .toList();
  }

  /**
   * Why logits are not finite numbers: the first damaged tensor, or numbers too large. Reads every
   * weight.
   *
   * @param cacheType what keys and values were cached as
   */
  public String whyNotFinite(CacheType cacheType) {
    return "%s: %s"
        .formatted(
            weights.file(),
            weights
                .firstNotFinite()
                .orElseGet(() ->
                    "numbers: expected ones that f32 and the %s cache can hold, found larger ones%s"
                        .formatted(
                            cacheType.label(),
                            switch (cacheType) {
                              case F32, Q8 -> "";
                              case F16, BF16 -> "; an f32 cache may help";
                            })));
  }

  private Block bind(Weights weights) {
    LayerTensors tensors = new LayerTensors(weights, config.layerTensors(), ops, arena);
    LayerTensors attention =
        new LayerTensors(weights.under("self_attn."), config.attention().tensors(), ops, arena);
    return new Block(
        tensors.vector("input_layernorm.weight"),
        config.attention().bind(attention),
        tensors.vector("post_attention_layernorm.weight"),
        FeedForward.bind(tensors));
  }

  /** The sizes. */
  public ModelConfig config() {
    return config;
  }

  /** The checkpoint's tensors. */
  public Weights weights() {
    return weights;
  }

  /** The operations it runs on. */
  public Ops ops() {
    return ops;
  }

  /** The layout of a cache for this model. */
  public CacheLayout cacheLayout(CacheType type) {
    if (!ops.supportsCache(type)) {
      throw new IllegalArgumentException(
          "backend %s cannot cache keys and values as %s".formatted(ops.name(), type.label()));
    }
    return new CacheLayout(shape, config.numHiddenLayers(), type);
  }

  /** How many rows a step should have at most. */
  public int maxRows() {
    long floats =
        4L * config.hiddenSize()
            + 2L * config.intermediateSize()
            + 2L * shape.queryWidth()
            + shape.cacheElements()
            + 2L * shape.attendedWidth();
    return Math.clamp(STEP_BYTES / (floats * Float.BYTES), 1, MAX_ROWS);
  }

  /** How many rows a step should have at most of which logits are wanted for every one. */
  public int maxScoredRows() {
    return Math.clamp(STEP_BYTES / ((long) config.vocabSize() * Float.BYTES), 1, maxRows());
  }

  /**
   * Computes a step: keys and values of all its rows go into their sequences' caches, which are
   * advanced.
   *
   * @param input the tokens
   * @return the logits [logitCount, vocabulary] in the order of the input's logit rows; valid until
   *     the next step
   * @throws IllegalArgumentException if a token id is out of range
   * @throws CheckpointException if another process has cut the weights' file off
   * @throws IllegalStateException if another thread is computing a step
   */
  public FloatMatrix forward(StepInput input) {
    return forward(input, (index, hidden, rows) -> {});
  }

  /** {@link #forward(StepInput)}, showing the hidden states. */
  public FloatMatrix forward(StepInput input, HiddenStates taps) {
    if (!computing.compareAndSet(false, true)) {
      throw new IllegalStateException(
          closed
              ? "the model has been closed"
              : "a step is being computed: one call at a time, since all share the model's matrices");
    }
    try {
      return compute(input, taps);
    } catch (InternalError e) {
      // What the JVM makes of a fault behind a mapped file.
      throw CheckpointException.cutOff(weights.file(), e);
    } finally {
      computing.set(false);
    }
  }

  private FloatMatrix compute(StepInput input, HiddenStates taps) {
    RaggedBatch batch = input.batch();
    int rows = batch.rows();
    if (batch.slices() > 0) {
      requireLayout(batch.sequence(0).pool().layout());
    }
    requireIds(input.ids(), rows);
    buffers.ensureRows(rows);
    FloatMatrix hidden = buffers.matrix("hidden", config.hiddenSize());
    FloatMatrix normed = buffers.matrix("normed", config.hiddenSize());
    FloatMatrix update = buffers.matrix("update", config.hiddenSize());
    AttentionLayer.Step step = step(input);
    ops.embed(embedding, input.ids(), hidden, rows);
    taps.accept(0, hidden, rows);
    for (int layer = 0; layer < blocks.size(); layer++) {
      Block block = blocks.get(layer);
      norm(block.attentionNorm(), hidden, normed, rows);
      attend(block.attention(), layer, batch, normed, update, step);
      ops.add(hidden, update, rows);
      norm(block.feedForwardNorm(), hidden, normed, rows);
      block.feedForward().forward(normed, update, step);
      ops.add(hidden, update, rows);
      if (layer + 1 < blocks.size()) {
        taps.accept(layer + 1, hidden, rows);
      }
    }
    norm(finalNorm, hidden, normed, rows);
    taps.accept(blocks.size(), normed, rows);
    FloatMatrix logits = logits(input, normed);
    batch.advance();
    return logits;
  }

  private void attend(
      AttentionLayer layer,
      int index,
      RaggedBatch batch,
      FloatMatrix x,
      FloatMatrix out,
      AttentionLayer.Step step) {
    AttentionLayer.Projected projected = layer.project(x, step);
    FloatMatrix attended = buffers.matrix("attention.attended", shape.attendedWidth());
    ops.store(batch, index, projected.keys(), projected.values());
    ops.attention(
        shape,
        config.masks().mask(index),
        (float) config.attention().scale(),
        batch,
        index,
        projected.queries(),
        attended.heads(shape.maps()));
    layer.output(attended, out, step);
  }

  private void norm(float[] weight, FloatMatrix x, FloatMatrix out, int rows) {
    ops.rmsNorm(weight, config.rmsNormEps(), x.heads(1), out.heads(1), rows);
  }

  /** What the layers share in this step, its angles computed. */
  private AttentionLayer.Step step(StepInput input) {
    FloatMatrix cosine = buffers.matrix("rotary.cosine", rotary.embedding().dimensions() / 2);
    FloatMatrix sine = buffers.matrix("rotary.sine", rotary.embedding().dimensions() / 2);
    if (lastStep.isEmpty() || !lastStep.get().angles().areIn(cosine, sine)) {
      RotaryAngles angles = new RotaryAngles(cosine, sine, rotary.embedding().pairs());
      lastStep = Optional.of(new AttentionLayer.Step(ops, angles, buffers));
    }
    AttentionLayer.Step step = lastStep.get();
    RaggedBatch batch = input.batch();
    step.begin(batch.rows());
    for (int slice = 0; slice < batch.slices(); slice++) {
      rotary.fill(
          step.angles(),
          batch.firstRow(slice),
          batch.rows(slice),
          batch.past(slice),
          input.length(slice));
    }
    return step;
  }

  /** Logits of the wanted rows alone: the output head is the largest matrix. */
  private FloatMatrix logits(StepInput input, FloatMatrix normed) {
    int count = input.logitCount();
    logitBuffers.ensureRows(Math.max(count, 1));
    FloatMatrix wanted = logitBuffers.matrix("wanted", config.hiddenSize());
    FloatMatrix logits = logitBuffers.matrix("logits", config.vocabSize());
    for (int i = 0; i < count; i++) {
      MemorySegment.copy(
          normed.data(),
          normed.rowByte(input.logitRow(i)),
          wanted.data(),
          wanted.rowByte(i),
          (long) config.hiddenSize() * Float.BYTES);
    }
    ops.linear(head, wanted, logits, count);
    return logits;
  }

  /** All sequences of a batch have one layout; it must be this model's. */
  @SuppressWarnings("ReferenceEquality") // asked at every step, about the same object mostly
  private void requireLayout(CacheLayout found) {
    if (lastLayout.isPresent() && lastLayout.get() == found) {
      return;
    }
    CacheLayout expected = cacheLayout(found.type());
    if (!found.equals(expected)) {
      throw new IllegalArgumentException(
          "the cache was made for another model: expected %s, found %s".formatted(expected, found));
    }
    lastLayout = Optional.of(found);
  }

  private void requireIds(int[] ids, int rows) {
    for (int row = 0; row < rows; row++) {
      if (ids[row] < 0 || ids[row] >= config.vocabSize()) {
        throw new IllegalArgumentException(
            "token id %d is out of range: the vocabulary has %d tokens, 0 to %d"
                .formatted(ids[row], config.vocabSize(), config.vocabSize() - 1));
      }
    }
  }

  /**
   * Frees what was computed at load and the step's matrices; the checkpoint and the operations
   * stay.
   */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    if (!computing.compareAndSet(false, true)) {
      throw new IllegalStateException(
          "a step is being computed: close the model when it has ended");
    }
    closed = true;
    buffers.close();
    logitBuffers.close();
    if (arena.scope().isAlive()) {
      arena.close();
    }
  }
}
