package org.gta4j.ops.vector;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import org.gta4j.cache.CacheLayout;
import org.gta4j.tensor.Tensor;

/**
 * The arithmetic of attention on one block of the cache.
 *
 * <p>Shape legend: a block has {@value #SLOTS} tokens (slots); keys [keyDim][slots], values
 * [slots][valueDim], weights [queries][slots], all f32. Lanes run over slots for scores and over
 * value dimensions for weighted sums, so every number's terms are added one after the other, and
 * its bits do not depend on how many queries are computed together. A block is summed by itself
 * before it joins the blocks before it: over a long context that keeps the rounding errors small.
 *
 * <p>Scores and weights are in an array: that is less code than a memory segment, and all of an
 * item's work is compiled as one method, from which the compiler leaves out what becomes too much.
 */
final class AttentionKernel {
  static final int SLOTS = CacheLayout.BLOCK_TOKENS;

  private AttentionKernel() {}

  /** {@code scores[q][slot] = query_q · key_slot} for four queries. */
  static void scoresOfFour(
      MemorySegment queries,
      long q0,
      long q1,
      long q2,
      long q3,
      int keyDim,
      MemorySegment keys,
      long keyByte,
      float[] scores,
      int scoreAt) {
    long rowBytes = (long) SLOTS * Float.BYTES;
    for (int slot = 0; slot < SLOTS; slot += Lanes.COUNT) {
      FloatVector s0 = FloatVector.zero(Lanes.FLOATS);
      FloatVector s1 = s0;
      FloatVector s2 = s0;
      FloatVector s3 = s0;
      long k = keyByte + (long) slot * Float.BYTES;
      for (int i = 0; i < keyDim; i++) {
        long at = (long) i * Float.BYTES;
        FloatVector key = Lanes.load(keys, k + i * rowBytes);
        s0 = key.fma(Lanes.broadcast(queries.get(Tensor.FLOAT, q0 + at)), s0);
        s1 = key.fma(Lanes.broadcast(queries.get(Tensor.FLOAT, q1 + at)), s1);
        s2 = key.fma(Lanes.broadcast(queries.get(Tensor.FLOAT, q2 + at)), s2);
        s3 = key.fma(Lanes.broadcast(queries.get(Tensor.FLOAT, q3 + at)), s3);
      }
      s0.intoArray(scores, scoreAt + slot);
      s1.intoArray(scores, scoreAt + slot + SLOTS);
      s2.intoArray(scores, scoreAt + slot + 2 * SLOTS);
      s3.intoArray(scores, scoreAt + slot + 3 * SLOTS);
    }
  }

  /** {@code scores[slot] = query · key_slot} for one query. */
  static void scoresOfOne(
      MemorySegment queries,
      long query,
      int keyDim,
      MemorySegment keys,
      long keyByte,
      float[] scores,
      int scoreAt) {
    long rowBytes = (long) SLOTS * Float.BYTES;
    for (int slot = 0; slot < SLOTS; slot += Lanes.COUNT) {
      FloatVector sum = FloatVector.zero(Lanes.FLOATS);
      long k = keyByte + (long) slot * Float.BYTES;
      for (int i = 0; i < keyDim; i++) {
        float q = queries.get(Tensor.FLOAT, query + (long) i * Float.BYTES);
        sum = Lanes.load(keys, k + i * rowBytes).fma(Lanes.broadcast(q), sum);
      }
      sum.intoArray(scores, scoreAt + slot);
    }
  }

  /**
   * Scales one query's scores, and makes those outside {@code from} … {@code to − 1} vanish;
   * returns the largest.
   */
  static float scaleAndMask(float[] scores, int scoreAt, float scale, int from, int to) {
    if (from > 0 || to < SLOTS) {
      for (int slot = 0; slot < SLOTS; slot++) {
        if (slot < from || slot >= to) {
          scores[scoreAt + slot] = Float.NEGATIVE_INFINITY;
        }
      }
    }
    FloatVector largest = Lanes.broadcast(Float.NEGATIVE_INFINITY);
    for (int slot = 0; slot < SLOTS; slot += Lanes.COUNT) {
      FloatVector scaled = Lanes.load(scores, scoreAt + slot).mul(scale);
      scaled.intoArray(scores, scoreAt + slot);
      largest = largest.max(scaled);
    }
    return largest.reduceLanes(VectorOperators.MAX);
  }

  /**
   * Replaces one query's scores by {@code exp(score − largest)}; returns their sum.
   *
   * @param partials room for a vector of partial sums
   */
  static float exponentials(float[] scores, int scoreAt, float largest, float[] partials) {
    FloatVector sum = FloatVector.zero(Lanes.FLOATS);
    for (int slot = 0; slot < SLOTS; slot += Lanes.COUNT) {
      FloatVector weights = Lanes.exp(Lanes.load(scores, scoreAt + slot).sub(largest));
      weights.intoArray(scores, scoreAt + slot);
      sum = sum.add(weights);
    }
    sum.intoArray(partials, 0);
    return Lanes.sum(partials, 0);
  }

