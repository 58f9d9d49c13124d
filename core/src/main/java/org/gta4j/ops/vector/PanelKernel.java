package org.gta4j.ops.vector;

import org.gta4j.tensor.FloatMatrix;

/**
 * Multiplies panels with a block of rows: few rows one by one, more of them in tiles, to the same
 * bits. Not thread-safe: each worker has its own.
 */
interface PanelKernel {
  /** Prepares {@code count} rows of activations for layers of this one's size. */
  void activations(PanelLinear layer, FloatMatrix source, int from, int count);

  /** Computes a panel's outputs of all rows into {@code out}, from row {@code to} on. */
  void panel(PanelLinear layer, int panel, FloatMatrix out, int to);

  /** Rows that meet a panel in one tile. */
  int tileRows();
}
