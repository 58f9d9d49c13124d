package org.gta4j.ops;

import java.util.List;
import java.util.Optional;
import org.gta4j.attention.AttentionMask;
import org.gta4j.attention.AttentionShape;
import org.gta4j.cache.CacheMemory;
import org.gta4j.cache.CacheType;
import org.gta4j.cache.EightBits;
import org.gta4j.cache.RaggedBatch;
import org.gta4j.tensor.DType;
import org.gta4j.tensor.FloatMatrix;
import org.gta4j.tensor.Heads;
import org.gta4j.tensor.Tensor;

/**
 * The operations a model is written in. The {@code scalar} implementation is the specification;
 * every other implementation passes the same contract test.
 *
 * <p>Shape legend: {@code rows} are tokens of a ragged batch, in the order of its slices; matrices
 * are row-major f32. An operation reads and writes the first {@code rows} rows of its matrices.
 * What it computes for one row does not depend, bit for bit, on how many other rows there are, on
 * what they hold, or on the number of threads.
 *
 * <p>Sizes that do not fit together are refused with an {@link IllegalArgumentException} before any
 * memory is touched ({@link OpsChecks}).
 *
 * <p>One operation runs at a time: the caller's thread starts it and the implementation's workers
 * share it.
 */
public interface Ops extends AutoCloseable {
  /** The name the user chooses it by: {@code scalar}, {@code vector}, {@code native}. */
  String name();

  /**
   * Which code runs and why, for people: instruction set, vector width, threads.
   *
   * @param quantized whether weights in blocks are among those that it computes with
   */
  String describe(boolean quantized);

  /** The same in a few words, for tables and programs: {@code AVX-512 with VNNI}. */
  String kernels();

  /** How many threads share an operation. */
  int threads();

  /** Whether weights of this type are computed on as they are. */
  boolean supportsWeights(DType dtype);

  /**
   * Whether {@link #linear} quantizes the inputs of weights of this type, as {@link
   * Activations#AUTO} says.
   */
  default boolean quantizesInputsOf(DType weights) {
    return false;
  }

  /** Whether keys and values can be cached in this type. */
  boolean supportsCache(CacheType type);

  /**
   * Prepares a linear layer's weights for {@link #linear}: packs them, or keeps the view of the
   * mapped file.
   *
   * @param weight [outputs, inputs], of a supported type
   * @param bias [outputs], of any computable type
   */
  PackedLinear pack(Tensor weight, Optional<Tensor> bias);

  /**
   * Prepares a matrix per head for {@link #headLinear}.
   *
   * @param weight [heads, outputs, inputs], of a supported type
   */
  PackedHeads packHeads(Tensor weight);

  /**
   * Row {@code r} of {@code out} becomes row {@code ids[r]} of {@code table} [vocabulary, columns].
   */
  void embed(Tensor table, int[] ids, FloatMatrix out, int rows);

  /**
   * {@code out = x Wᵀ + b}; {@code x} [rows, inputs], {@code out} [rows, outputs]; they must not
   * overlap.
   */
  void linear(PackedLinear weights, FloatMatrix x, FloatMatrix out, int rows);

  /**
   * {@link #linear} of several layers that read the same input: {@code outs[i] = x W_iᵀ + b_i}.
   * Each result is the one that {@link #linear} alone gives, bit for bit; together they may take
   * less time.
   */
  default void linears(List<PackedLinear> layers, FloatMatrix x, FloatMatrix[] outs, int rows) {
    OpsChecks.linears(layers, x, outs, rows);
    for (int i = 0; i < outs.length; i++) {
      linear(layers.get(i), x, outs[i], rows);
    }
  }

  /** {@code out_h = x_h W_hᵀ} for every head {@code h}; they must not overlap. */
  void headLinear(PackedHeads weights, Heads x, Heads out, int rows);

  /**
   * Root-mean-square norm of every head of every row: {@code out = x / sqrt(mean(x²) + epsilon) *
   * weight}. {@code out} may be {@code x}.
   *
   * @param weight f32 [width], the same for all heads
   */
  void rmsNorm(float[] weight, float epsilon, Heads x, Heads out, int rows);

  /** Turns every head of every row in place by its row's angles. */
  void rotate(RotaryAngles angles, Heads x, int rows);

  /** Head {@code h} of {@code out} becomes head {@code ⌊h·count(x)/count(out)⌋} of {@code x}. */
  void copyHeads(Heads x, Heads out, int rows);

  /** {@code x += y}. */
  void add(FloatMatrix x, FloatMatrix y, int rows);

  /** {@code gate = gate · sigmoid(gate) · up}. */
  void swiGlu(FloatMatrix gate, FloatMatrix up, int rows);

  /** {@code x = x · sigmoid(gate)}: the output gate of gated attention. */
  void sigmoidGate(FloatMatrix gate, FloatMatrix x, int rows);

  /**
   * {@code x = x · f(gate)} with any of the activations. The sigmoid is {@link #sigmoidGate}; the
   * others exist to be compared with it, and these plain loops are what they are, unless an
   * implementation has its own.
   */
  default void gate(GateActivation activation, FloatMatrix gate, FloatMatrix x, int rows) {
    if (activation == GateActivation.SIGMOID) {
      sigmoidGate(gate, x, rows);
      return;
    }
    OpsChecks.pair("gate", gate, x, rows);
    for (int row = 0; row < rows; row++) {
      for (int i = 0; i < x.columns(); i++) {
        x.set(row, i, (float) (x.get(row, i) * activation.of(gate.get(row, i))));
      }
    }
  }

  /**
   * Writes the batch's keys and values into the cache, after each slice's past, rounded to its
   * type: a row that has scales as {@link EightBits} says.
   *
   * @param layer the layer they belong to
   * @param keys the shape's key heads
   * @param values the shape's value heads; empty where value rows are part of the keys
   */
  void store(RaggedBatch batch, int layer, Heads keys, Optional<Heads> values);

  /**
   * Attention of every map of every row to the cached tokens that {@code mask} lets it see, its own
   * included (they have been stored): {@code attended_i = softmax(scale · q_i Kᵀ) V}, computed
   * block by block of the cache.
   *
   * @param queries the shape's maps of {@code keyDim} floats
   * @param attended the shape's maps of {@code valueDim} floats
   */
  void attention(
      AttentionShape shape,
      AttentionMask mask,
      float scale,
      RaggedBatch batch,
      int layer,
      Heads queries,
      Heads attended);

  /** Memory for caches that {@link #attention} reads fast; it outlives these operations. */
  default CacheMemory cacheMemory() {
    return CacheMemory.PLAIN;
  }

  /**
   * Takes about {@code bytes} bytes of memory, as weights would lie in, for measuring how fast it
   * can be read.
   *
   * @throws IllegalArgumentException if {@code bytes} is not positive, or 2^40 or more
   */
  MemoryReading reading(long bytes);

  /** Ends the workers. */
  @Override
  void close();
}
