package org.gta4j.ops.vector;

import java.lang.foreign.MemorySegment;
import org.gta4j.ops.RotaryAngles;
import org.gta4j.ops.Workers;
import org.gta4j.tensor.FloatMatrix;
import org.gta4j.tensor.Heads;

/**
 * The operations on single rows, each with what it is to do next: set anew for each use, so that
 * none allocates.
 */
final class RowTasks {
  /** What a task has before its first use. */
  static final FloatMatrix NONE = new FloatMatrix(MemorySegment.NULL, 0, 0, 1, 1);

  static final Heads NO_HEADS = NONE.heads(1);

  final Norm norm = new Norm();
  final Rotate rotate = new Rotate();
  final Add add = new Add();
  final SwiGlu swiGlu = new SwiGlu();
  final SigmoidGate sigmoidGate = new SigmoidGate();

  /** An operation, an item a row. */
  abstract static class RowTask implements Workers.Task {
    abstract void row(int row);

    @Override
    public final void run(int item, int worker) {
      row(item);
    }
  }

  /** An operation on heads of one matrix, or from one to another. */
  abstract static class HeadTask extends RowTask {
    Heads x = NO_HEADS;
    Heads out = NO_HEADS;
  }

  /** An operation that changes one matrix by another. */
  abstract static class PairTask extends RowTask {
    FloatMatrix changed = NONE;
    FloatMatrix other = NONE;

    PairTask of(FloatMatrix toChange, FloatMatrix by) {
      changed = toChange;
      other = by;
      return this;
    }
  }

  static final class Norm extends HeadTask {
    private float[] weight = new float[0];
    private float epsilon;

    Norm of(float[] byWeight, float byEpsilon, Heads from, Heads to) {
      weight = byWeight;
      epsilon = byEpsilon;
      x = from;
      out = to;
      return this;
    }

    @Override
    void row(int row) {
      for (int h = 0; h < x.count(); h++) {
        ElementKernels.rmsNorm(
            weight,
            epsilon,
            x.matrix().data(),
            x.headByte(row, h),
            out.matrix().data(),
            out.headByte(row, h),
            x.width());
      }
    }
  }

  static final class Rotate extends HeadTask {
    private RotaryAngles angles = new RotaryAngles(NONE, NONE, RotaryAngles.Pairs.HALVES);

    Rotate of(RotaryAngles by, Heads heads) {
      angles = by;
      x = heads;
      return this;
    }

    @Override
    void row(int row) {
      for (int h = 0; h < x.count(); h++) {
        ElementKernels.rotate(
            angles,
            angles.cosine().rowByte(row),
            angles.sine().rowByte(row),
            x.matrix().data(),
            x.headByte(row, h),
            x.width() / 2);
      }
    }
  }

  static final class Add extends PairTask {
    @Override
    void row(int row) {
      ElementKernels.add(
          changed.data(),
          changed.rowByte(row),
          other.data(),
          other.rowByte(row),
          changed.columns());
    }
  }

  static final class SwiGlu extends PairTask {
    @Override
    void row(int row) {
      ElementKernels.swiGlu(
          changed.data(),
          changed.rowByte(row),
          other.data(),
          other.rowByte(row),
          changed.columns());
    }
  }

  static final class SigmoidGate extends PairTask {
    @Override
    void row(int row) {
      ElementKernels.sigmoidGate(
          other.data(),
          other.rowByte(row),
          changed.data(),
          changed.rowByte(row),
          changed.columns());
    }
  }
}
