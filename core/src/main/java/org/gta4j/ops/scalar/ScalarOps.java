package org.gta4j.ops.scalar;

import java.util.Optional;
import org.gta4j.attention.AttentionMask;
import org.gta4j.attention.AttentionShape;
import org.gta4j.cache.CacheType;
import org.gta4j.cache.RaggedBatch;
import org.gta4j.ops.DenseHeads;
import org.gta4j.ops.DenseLinear;
import org.gta4j.ops.JavaReading;
import org.gta4j.ops.MemoryReading;
import org.gta4j.ops.Ops;
import org.gta4j.ops.OpsChecks;
import org.gta4j.ops.PackedHeads;
import org.gta4j.ops.PackedLinear;
import org.gta4j.ops.RotaryAngles;
import org.gta4j.ops.Workers;
import org.gta4j.tensor.DType;
import org.gta4j.tensor.FloatMatrix;
import org.gta4j.tensor.Heads;
import org.gta4j.tensor.Tensor;

/**
 * The operations as plain loops with sums in double, one element after the other on the caller's
 * thread: the specification that faster implementations are held to.
 *
 * <p>Shape legend: {@code row} a token of the batch, {@code o} an output, {@code i} an input,
 * {@code h} a head.
 */
public final class ScalarOps implements Ops {
  /** The operations; they hold nothing. */
  public ScalarOps() {}

  @Override
  public String name() {
    return "scalar";
  }

  @Override
  public String describe(boolean quantized) {
    return "scalar: plain Java loops, sums in double, 1 thread; the specification, not made for speed";
  }

  @Override
  public String kernels() {
    return "plain loops";
  }

  @Override
  public int threads() {
    return 1;
  }

  @Override
  public boolean supportsWeights(DType dtype) {
    return dtype.isWeight();
  }

  @Override
  public boolean supportsCache(CacheType type) {
    return true;
  }

  @Override
  public PackedLinear pack(Tensor weight, Optional<Tensor> bias) {
    return DenseLinear.of(weight, bias);
  }

  @Override
  public PackedHeads packHeads(Tensor weight) {
    return new DenseHeads(weight);
  }

  @Override
  public void embed(Tensor table, int[] ids, FloatMatrix out, int rows) {
    OpsChecks.embed(table, ids, out, rows);
    int columns = out.columns();
    for (int row = 0; row < rows; row++) {
      for (int i = 0; i < columns; i++) {
        out.set(row, i, table.get((long) ids[row] * columns + i));
      }
    }
  }

  @Override
  public void linear(PackedLinear weights, FloatMatrix x, FloatMatrix out, int rows) {
    OpsChecks.linear(weights, x, out, rows);
    DenseLinear dense = (DenseLinear) weights;
    Tensor weight = dense.weight();
    int inputs = dense.inputs();
    for (int row = 0; row < rows; row++) {
      for (int o = 0; o < dense.outputs(); o++) {
        double sum = dense.bias()[o];
        for (int i = 0; i < inputs; i++) {
          sum += (double) weight.get((long) o * inputs + i) * x.get(row, i);
        }
        out.set(row, o, (float) sum);
      }
    }
  }

  @Override
  public void headLinear(PackedHeads weights, Heads x, Heads out, int rows) {
    OpsChecks.headLinear(weights, x, out, rows);
    Tensor weight = ((DenseHeads) weights).weight();
    int inputs = weights.inputs();
    int outputs = weights.outputs();
    for (int row = 0; row < rows; row++) {
      for (int h = 0; h < weights.heads(); h++) {
        for (int o = 0; o < outputs; o++) {
          double sum = 0;
          for (int i = 0; i < inputs; i++) {
            sum += (double) weight.get(((long) h * outputs + o) * inputs + i) * x.get(row, h, i);
          }
          out.set(row, h, o, (float) sum);
        }
      }
    }
  }

  @Override
  public void rmsNorm(float[] weight, float epsilon, Heads x, Heads out, int rows) {
    OpsChecks.rmsNorm(weight, x, out, rows);
    for (int row = 0; row < rows; row++) {
      for (int h = 0; h < x.count(); h++) {
        double squares = 0;
        for (int i = 0; i < x.width(); i++) {
          double value = x.get(row, h, i);
          squares += value * value;
        }
        double scale = 1 / Math.sqrt(squares / x.width() + epsilon);
        for (int i = 0; i < x.width(); i++) {
          out.set(row, h, i, (float) (x.get(row, h, i) * scale * weight[i]));
        }
      }
    }
  }

  @Override
  public void rotate(RotaryAngles angles, Heads x, int rows) {
    OpsChecks.rotate(angles, x, rows);
    int half = angles.dimensions() / 2;
    for (int row = 0; row < rows; row++) {
      for (int h = 0; h < x.count(); h++) {
        for (int pair = 0; pair < half; pair++) {
          int first = angles.pairs() == RotaryAngles.Pairs.HALVES ? pair : 2 * pair;
          int second = angles.pairs() == RotaryAngles.Pairs.HALVES ? pair + half : 2 * pair + 1;
          double cosine = angles.cosine().get(row, pair);
          double sine = angles.sine().get(row, pair);
          double a = x.get(row, h, first);
          double b = x.get(row, h, second);
          x.set(row, h, first, (float) (a * cosine - b * sine));
          x.set(row, h, second, (float) (a * sine + b * cosine));
        }
      }
    }
  }