  /**
   * {@code out_q = out_q · correction_q + Σ weights_q[slot] · value_slot} over slots {@code from} …
   * {@code to − 1}, for four queries.
   */
  static void weighFour(
      float[] weights,
      int weightAt,
      int from,
      int to,
      MemorySegment values,
      long valueByte,
      int valueDim,
      MemorySegment out,
      long o0,
      long o1,
      long o2,
      long o3,
      float c0,
      float c1,
      float c2,
      float c3) {
    long valueBytes = (long) valueDim * Float.BYTES;
    int i = 0;
    for (; i <= valueDim - Lanes.COUNT; i += Lanes.COUNT) {
      long at = (long) i * Float.BYTES;
      FloatVector s0 = FloatVector.zero(Lanes.FLOATS);
      FloatVector s1 = s0;
      FloatVector s2 = s0;
      FloatVector s3 = s0;
      for (int slot = from; slot < to; slot++) {
        FloatVector value = Lanes.load(values, valueByte + slot * valueBytes + at);
        int w = weightAt + slot;
        s0 = value.fma(Lanes.broadcast(weights[w]), s0);
        s1 = value.fma(Lanes.broadcast(weights[w + SLOTS]), s1);
        s2 = value.fma(Lanes.broadcast(weights[w + 2 * SLOTS]), s2);
        s3 = value.fma(Lanes.broadcast(weights[w + 3 * SLOTS]), s3);
      }
      Lanes.store(Lanes.load(out, o0 + at).fma(Lanes.broadcast(c0), s0), out, o0 + at);
      Lanes.store(Lanes.load(out, o1 + at).fma(Lanes.broadcast(c1), s1), out, o1 + at);
      Lanes.store(Lanes.load(out, o2 + at).fma(Lanes.broadcast(c2), s2), out, o2 + at);
      Lanes.store(Lanes.load(out, o3 + at).fma(Lanes.broadcast(c3), s3), out, o3 + at);
    }
    if (i < valueDim) {
      weighTail(weights, weightAt, from, to, values, valueByte, valueDim, out, o0, c0, i);
      weighTail(weights, weightAt + SLOTS, from, to, values, valueByte, valueDim, out, o1, c1, i);
      weighTail(
          weights, weightAt + 2 * SLOTS, from, to, values, valueByte, valueDim, out, o2, c2, i);
      weighTail(
          weights, weightAt + 3 * SLOTS, from, to, values, valueByte, valueDim, out, o3, c3, i);
    }
  }

  /** {@link #weighFour} for one query. */
  static void weighOne(
      float[] weights,
      int weightAt,
      int from,
      int to,
      MemorySegment values,
      long valueByte,
      int valueDim,
      MemorySegment out,
      long outByte,
      float correction) {
    long valueBytes = (long) valueDim * Float.BYTES;
    int i = 0;
    for (; i <= valueDim - Lanes.COUNT; i += Lanes.COUNT) {
      long at = (long) i * Float.BYTES;
      FloatVector sum = FloatVector.zero(Lanes.FLOATS);
      for (int slot = from; slot < to; slot++) {
        FloatVector value = Lanes.load(values, valueByte + slot * valueBytes + at);
        sum = value.fma(Lanes.broadcast(weights[weightAt + slot]), sum);
      }
      Lanes.store(
          Lanes.load(out, outByte + at).fma(Lanes.broadcast(correction), sum), out, outByte + at);
    }
    if (i < valueDim) {
      weighTail(
          weights, weightAt, from, to, values, valueByte, valueDim, out, outByte, correction, i);
    }
  }

  private static void weighTail(
      float[] weights,
      int weightAt,
      int from,
      int to,
      MemorySegment values,
      long valueByte,
      int valueDim,
      MemorySegment out,
      long outByte,
      float correction,
      int first) {
    for (int i = first; i < valueDim; i++) {
      long at = outByte + (long) i * Float.BYTES;
      float sum = 0;
      for (int slot = from; slot < to; slot++) {
        float value =
            values.get(Tensor.FLOAT, valueByte + ((long) slot * valueDim + i) * Float.BYTES);
        sum += value * weights[weightAt + slot];
      }
      out.set(Tensor.FLOAT, at, out.get(Tensor.FLOAT, at) * correction + sum);
    }
  }

  /** Copies keys' first dimensions [valueDim][slots] to value rows [slots][valueDim]. */
  static void transpose(
      MemorySegment keys,
      long keyByte,
      int valueDim,
      MemorySegment values,
      long valueByte,
      int slots) {
    for (int i = 0; i < valueDim; i++) {
      for (int slot = 0; slot < slots; slot++) {
        float value = keys.get(Tensor.FLOAT, keyByte + ((long) i * SLOTS + slot) * Float.BYTES);
        values.set(Tensor.FLOAT, valueByte + ((long) slot * valueDim + i) * Float.BYTES, value);
      }
    }
  }
}
