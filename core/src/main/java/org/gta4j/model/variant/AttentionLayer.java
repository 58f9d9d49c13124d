package org.gta4j.model.variant;

import java.util.Optional;
import org.gta4j.ops.Ops;
import org.gta4j.ops.RotaryAngles;
import org.gta4j.tensor.Buffers;
import org.gta4j.tensor.FloatMatrix;
import org.gta4j.tensor.Heads;

/**
 * One layer's attention, but for the attention itself: the projections before it and the decoder
 * after it.
 */
public interface AttentionLayer {
  /**
   * What a step gives to every layer.
   *
   * @param ops the operations
   * @param angles the rotary angles of the step's rows
   * @param buffers where to compute
   * @param rows how many rows the step has
   */
  record Step(Ops ops, RotaryAngles angles, Buffers buffers, int rows) {}

  /**
   * What attention reads, already turned by position.
   *
   * @param queries maps of {@code keyDim} floats
   * @param keys key heads of {@code keyDim} floats, to be cached
   * @param values value heads of {@code valueDim} floats, to be cached; empty where they are part
   *     of the keys
   */
  record Projected(Heads queries, Heads keys, Optional<Heads> values) {}

  /**
   * Computes queries, keys and values from the normalized hidden state {@code x} [rows, hidden].
   */
  Projected project(FloatMatrix x, Step step);

  /**
   * Computes the layer's output [rows, hidden] from what the maps weighted together.
   *
   * @param attended maps of {@code valueDim} floats
   */
  void output(FloatMatrix attended, FloatMatrix out, Step step);
}
