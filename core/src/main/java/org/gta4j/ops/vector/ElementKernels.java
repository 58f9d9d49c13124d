package org.gta4j.ops.vector;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import org.gta4j.ops.RotaryAngles;
import org.gta4j.tensor.Tensor;

/** Operations on the elements of one row, {@code count} floats from a byte offset on. */
final class ElementKernels {
  private ElementKernels() {}

  /** e^x, by the vectors' polynomial. */
  static float exp(float x) {
    return Lanes.exp(Lanes.broadcast(x)).lane(0);
  }

  /** 1 / (1 + e^−x), by the vectors' own function. */
  private static float sigmoid(float x) {
    return Lanes.sigmoid(Lanes.broadcast(x)).lane(0);
  }

  /** {@code x = 0}. */
  static void clear(MemorySegment x, long xByte, int count) {
    FloatVector zero = FloatVector.zero(Lanes.FLOATS);
    int i = 0;
    for (; i <= count - Lanes.COUNT; i += Lanes.COUNT) {
      Lanes.store(zero, x, xByte + (long) i * Float.BYTES);
    }
    for (; i < count; i++) {
      x.set(Tensor.FLOAT, xByte + (long) i * Float.BYTES, 0);
    }
  }

  /** {@code x /= divisor}. */
  static void divide(MemorySegment x, long xByte, int count, float divisor) {
    int i = 0;
    for (; i <= count - Lanes.COUNT; i += Lanes.COUNT) {
      long at = xByte + (long) i * Float.BYTES;
      Lanes.store(Lanes.load(x, at).div(divisor), x, at);
    }
    for (; i < count; i++) {
      long at = xByte + (long) i * Float.BYTES;
      x.set(Tensor.FLOAT, at, x.get(Tensor.FLOAT, at) / divisor);
    }
  }

  /** {@code x += y}. */
  static void add(MemorySegment x, long xByte, MemorySegment y, long yByte, int count) {
    int i = 0;
    for (; i <= count - Lanes.COUNT; i += Lanes.COUNT) {
      long at = (long) i * Float.BYTES;
      Lanes.store(Lanes.load(x, xByte + at).add(Lanes.load(y, yByte + at)), x, xByte + at);
    }
    for (; i < count; i++) {
      long at = (long) i * Float.BYTES;
      x.set(
          Tensor.FLOAT,
          xByte + at,
          x.get(Tensor.FLOAT, xByte + at) + y.get(Tensor.FLOAT, yByte + at));
    }
  }

  /** {@code gate = gate · sigmoid(gate) · up}. */
  static void swiGlu(MemorySegment gate, long gateByte, MemorySegment up, long upByte, int count) {
    int i = 0;
    for (; i <= count - Lanes.COUNT; i += Lanes.COUNT) {
      long at = (long) i * Float.BYTES;
      FloatVector g = Lanes.load(gate, gateByte + at);
      Lanes.store(g.mul(Lanes.sigmoid(g)).mul(Lanes.load(up, upByte + at)), gate, gateByte + at);
    }
    for (; i < count; i++) {
      long at = (long) i * Float.BYTES;
      float g = gate.get(Tensor.FLOAT, gateByte + at);
      gate.set(Tensor.FLOAT, gateByte + at, g * sigmoid(g) * up.get(Tensor.FLOAT, upByte + at));
    }
  }

  /** {@code x = x · sigmoid(gate)}. */
  static void sigmoidGate(
      MemorySegment gate, long gateByte, MemorySegment x, long xByte, int count) {
    int i = 0;
    for (; i <= count - Lanes.COUNT; i += Lanes.COUNT) {
      long at = (long) i * Float.BYTES;
      Lanes.store(
          Lanes.load(x, xByte + at).mul(Lanes.sigmoid(Lanes.load(gate, gateByte + at))),
          x,
          xByte + at);
    }
    for (; i < count; i++) {
      long at = (long) i * Float.BYTES;
      float opening = sigmoid(gate.get(Tensor.FLOAT, gateByte + at));
      x.set(Tensor.FLOAT, xByte + at, x.get(Tensor.FLOAT, xByte + at) * opening);
    }
  }

  /** {@code out = x / sqrt(mean(x²) + epsilon) · weight}. */
  static void rmsNorm(
      float[] weight,
      float epsilon,
      MemorySegment x,
      long xByte,
      MemorySegment out,
      long outByte,
      int count) {
    FloatVector sum = FloatVector.zero(Lanes.FLOATS);
    int i = 0;
    for (; i <= count - Lanes.COUNT; i += Lanes.COUNT) {
      FloatVector v = Lanes.load(x, xByte + (long) i * Float.BYTES);
      sum = v.fma(v, sum);
    }
    float squares = Lanes.sum(sum);
    for (int t = i; t < count; t++) {
      float v = x.get(Tensor.FLOAT, xByte + (long) t * Float.BYTES);
      squares += v * v;
    }
    float scale = (float) (1 / Math.sqrt((double) squares / count + epsilon));
    for (i = 0; i <= count - Lanes.COUNT; i += Lanes.COUNT) {
      long at = (long) i * Float.BYTES;
      FloatVector w = FloatVector.fromArray(Lanes.FLOATS, weight, i);
      Lanes.store(Lanes.load(x, xByte + at).mul(scale).mul(w), out, outByte + at);
    }
    for (; i < count; i++) {
      long at = (long) i * Float.BYTES;
      out.set(Tensor.FLOAT, outByte + at, x.get(Tensor.FLOAT, xByte + at) * scale * weight[i]);
    }
  }

  /**
   * Turns {@code pairs} pairs of numbers by the angles whose cosines and sines begin at the byte
   * offsets.
   */
  static void rotate(
      RotaryAngles angles, long cosineByte, long sineByte, MemorySegment x, long xByte, int pairs) {
    boolean halves = angles.pairs() == RotaryAngles.Pairs.HALVES;
    long second = (halves ? (long) pairs : 1) * Float.BYTES;
    long step = (halves ? 1L : 2L) * Float.BYTES;
    MemorySegment cosines = angles.cosine().data();
    MemorySegment sines = angles.sine().data();
    int i = 0;
    if (halves) {
      for (; i <= pairs - Lanes.COUNT; i += Lanes.COUNT) {
        long at = (long) i * Float.BYTES;
        FloatVector cosine = Lanes.load(cosines, cosineByte + at);
        FloatVector sine = Lanes.load(sines, sineByte + at);
        FloatVector a = Lanes.load(x, xByte + at);
        FloatVector b = Lanes.load(x, xByte + at + second);
        Lanes.store(a.mul(cosine).sub(b.mul(sine)), x, xByte + at);
        Lanes.store(a.mul(sine).add(b.mul(cosine)), x, xByte + at + second);
      }
    }
    for (; i < pairs; i++) {
      float cosine = cosines.get(Tensor.FLOAT, cosineByte + (long) i * Float.BYTES);
      float sine = sines.get(Tensor.FLOAT, sineByte + (long) i * Float.BYTES);
      long at = xByte + i * step;
      float a = x.get(Tensor.FLOAT, at);
      float b = x.get(Tensor.FLOAT, at + second);
      x.set(Tensor.FLOAT, at, a * cosine - b * sine);
      x.set(Tensor.FLOAT, at + second, a * sine + b * cosine);
    }
  }
}
