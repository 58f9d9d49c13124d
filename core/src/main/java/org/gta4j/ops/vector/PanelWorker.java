package org.gta4j.ops.vector;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import org.gta4j.tensor.FloatMatrix;
import org.gta4j.tensor.Tensor;

/**
 * Panels with activations in f32. Few rows meet a panel one by one, its numbers converted on the
 * way; more rows meet them widened, a block of inputs at a time.
 */
final class PanelWorker implements PanelKernel {
  /** From so many rows on they meet widened numbers. */
  private static final int TILED_ROWS = PanelTile.ROWS;

  private static final int OUTPUTS = PanelFormat.OUTPUTS;
  private static final int INPUTS = PanelFormat.INPUTS;

  private static final FloatVector SIXTEENTH = Lanes.broadcast(1f / 16);

  /** Rows of activations, {@code stride} floats apart; filled up with zeros to whole tiles. */
  private float[] x = new float[0];

  /** All activations of a block of inputs added up, {@code blocks} numbers a row. */
  private float[] blockSums = new float[0];

  private int stride;
  private int blocks;
  private int rows;

  /** Sums of the blocks of one row, or of the rows of a tile. */
  private float[] sums = new float[PanelTile.ROWS * OUTPUTS];

  private float[] results = new float[PanelTile.ROWS * OUTPUTS];
  private final float[] numbers = new float[INPUTS * OUTPUTS];
  private final float[] scales = new float[2 * OUTPUTS];

  @Override
  public int tileRows() {
    return PanelTile.ROWS;
  }

  /** {@inheritDoc} And of its format. */
  @Override
  public void activations(PanelLinear layer, FloatMatrix source, int from, int count) {
    int inputs = layer.inputs();
    blocks = layer.blocks();
    stride = inputs + PADDING;
    rows = count;
    int tiled = tiledRows();
    if (x.length < Math.multiplyExact(tiled, stride)) {
      x = new float[tiled * stride];
    }
    if (blockSums.length < tiled * blocks) {
      blockSums = new float[tiled * blocks];
    }
    if (results.length < tiled * OUTPUTS) {
      results = new float[tiled * OUTPUTS];
    }
    if (sums.length < blocks * OUTPUTS) {
      sums = new float[blocks * OUTPUTS];
    }
    for (int row = 0; row < rows; row++) {
      int to = row * stride;
      MemorySegment.copy(source.data(), Tensor.FLOAT, source.rowByte(from + row), x, to, inputs);
      addBlocks(x, to, blocks, blockSums, row * blocks);
      if (layer.format().isNibbles()) {
        divideUpperHalves(x, to, blocks);
      }
    }
    Arrays.fill(x, rows * stride, tiled * stride, 0f);
  }

  private int tiledRows() {
    return Math.ceilDiv(rows, PanelTile.ROWS) * PanelTile.ROWS;
  }

  @Override
  public void panel(PanelLinear layer, int panel, FloatMatrix out, int to) {
    long at = panel * layer.panelBytes();
    if (rows < TILED_ROWS) {
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

  private void row(PanelLinear layer, long at, int row) {
    PanelFormat format = layer.format();
    MemorySegment w = layer.panels();
    long step = format.blockBytes();
    if (format.isNibbles()) {
      PanelRow.sumNibbles(w, at, step, blocks, x, row * stride, sums);
    } else {
      PanelRow.sumBytes(w, at, step, blocks, x, row * stride, sums);
    }
    long scalesAt = at + format.numberBytes();
    int u = row * blocks;
    switch (format) {
      case NIBBLES_CENTRED ->
          PanelRow.scaleCentred(w, scalesAt, step, blocks, sums, blockSums, u, results);
      case NIBBLES_WITH_MINIMA, BYTES_WITH_MINIMA ->
          PanelRow.scaleWithMinima(w, scalesAt, step, blocks, sums, blockSums, u, results);
      case BYTES -> PanelRow.scale(w, scalesAt, step, blocks, sums, results);
    }
  }

  private void tiles(PanelLinear layer, long at) {
    PanelFormat format = layer.format();
    int tiled = tiledRows();
    Arrays.fill(results, 0, tiled * OUTPUTS, 0f);
    for (int block = 0; block < blocks; block++) {
      long from = at + (long) block * format.blockBytes();
      PanelTile.widen(format, layer.panels(), from, numbers);
      PanelTile.scales(format, layer.panels(), from + format.numberBytes(), scales);
      for (int row = 0; row < tiled; row += PanelTile.ROWS) {
        PanelTile.sum(numbers, x, row * stride + block * INPUTS, stride, sums);
        if (format == PanelFormat.BYTES) {
          PanelTile.scale(sums, scales, results, row * OUTPUTS);
        } else {
          int u = row * blocks + block;
          PanelTile.scaleWithMinima(sums, scales, blockSums, u, blocks, results, row * OUTPUTS);
        }
      }
    }
  }

  private static void addBlocks(float[] x, int from, int blocks, float[] sums, int to) {
    for (int block = 0; block < blocks; block++) {
      int at = from + block * INPUTS;
      FloatVector sum = Lanes.load(x, at);
      for (int i = Lanes.COUNT; i < INPUTS; i += Lanes.COUNT) {
        sum = sum.add(Lanes.load(x, at + i));
      }
      sums[to + block] = Lanes.sum(sum);
    }
  }

  private static void divideUpperHalves(float[] x, int from, int blocks) {
    for (int block = 0; block < blocks; block++) {
      int at = from + block * INPUTS + PanelFormat.STEPS;
      for (int i = 0; i < PanelFormat.STEPS; i += Lanes.COUNT) {
        Lanes.load(x, at + i).mul(SIXTEENTH).intoArray(x, at + i);
      }
    }
  }
}
