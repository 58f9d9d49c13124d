package org.gta4j.ops.vector;

import java.lang.foreign.MemorySegment;
import org.gta4j.tensor.FloatMatrix;
import org.gta4j.tensor.Tensor;

/**
 * Multiplies panels with a block of rows: few rows one by one, more of them in tiles, to the same
 * bits. Not thread-safe: each worker has its own.
 */
interface PanelKernel {
  /** What keeps rows whose length is a power of two from meeting in the same places of a cache. */
  int PADDING = 16;

  /** Prepares {@code count} rows of activations for layers of this one's size. */
  void activations(PanelLinear layer, FloatMatrix source, int from, int count);

  /** Computes a panel's outputs of all rows into {@code out}, from row {@code to} on. */
  void panel(PanelLinear layer, int panel, FloatMatrix out, int to);

  /** Rows that meet a panel in one tile. */
  int tileRows();

  /**
   * Adds a panel's bias to a row's results, and writes those of its outputs that the layer has.
   *
   * @param results a panel's outputs, from {@code from} on
   * @param row where they go in {@code out}
   */
  static void write(
      float[] results, int from, PanelLinear layer, int panel, FloatMatrix out, int row) {
    int first = panel * PanelFormat.OUTPUTS;
    for (int i = 0; i < PanelFormat.OUTPUTS; i += Lanes.COUNT) {
      Lanes.load(results, from + i)
          .add(Lanes.load(layer.bias(), first + i))
          .intoArray(results, from + i);
    }
    int count = Math.min(PanelFormat.OUTPUTS, layer.outputs() - first);
    long into = out.rowByte(row) + (long) first * Float.BYTES;
    MemorySegment.copy(results, from, out.data(), Tensor.FLOAT, into, count);
  }
}