  @Override
  public void copyHeads(Heads x, Heads out, int rows) {
    OpsChecks.copyHeads(x, out, rows);
    for (int row = 0; row < rows; row++) {
      for (int h = 0; h < out.count(); h++) {
        for (int i = 0; i < out.width(); i++) {
          out.set(row, h, i, x.get(row, (int) ((long) h * x.count() / out.count()), i));
        }
      }
    }
  }

  @Override
  public void add(FloatMatrix x, FloatMatrix y, int rows) {
    OpsChecks.pair("add", x, y, rows);
    for (int row = 0; row < rows; row++) {
      for (int i = 0; i < x.columns(); i++) {
        x.set(row, i, x.get(row, i) + y.get(row, i));
      }
    }
  }

  @Override
  public void swiGlu(FloatMatrix gate, FloatMatrix up, int rows) {
    OpsChecks.pair("swiGlu", gate, up, rows);
    for (int row = 0; row < rows; row++) {
      for (int i = 0; i < gate.columns(); i++) {
        double g = gate.get(row, i);
        gate.set(row, i, (float) (g / (1 + Math.exp(-g)) * up.get(row, i)));
      }
    }
  }

  @Override
  public void sigmoidGate(FloatMatrix gate, FloatMatrix x, int rows) {
    OpsChecks.pair("sigmoidGate", gate, x, rows);
    for (int row = 0; row < rows; row++) {
      for (int i = 0; i < x.columns(); i++) {
        double g = gate.get(row, i);
        x.set(row, i, (float) (x.get(row, i) / (1 + Math.exp(-g))));
      }
    }
  }

  @Override
  public void store(RaggedBatch batch, int layer, Heads keys, Optional<Heads> values) {
    OpsChecks.store(batch, layer, keys, values);
    for (int slice = 0; slice < batch.slices(); slice++) {
      CachedRows cached = new CachedRows(batch.sequence(slice), layer);
      for (int r = 0; r < batch.rows(slice); r++) {
        int row = batch.firstRow(slice) + r;
        int token = batch.past(slice) + r;
        for (int h = 0; h < keys.count(); h++) {
          cached.setKey(token, h, head(keys, row, h));
        }
        if (values.isPresent()) {
          Heads own = values.get();
          for (int h = 0; h < own.count(); h++) {
            cached.setValue(token, h, head(own, row, h));
          }
        }
      }
    }
  }

  private static float[] head(Heads heads, int row, int head) {
    float[] numbers = new float[heads.width()];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = heads.get(row, head, i);
    }
    return numbers;
  }

  @Override
  public void attention(
      AttentionShape shape,
      AttentionMask mask,
      float scale,
      RaggedBatch batch,
      int layer,
      Heads queries,
      Heads attended) {
    OpsChecks.attention(shape, batch, layer, queries, attended);
    for (int slice = 0; slice < batch.slices(); slice++) {
      CachedRows cached = new CachedRows(batch.sequence(slice), layer);
      for (int r = 0; r < batch.rows(slice); r++) {
        int row = batch.firstRow(slice) + r;
        int position = batch.past(slice) + r;
        for (int map = 0; map < shape.maps(); map++) {
          int first = mask.firstVisible(position);
          double[] weights = softmax(shape, scale, cached, queries, row, map, first, position);
          for (int i = 0; i < shape.valueDim(); i++) {
            double sum = 0;
            for (int token = first; token <= position; token++) {
              sum += weights[token - first] * cached.value(token, shape.valueHead(map), i);
            }
            attended.set(row, map, i, (float) sum);
          }
        }
      }
    }
  }

  /** The weights of tokens {@code first} … {@code last} in one map of one row. */
  private static double[] softmax(
      AttentionShape shape,
      float scale,
      CachedRows cached,
      Heads queries,
      int row,
      int map,
      int first,
      int last) {
    double[] weights = new double[last - first + 1];
    double largest = Double.NEGATIVE_INFINITY;
    for (int token = first; token <= last; token++) {
      double score = 0;
      for (int i = 0; i < shape.keyDim(); i++) {
        score += queries.get(row, map, i) * cached.key(token, shape.keyHead(map), i);
      }
      weights[token - first] = score * scale;
      largest = Math.max(largest, weights[token - first]);
    }
    double sum = 0;
    for (int t = 0; t < weights.length; t++) {
      weights[t] = Math.exp(weights[t] - largest);
      sum += weights[t];
    }
    for (int t = 0; t < weights.length; t++) {
      weights[t] /= sum;
    }
    return weights;
  }

  @Override
  public MemoryReading reading(long bytes) {
    return new JavaReading(new Workers(1), bytes);
  }

  @Override
  public void close() {
    // It has no workers.
  }
}
