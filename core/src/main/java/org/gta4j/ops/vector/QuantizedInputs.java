package org.gta4j.ops.vector;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import org.gta4j.ops.Activations;
import org.gta4j.tensor.FloatMatrix;
import org.gta4j.tensor.Tensor;

/**
 * Rows of activations in 8 bits, as {@link Activations#AUTO} says: each half of a block, 16 inputs,
 * has a scale, its largest magnitude over 127; below {@link Activations#SMALLEST} they are zeros.
 * Where one of them is no finite number the scale is NaN, and so is every result.
 *
 * <p>Shape legend: rows are filled up with zeros to whole tiles; {@code blocks} are of 32 inputs.
 *
 * <p>Not thread-safe: each worker has its own.
 */
final class QuantizedInputs {
  /** Inputs that share a scale. */
  static final int HALF = Activations.BLOCK;

  /** The largest number of 8 bits. */
  static final int LARGEST = 127;

  private static final int INPUTS = PanelFormat.INPUTS;
  private static final int LANES = Lanes.COUNT;

  private static final int INFINITY = 0x7F800000;
  private static final IntVector MAGNITUDE = IntVector.broadcast(Lanes.INTS, 0x7FFFFFFF);
  private static final IntVector LOW = IntVector.broadcast(Lanes.INTS, 0xFFFF);

  /** The bits of 0 to which {@link Lanes#ROUND} was added. */
  private static final IntVector ROUNDED = Lanes.ROUND.reinterpretAsInts();

  private float[] row = new float[0];
  private int[] numbers = new int[0];
  private int[] starts = new int[0];
  private float[] scales = new float[0];
  private float[] sums = new float[0];
  private int stride;
  private int blocks;

  /** Quantizes rows {@code from} to {@code from + count − 1}, and adds zeros up to whole tiles. */
  void read(FloatMatrix source, int inputs, int from, int count, int tiled) {
    blocks = inputs / INPUTS;
    stride = inputs + PanelKernel.PADDING;
    if (row.length < inputs) {
      row = new float[inputs];
    }
    if (numbers.length < Math.multiplyExact(tiled, stride)) {
      numbers = new int[tiled * stride];
    }
    if (sums.length < tiled * blocks) {
      sums = new float[tiled * blocks];
      scales = new float[2 * sums.length];
      starts = new int[2 * sums.length];
    }
    for (int r = 0; r < count; r++) {
      MemorySegment.copy(source.data(), Tensor.FLOAT, source.rowByte(from + r), row, 0, inputs);
      for (int block = 0; block < blocks; block++) {
        int at = r * blocks + block;
        float first = half(2 * at, block * INPUTS, r * stride + block * INPUTS);
        float second = half(2 * at + 1, block * INPUTS + HALF, r * stride + block * INPUTS + HALF);
        sums[at] = first + second;
      }
    }
    Arrays.fill(numbers, count * stride, tiled * stride, 0);
    Arrays.fill(scales, 2 * count * blocks, 2 * tiled * blocks, 0f);
    Arrays.fill(starts, 2 * count * blocks, 2 * tiled * blocks, 0);
    Arrays.fill(sums, count * blocks, tiled * blocks, 0f);
  }

  /** Quantizes 16 inputs; returns what they add up to afterwards. */
  private float half(int index, int from, int to) {
    int most = 0;
    for (int i = 0; i < HALF; i += LANES) {
      most =
          Math.max(
              most,
              Lanes.load(row, from + i)
                  .reinterpretAsInts()
                  .and(MAGNITUDE)
                  .reduceLanes(VectorOperators.MAX));
    }
    float largest = Float.intBitsToFloat(most);
    if (most >= INFINITY || largest < Activations.SMALLEST) {
      Arrays.fill(numbers, to, to + HALF, 0);
      starts[index] = 0;
      scales[index] = most >= INFINITY ? Float.NaN : 0f;
      return scales[index];
    }
    FloatVector inverse = Lanes.broadcast(LARGEST / largest);
    int total = 0;
    for (int i = 0; i < HALF; i += LANES) {
      IntVector q =
          Lanes.load(row, from + i).mul(inverse).add(Lanes.ROUND).reinterpretAsInts().sub(ROUNDED);
      total += q.reduceLanes(VectorOperators.ADD);
      q.and(LOW).or(q.lanewise(VectorOperators.LSHL, Short.SIZE)).intoArray(numbers, to + i);
    }
    starts[index] = twice(-PanelFormat.CENTRE * total);
    scales[index] = largest / LARGEST;
    return scales[index] * total;
  }

  private static int twice(int number) {
    return (number & 0xFFFF) | number << Short.SIZE;
  }

  /** The numbers, each twice in an int, a row's {@link #stride} from the row's before. */
  int[] numbers() {
    return numbers;
  }

  /** From a row's numbers to the next row's. */
  int stride() {
    return stride;
  }

  /** Blocks of inputs of a row. */
  int blocks() {
    return blocks;
  }

  /** [rows][blocks][2 halves]: −8 times what the half's numbers add up to, twice in an int. */
  int[] starts() {
    return starts;
  }

  /** [rows][blocks][2 halves]. */
  float[] scales() {
    return scales;
  }

  /** [rows][blocks]: what a block's quantized activations add up to. */
  float[] sums() {
    return sums;
  }
}
