package org.gta4j.ops.vector;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.gta4j.tensor.FloatMatrix;

/** Panels of 4-bit numbers with {@link QuantizedInputs}. */
final class NibbleWorker implements PanelKernel {
  private static final int OUTPUTS = PanelFormat.OUTPUTS;
  private static final int INPUTS = PanelFormat.INPUTS;
  private static final int ROWS = NibbleTile.ROWS;

  private final QuantizedInputs inputs = new QuantizedInputs();
  private int rows;

  /** What rows' sums begin at where nothing is to be subtracted. */
  private int[] zeros = new int[0];

  /** Sums of the halves of blocks: of all blocks of a row, or of one block of all rows. */
  private short[] sums = new short[0];

  private float[] results = new float[0];
  private final short[] numbers = new short[INPUTS * OUTPUTS];
  private final float[] scales = new float[2 * OUTPUTS];

  @Override
  public int tileRows() {
    return ROWS;
  }

  @Override
  public void activations(PanelLinear layer, FloatMatrix source, int from, int count) {
    rows = count;
    int tiled = Math.ceilDiv(rows, ROWS) * ROWS;
    inputs.read(source, layer.inputs(), from, count, tiled);
    int blocks = layer.blocks();
    if (results.length < tiled * OUTPUTS) {
      results = new float[tiled * OUTPUTS];
    }
    int most = 2 * Math.max(blocks, tiled) * OUTPUTS;
    if (sums.length < most) {
      sums = new short[most];
    }
    if (zeros.length < inputs.starts().length) {
      zeros = new int[inputs.starts().length];
    }
  }

  @Override
  public void panel(PanelLinear layer, int panel, FloatMatrix out, int to) {
    long at = panel * layer.panelBytes();
    if (rows < ROWS) {
      for (int row = 0; row < rows; row++) {
        row(layer, at, row);
        PanelKernel.write(results, 0, layer, panel, out, to + row);
      }
      return;
    }
    tiles(layer, at);
    for (int row = 0; row < rows; row++) {
      PanelKernel.write(results, row * OUTPUTS, layer, panel, out, to + row);
    }
  }

  private int[] starts(PanelFormat format) {
    return format.hasMinima() ? zeros : inputs.starts();
  }

  private void row(PanelLinear layer, long at, int row) {
    PanelFormat format = layer.format();
    MemorySegment w = layer.panels();
    long step = format.blockBytes();
    int blocks = inputs.blocks();
    int u = row * blocks;
    NibbleRow.sum(
        w, at, step, blocks, inputs.numbers(), row * inputs.stride(), starts(format), 2 * u, sums);
    long scalesAt = at + format.numberBytes();
    if (format.hasMinima()) {
      NibbleRow.scaleWithMinima(
          w, scalesAt, step, blocks, sums, inputs.scales(), 2 * u, inputs.sums(), u, results);
    } else {
      NibbleRow.scale(w, scalesAt, step, blocks, sums, inputs.scales(), 2 * u, results);
    }
  }

  private void tiles(PanelLinear layer, long at) {
    PanelFormat format = layer.format();
    int blocks = inputs.blocks();
    int[] x = inputs.numbers();
    int stride = inputs.stride();
    int[] starts = starts(format);
    Arrays.fill(results, 0, Math.ceilDiv(rows, ROWS) * ROWS * OUTPUTS, 0f);
    for (int block = 0; block < blocks; block++) {
      long from = at + (long) block * format.blockBytes();
      NibbleTile.split(layer.panels(), from, numbers);
      PanelTile.scales(format, layer.panels(), from + format.numberBytes(), scales);
      for (int row = 0; row < rows; row += ROWS) {
        int u = row * stride + block * INPUTS;
        int v = u + QuantizedInputs.HALF;
        int s = 2 * (row * blocks + block);
        int to = 2 * row * OUTPUTS;
        NibbleTile.sum(numbers, 0, x, u, stride, starts, s, 2 * blocks, sums, to);
        NibbleTile.sum(numbers, 1, x, v, stride, starts, s + 1, 2 * blocks, sums, to);
      }
      float[] u = inputs.scales();
      if (format.hasMinima()) {
        float[] all = inputs.sums();
        NibbleTile.scaleWithMinima(sums, scales, u, 2 * block, 2 * blocks, all, rows, results);
      } else {
        NibbleTile.scale(sums, scales, u, 2 * block, 2 * blocks, rows, results);
      }
    }
  }
}
