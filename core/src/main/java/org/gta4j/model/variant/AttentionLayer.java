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
  /** What a step gives to every layer; kept from step to step, so that none allocates. */
  final class Step {
    private final Ops ops;
    private final RotaryAngles angles;
    private final Buffers buffers;
    private int rows;
    private Optional<Projected> projected = Optional.empty();

    /**
     * Steps without rows yet.
     *
     * @param ops the operations
     * @param angles the rotary angles of the step's rows
     * @param buffers where to compute
     */
    public Step(Ops ops, RotaryAngles angles, Buffers buffers) {
      this.ops = ops;
      this.angles = angles;
      this.buffers = buffers;
    }

    /** Begins a step of so many rows. */
    public void begin(int rows) {
      this.rows = rows;
    }

    /** The operations. */
    public Ops ops() {
      return ops;
    }

    /** The rotary angles of the step's rows. */
    public RotaryAngles angles() {
      return angles;
    }

    /** Where to compute. */
    public Buffers buffers() {
      return buffers;
    }

    /** How many rows the step has. */
    public int rows() {
      return rows;
    }

    /** What attention reads; the same object as before where it is made of the same heads. */
    public Projected projected(Heads queries, Heads keys, Heads values) {
      if (projected.isEmpty() || !projected.get().isOf(queries, keys, values)) {
        projected = Optional.of(new Projected(queries, keys, Optional.of(values)));
      }
      return projected.get();
    }

    /** What attention reads where value rows are part of the keys. */
    public Projected projected(Heads queries, Heads keys) {
      if (projected.isEmpty() || !projected.get().isOf(queries, keys)) {
        projected = Optional.of(new Projected(queries, keys, Optional.empty()));
      }
      return projected.get();
    }
  }

  /**
   * What attention reads, already turned by position.
   *
   * @param queries maps of {@code keyDim} floats
   * @param keys key heads of {@code keyDim} floats, to be cached
   * @param values value heads of {@code valueDim} floats, to be cached; empty where they are part
   *     of the keys
   */
  record Projected(Heads queries, Heads keys, Optional<Heads> values) {
    private boolean isOf(Heads ofQueries, Heads ofKeys, Heads ofValues) {
      return values.isPresent()
          && sameObjects(queries, ofQueries)
          && sameObjects(keys, ofKeys)
          && sameObjects(values.get(), ofValues);
    }

    private boolean isOf(Heads ofQueries, Heads ofKeys) {
      return values.isEmpty() && sameObjects(queries, ofQueries) && sameObjects(keys, ofKeys);
    }

    @SuppressWarnings("ReferenceEquality") // views are kept with their matrix
    private static boolean sameObjects(Heads one, Heads other) {
      return one == other;
    }
  }

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
