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
      MemorySegment scores,
      long scoreByte) {
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
      long out = scoreByte + (long) slot * Float.BYTES;
      Lanes.store(s0, scores, out);
      Lanes.store(s1, scores, out + rowBytes);
      Lanes.store(s2, scores, out + 2 * rowBytes);
      Lanes.store(s3, scores, out + 3 * rowBytes);
    }
  }

  /** {@code scores[slot] = query · key_slot} for one query. */
  static void scoresOfOne(
      MemorySegment queries,
      long query,
      int keyDim,
      MemorySegment keys,
      long keyByte,
      MemorySegment scores,
      long scoreByte) {
    long rowBytes = (long) SLOTS * Float.BYTES;
    for (int slot = 0; slot < SLOTS; slot += Lanes.COUNT) {
      FloatVector sum = FloatVector.zero(Lanes.FLOATS);
      long k = keyByte + (long) slot * Float.BYTES;
      for (int i = 0; i < keyDim; i++) {
        float q = queries.get(Tensor.FLOAT, query + (long) i * Float.BYTES);
        sum = Lanes.load(keys, k + i * rowBytes).fma(Lanes.broadcast(q), sum);
      }
      Lanes.store(sum, scores, scoreByte + (long) slot * Float.BYTES);
    }
  }

  /**
   * Scales one query's scores, and makes those outside {@code from} … {@code to − 1} vanish;
   * returns the largest.
   */
  static float scaleAndMask(MemorySegment scores, long scoreByte, float scale, int from, int to) {
    if (from > 0 || to < SLOTS) {
      for (int slot = 0; slot < SLOTS; slot++) {
        if (slot < from || slot >= to) {
          scores.set(Tensor.FLOAT, scoreByte + (long) slot * Float.BYTES, Float.NEGATIVE_INFINITY);
        }
      }
    }
    FloatVector largest = Lanes.broadcast(Float.NEGATIVE_INFINITY);
    for (int slot = 0; slot < SLOTS; slot += Lanes.COUNT) {
      long at = scoreByte + (long) slot * Float.BYTES;
      FloatVector scaled = Lanes.load(scores, at).mul(scale);
      Lanes.store(scaled, scores, at);
      largest = largest.max(scaled);
    }
    return largest.reduceLanes(VectorOperators.MAX);
  }

  /** Replaces one query's scores by {@code exp(score − largest)}; returns their sum. */
  static float exponentials(MemorySegment scores, long scoreByte, float largest) {
    FloatVector sum = FloatVector.zero(Lanes.FLOATS);
    for (int slot = 0; slot < SLOTS; slot += Lanes.COUNT) {
      long at = scoreByte + (long) slot * Float.BYTES;
      FloatVector weights = Lanes.exp(Lanes.load(scores, at).sub(largest));
      Lanes.store(weights, scores, at);
      sum = sum.add(weights);
    }
    return Lanes.sum(sum);
  }

  /**
   * {@code out_q = out_q · correction_q + Σ weights_q[slot] · value_slot} over slots {@code from} …
   * {@code to − 1}, for four queries.
   */
  static void weighFour(
      MemorySegment weights,
      long weightByte,
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
    long rowBytes = (long) SLOTS * Float.BYTES;
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
        long w = weightByte + (long) slot * Float.BYTES;
        s0 = value.fma(Lanes.broadcast(weights.get(Tensor.FLOAT, w)), s0);
        s1 = value.fma(Lanes.broadcast(weights.get(Tensor.FLOAT, w + rowBytes)), s1);
        s2 = value.fma(Lanes.broadcast(weights.get(Tensor.FLOAT, w + 2 * rowBytes)), s2);
        s3 = value.fma(Lanes.broadcast(weights.get(Tensor.FLOAT, w + 3 * rowBytes)), s3);
      }
      Lanes.store(Lanes.load(out, o0 + at).fma(Lanes.broadcast(c0), s0), out, o0 + at);
      Lanes.store(Lanes.load(out, o1 + at).fma(Lanes.broadcast(c1), s1), out, o1 + at);
      Lanes.store(Lanes.load(out, o2 + at).fma(Lanes.broadcast(c2), s2), out, o2 + at);
      Lanes.store(Lanes.load(out, o3 + at).fma(Lanes.broadcast(c3), s3), out, o3 + at);
    }
    if (i < valueDim) {
      weighTail(weights, weightByte, from, to, values, valueByte, valueDim, out, o0, c0, i);
      weighTail(
          weights, weightByte + rowBytes, from, to, values, valueByte, valueDim, out, o1, c1, i);
      weighTail(
          weights,
          weightByte + 2 * rowBytes,
          from,
          to,
          values,
          valueByte,
          valueDim,
          out,
          o2,
          c2,
          i);
      weighTail(
          weights,
          weightByte + 3 * rowBytes,
          from,
          to,
          values,
          valueByte,
          valueDim,
          out,
          o3,
          c3,
          i);
    }
  }

  /** {@link #weighFour} for one query. */
  static void weighOne(
      MemorySegment weights,
      long weightByte,
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
        float weight = weights.get(Tensor.FLOAT, weightByte + (long) slot * Float.BYTES);
        sum = value.fma(Lanes.broadcast(weight), sum);
      }
      Lanes.store(
          Lanes.load(out, outByte + at).fma(Lanes.broadcast(correction), sum), out, outByte + at);
    }
    if (i < valueDim) {
      weighTail(
          weights, weightByte, from, to, values, valueByte, valueDim, out, outByte, correction, i);
    }
  }

  private static void weighTail(
      MemorySegment weights,
      long weightByte,
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
        sum += value * weights.get(Tensor.FLOAT, weightByte + (long) slot * Float.BYTES);
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
