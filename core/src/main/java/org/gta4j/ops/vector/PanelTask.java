package org.gta4j.ops.vector;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import org.gta4j.ops.PackedLinear;
import org.gta4j.ops.ShrinkingRuns;
import org.gta4j.ops.Workers;
import org.gta4j.tensor.DType;
import org.gta4j.tensor.FloatMatrix;

/**
 * Linear layers in panels that read the same input, in items that workers share: one item is a
 * panel of one layer for a block of rows. Set anew for each operation, so that none allocates.
 *
 * <p>Items are numbered block by block: a worker prepares a block's activations once, since the
 * following items mostly need the same.
 */
final class PanelTask implements Workers.Task {
  /** Rows that meet a panel together: their results and one block of it stay in the first cache. */
  private static final int MOST_ROWS = 64;

  private static final PanelLinear NOTHING =
      new PanelLinear(DType.Q8_0, PanelFormat.BYTES, 0, 0, MemorySegment.NULL, new float[0]);

  private final boolean quantizing;

  /** A kernel for each worker: for activations in f32, and in 8 bits. */
  private final PanelWorker[] floats;

  private final NibbleWorker[] quantized;

  /** Those of this operation. */
  private PanelKernel[] kernels;

  /** Which operation's activations each worker has prepared, and from which row on. */
  private final long[] preparedOperation;

  private final int[] preparedRow;

  /** Counts operations, so that a worker knows the activations it has prepared. */
  private long operation;

  private PanelLinear[] layers = {NOTHING};
  private FloatMatrix[] outs = {RowTasks.NONE};

  /** The first panel of each layer, among those of all. */
  private int[] firstPanels = new int[1];

  private int count;
  private int panels;
  private final ShrinkingRuns runs = new ShrinkingRuns();
  private FloatMatrix x = RowTasks.NONE;
  private int rows;

  /** Rows of one item. */
  private int most;

  private boolean isTiled;

  /**
   * Makes it for so many workers.
   *
   * @param quantizing whether activations are quantized where they meet numbers of 4 bits
   */
  PanelTask(int threads, boolean quantizing) {
    this.quantizing = quantizing;
    floats = new PanelWorker[threads];
    Arrays.setAll(floats, i -> new PanelWorker());
    quantized = new NibbleWorker[quantizing ? threads : 0];
    Arrays.setAll(quantized, i -> new NibbleWorker());
    kernels = floats;
    preparedOperation = new long[threads];
    preparedRow = new int[threads];
  }

  /** Whether these layers can be one task: all in panels, whose inputs are prepared alike. */
  static boolean isOneTask(List<PackedLinear> list) {
    for (int i = 0; i < list.size(); i++) {
      if (!(list.get(i) instanceof PanelLinear layer
          && list.getFirst() instanceof PanelLinear first
          && layer.format().isNibbles() == first.format().isNibbles())) {
        return false;
      }
    }
    return !list.isEmpty();
  }

  /** Sets one layer; returns how many items it has. */
  int begin(PanelLinear layer, FloatMatrix in, FloatMatrix out, int rowCount) {
    clear();
    add(layer, out);
    return items(in, rowCount);
  }

  /** Sets layers that {@link #isOneTask} said yes to; returns how many items they have. */
  int begin(List<PackedLinear> list, FloatMatrix in, FloatMatrix[] results, int rowCount) {
    clear();
    for (int i = 0; i < results.length; i++) {
      add((PanelLinear) list.get(i), results[i]);
    }
    return items(in, rowCount);
  }

  private void clear() {
    count = 0;
    panels = 0;
  }

  private void add(PanelLinear layer, FloatMatrix out) {
    if (count == layers.length) {
      layers = Arrays.copyOf(layers, 2 * count);
      outs = Arrays.copyOf(outs, 2 * count);
      firstPanels = Arrays.copyOf(firstPanels, 2 * count);
    }
    layers[count] = layer;
    outs[count] = out;
    firstPanels[count++] = panels;
    panels += PanelFormat.panels(layer.outputs());
  }

  private int items(FloatMatrix in, int rowCount) {
    operation++;
    x = in;
    rows = rowCount;
    kernels = quantizing && layers[0].format().isNibbles() ? quantized : floats;
    int tile = kernels[0].tileRows();
    most = MOST_ROWS / tile * tile;
    isTiled = rows >= tile;
    if (!isTiled) {
      return runs.cut(panels, kernels.length);
    }
    return Math.multiplyExact(panels, Math.ceilDiv(rows, most));
  }

  @Override
  public void run(int item, int worker) {
    if (!isTiled) {
      // Panels wait for memory here, which is read fastest in long runs.
      for (int panel = runs.begin(item); panel < runs.end(item); panel++) {
        panel(panel, 0, worker);
      }
    } else {
      panel(item % panels, item / panels * most, worker);
    }
  }

  private void panel(int panel, int firstRow, int worker) {
    PanelKernel kernel = kernels[worker];
    int i = count - 1;
    while (firstPanels[i] > panel) {
      i--;
    }
    PanelLinear layer = layers[i];
    if (preparedOperation[worker] != operation || preparedRow[worker] != firstRow) {
      kernel.activations(layer, x, firstRow, Math.min(most, rows - firstRow));
      preparedOperation[worker] = operation;
      preparedRow[worker] = firstRow;
    }
    kernel.panel(layer, panel - firstPanels[i], outs[i], firstRow);
  }
}
