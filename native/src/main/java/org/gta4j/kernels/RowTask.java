package org.gta4j.kernels;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.gta4j.ops.RotaryAngles;
import org.gta4j.ops.Workers;
import org.gta4j.tensor.FloatMatrix;
import org.gta4j.tensor.Heads;

/** Operations on the elements and heads of rows. Reused for every one of them. */
final class RowTask implements AutoCloseable {
  private static final int HEADS = 0;
  private static final int WIDTH = 1;
  private static final int X = 2;
  private static final int OUT = 5;
  private static final int FIRST = 8;
  private static final int SECOND = 10;
  private static final int COUNT = 12;
  private static final int NUMBER = 13;
  private static final int MEMBERS = 14;

  /** Elementwise work below this many floats is not worth waking a worker. */
  private static final long SHARED_FLOATS = 1 << 14;

  private final Kernels kernels;
  private final Workers workers;
  private final Arguments arguments = new Arguments(MEMBERS);
  private final NativeBuffer weights = new NativeBuffer();
  private final Workers.Task task = this::item;
  private MemorySegment kernel = MemorySegment.NULL;
  private int chunk;
  private int rows;

  RowTask(Kernels kernels, Workers workers) {
    this.kernels = kernels;
    this.workers = workers;
  }

  void rmsNorm(float[] weight, float epsilon, Heads x, Heads out, int rows) {
    MemorySegment copy = weights.atLeast((long) weight.length * Float.BYTES);
    MemorySegment.copy(weight, 0, copy, ValueLayout.JAVA_FLOAT, 0, weight.length);
    arguments
        .set(HEADS, x.count())
        .set(WIDTH, x.width())
        .point(X, x, rows)
        .point(OUT, out, rows)
        .point(FIRST, copy, 0, (long) weight.length * Float.BYTES)
        .set(NUMBER, (double) epsilon);
    run(kernels.rmsNorm, rows, (long) x.count() * x.width());
  }

  void rotate(RotaryAngles angles, Heads x, int rows) {
    arguments
        .set(HEADS, x.count())
        .set(WIDTH, x.width() / 2)
        .point(OUT, x, rows)
        .point(FIRST, angles.cosine(), rows)
        .point(SECOND, angles.sine(), rows)
        .set(NUMBER, angles.pairs() == RotaryAngles.Pairs.HALVES ? 0.0 : 1.0);
    run(kernels.rotate, rows, (long) x.count() * x.width());
  }

  void copyHeads(Heads x, Heads out, int rows) {
    arguments
        .set(HEADS, out.count())
        .set(WIDTH, out.width())
        .set(COUNT, x.count())
        .point(X, x, rows)
        .point(OUT, out, rows);
    run(kernels.copyHeads, rows, (long) out.count() * out.width());
  }

  /** An operation that changes {@code out} by {@code x}, element by element. */
  void elements(MemorySegment kernel, FloatMatrix out, FloatMatrix x, int rows) {
    arguments.set(WIDTH, out.columns()).point(X, x, rows).point(OUT, out, rows);
    run(kernel, rows, out.columns());
  }

  private void run(MemorySegment kernel, int rows, long floatsPerRow) {
    if (rows * floatsPerRow < SHARED_FLOATS || workers.count() == 1) {
      kernels.run(kernel, arguments, 0, rows);
      return;
    }
    this.kernel = kernel;
    this.rows = rows;
    chunk = Math.max(1, rows / (4 * workers.count()));
    workers.run(Math.ceilDiv(rows, chunk), task);
  }

  private void item(int item, int worker) {
    long from = (long) item * chunk;
    kernels.run(kernel, arguments, from, Math.min(from + chunk, rows));
  }

  @Override
  public void close() {
    weights.close();
  }
}
