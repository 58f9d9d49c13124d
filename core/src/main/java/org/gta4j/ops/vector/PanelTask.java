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
  private static final int MOST_ROWS = 64 / PanelTile.ROWS * PanelTile.ROWS;

  private static final PanelLinear NOTHING =
      new PanelLinear(DType.Q8_0, PanelFormat.BYTES, 0, 0, MemorySegment.NULL, new float[0]);

  private final PanelWorker[] kernels;

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

  PanelTask(int threads) {
    kernels = new PanelWorker[threads];
    for (int i = 0; i < threads; i++) {
      kernels[i] = new PanelWorker();
    }
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
    if (rows < PanelTile.ROWS) {
      return runs.cut(panels, kernels.length);
    }
    return Math.multiplyExact(panels, Math.ceilDiv(rows, MOST_ROWS));
  }

  @Override
  public void run(int item, int worker) {
    if (rows < PanelTile.ROWS) {
      // Panels wait for memory here, which is read fastest in long runs.
      for (int panel = runs.begin(item); panel < runs.end(item); panel++) {
        panel(panel, 0, kernels[worker]);
      }
    } else {
      panel(item % panels, item / panels * MOST_ROWS, kernels[worker]);
    }
  }

  private void panel(int panel, int firstRow, PanelWorker kernel) {
    int i = count - 1;
    while (firstPanels[i] > panel) {
      i--;
    }
    PanelLinear layer = layers[i];
    if (!kernel.has(operation, firstRow)) {
      kernel.activations(layer, x, firstRow, Math.min(MOST_ROWS, rows - firstRow));
    }
    kernel.panel(layer, panel - firstPanels[i], outs[i], firstRow);
  }
}
