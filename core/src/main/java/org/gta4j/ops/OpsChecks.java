package org.gta4j.ops;

import java.util.List;
import java.util.Optional;
import org.gta4j.attention.AttentionShape;
import org.gta4j.cache.CacheLayout;
import org.gta4j.cache.RaggedBatch;
import org.gta4j.tensor.FloatMatrix;
import org.gta4j.tensor.Heads;
import org.gta4j.tensor.Tensor;

/**
 * What every implementation of {@link Ops} checks before it touches memory: sizes that do not fit
 * together would read or write somebody else's numbers.
 *
 * <p>Each method throws {@link IllegalArgumentException} with the operation, what was expected and
 * what was found; where all is well none allocates.
 */
public final class OpsChecks {
  private OpsChecks() {}

  /** {@link Ops#embed}. */
  public static void embed(Tensor table, int[] ids, FloatMatrix out, int rows) {
    require(table.shape().rank() == 2, "embed", "dimensions of the table", 2, table.shape().rank());
    require(
        table.shape().size(1) == out.columns(),
        "embed",
        "columns of the table",
        out.columns(),
        table.shape().size(1));
    rows("embed", rows, out);
    atLeast("embed", "ids", rows, ids.length);
    for (int row = 0; row < rows; row++) {
      if (ids[row] < 0 || ids[row] >= table.shape().size(0)) {
        throw new IllegalArgumentException(
            "embed: expected ids from 0 to %d, found %d"
                .formatted(table.shape().size(0) - 1, ids[row]));
      }
    }
  }

  /** {@link Ops#pack}: a bias has a number for each of {@code outputs}. */
  public static void bias(Optional<Tensor> bias, int outputs) {
    bias.ifPresent(b -> {
      if (b.shape().elements() != outputs) {
        throw new IllegalArgumentException(
            "bias: expected %d numbers, as the layer has outputs, found %d"
                .formatted(outputs, b.shape().elements()));
      }
    });
  }

  /** {@link Ops#linear}. */
  public static void linear(PackedLinear weights, FloatMatrix x, FloatMatrix out, int rows) {
    require("linear", "inputs", weights.inputs(), x.columns());
    require("linear", "outputs", weights.outputs(), out.columns());
    rows("linear", rows, x);
    rows("linear", rows, out);
  }

  /** {@link Ops#linears}. */
  public static void linears(
      List<PackedLinear> layers, FloatMatrix x, FloatMatrix[] outs, int rows) {
    require("linears", "matrices for the results", layers.size(), outs.length);
    for (int i = 0; i < outs.length; i++) {
      linear(layers.get(i), x, outs[i], rows);
    }
  }

  /** {@link Ops#headLinear}. */
  public static void headLinear(PackedHeads weights, Heads x, Heads out, int rows) {
    require("headLinear", "heads", weights.heads(), x.count());
    require("headLinear", "heads", weights.heads(), out.count());
    require("headLinear", "inputs", weights.inputs(), x.width());
    require("headLinear", "outputs", weights.outputs(), out.width());
    rows("headLinear", rows, x.matrix());
    rows("headLinear", rows, out.matrix());
  }

  /** {@link Ops#rmsNorm}. */
  public static void rmsNorm(float[] weight, Heads x, Heads out, int rows) {
    require("rmsNorm", "weights", x.width(), weight.length);
    require("rmsNorm", "heads", x.count(), out.count());
    require("rmsNorm", "floats a head", x.width(), out.width());
    rows("rmsNorm", rows, x.matrix());
    rows("rmsNorm", rows, out.matrix());
  }

  /** {@link Ops#rotate}. */
  public static void rotate(RotaryAngles angles, Heads x, int rows) {
    require("rotate", "floats a head", angles.dimensions(), x.width());
    rows("rotate", rows, x.matrix());
    rows("rotate", rows, angles.cosine());
    rows("rotate", rows, angles.sine());
  }

  /** {@link Ops#copyHeads}. */
  public static void copyHeads(Heads x, Heads out, int rows) {
    require("copyHeads", "floats a head", x.width(), out.width());
    rows("copyHeads", rows, x.matrix());
    rows("copyHeads", rows, out.matrix());
  }

  /** Operations on two matrices of equal width: {@link Ops#add} and the gates. */
  public static void pair(String operation, FloatMatrix x, FloatMatrix y, int rows) {
    require(operation, "columns", x.columns(), y.columns());
    rows(operation, rows, x);
    rows(operation, rows, y);
  }

  /** {@link Ops#store}. */
  public static void store(RaggedBatch batch, int layer, Heads keys, Optional<Heads> values) {
    if (batch.slices() == 0) {
      return;
    }
    CacheLayout layout = batch.sequence(0).pool().layout();
    AttentionShape shape = layout.shape();
    layer("store", layer, layout);
    require("store", "key heads", shape.keyHeads(), keys.count());
    require("store", "floats a key", shape.keyDim(), keys.width());
    rows("store", batch.rows(), keys.matrix());
    boolean own = shape.ownValueWidth() > 0;
    require("store", "sets of values", own ? 1 : 0, values.isPresent() ? 1 : 0);
    if (own) {
      Heads heads = values.orElseThrow();
      require("store", "value heads", shape.valueHeads(), heads.count());
      require("store", "floats a value", shape.valueDim(), heads.width());
      rows("store", batch.rows(), heads.matrix());
    }
  }

  /** {@link Ops#attention}. */
  public static void attention(
      AttentionShape shape, RaggedBatch batch, int layer, Heads queries, Heads attended) {
    require("attention", "queries", shape.maps(), queries.count());
    require("attention", "floats a query", shape.keyDim(), queries.width());
    require("attention", "attended values", shape.maps(), attended.count());
    require("attention", "floats an attended value", shape.valueDim(), attended.width());
    rows("attention", batch.rows(), queries.matrix());
    rows("attention", batch.rows(), attended.matrix());
    if (batch.slices() > 0) {
      CacheLayout layout = batch.sequence(0).pool().layout();
      layer("attention", layer, layout);
      if (!layout.shape().equals(shape)) {
        throw new IllegalArgumentException(
            "attention: expected a cache of %s, found one of %s".formatted(shape, layout.shape()));
      }
    }
  }

  private static void layer(String operation, int layer, CacheLayout layout) {
    if (layer < 0 || layer >= layout.layers()) {
      throw new IllegalArgumentException(
          "%s: expected a layer from 0 to %d, found %d"
              .formatted(operation, layout.layers() - 1, layer));
    }
  }

  private static void rows(String operation, int rows, FloatMatrix matrix) {
    if (rows < 0) {
      require(operation, "rows", 0, rows);
    }
    atLeast(operation, "rows", rows, matrix.rows());
  }

  private static void atLeast(String operation, String what, int expected, int found) {
    if (found < expected) {
      throw new IllegalArgumentException(
          "%s: %s: expected at least %d, found %d".formatted(operation, what, expected, found));
    }
  }

  private static void require(String operation, String what, int expected, int found) {
    require(expected == found, operation, what, expected, found);
  }

  private static void require(
      boolean holds, String operation, String what, long expected, long found) {
    if (!holds) {
      throw new IllegalArgumentException(
          "%s: %s: expected %d, found %d".formatted(operation, what, expected, found));
    }
  }
}
