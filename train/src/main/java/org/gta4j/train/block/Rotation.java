package org.gta4j.train.block;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.gta4j.model.rope.RotaryEmbedding;
import org.gta4j.ops.RotaryAngles;
import org.gta4j.train.torch.Memory;
import org.gta4j.train.torch.Torch;

/**
 * The turns of a rotary position embedding for the positions 0 to T-1. They are multiplied, not
 * complex: a backward pass needs the angles again and nothing of the queries and keys.
 *
 * <p>Where neighbours are turned together, numbers are put in order of halves first and stay there:
 * products of queries and keys do not ask for an order.
 *
 * @param cosine [T, 1, d], both halves alike
 * @param sine [T, 1, d], the first half negative
 * @param pairs which numbers are turned together
 */
public record Rotation(Tensor cosine, Tensor sine, RotaryAngles.Pairs pairs)
    implements AutoCloseable {
  /** The turns of {@code length} positions. */
  public static Rotation of(RotaryEmbedding embedding, int length) {
    float[] frequencies = embedding.frequencies(length);
    double factor = embedding.scaling().attentionFactor();
    int half = frequencies.length;
    Tensor cosine = Torch.empty(Torch.F32, length, 1, 2L * half);
    Tensor sine = Torch.empty(Torch.F32, length, 1, 2L * half);
    MemorySegment cosines = Memory.of(cosine);
    MemorySegment sines = Memory.of(sine);
    for (int position = 0; position < length; position++) {
      for (int i = 0; i < half; i++) {
        double angle = (double) position * frequencies[i];
        long at = 2L * half * position + i;
        put(cosines, at, Math.cos(angle) * factor);
        put(cosines, at + half, Math.cos(angle) * factor);
        put(sines, at, -Math.sin(angle) * factor);
        put(sines, at + half, Math.sin(angle) * factor);
      }
    }
    return new Rotation(cosine, sine, embedding.pairs());
  }

  private static void put(MemorySegment memory, long index, double value) {
    memory.setAtIndex(ValueLayout.JAVA_FLOAT, index, (float) value);
  }

  /** Turns {@code x} [B, T, heads, d]. */
  public Tensor apply(Tensor x) {
    Tensor halves = pairs == RotaryAngles.Pairs.NEIGHBOURS ? halves(x) : x;
    long half = halves.size(3) / 2;
    Tensor swapped =
        torch.cat(new TensorVector(halves.narrow(3, half, half), halves.narrow(3, 0, half)), 3);
    return halves.mul(cosine).add(swapped.mul(sine));
  }

  private static Tensor halves(Tensor x) {
    long[] sizes = Memory.sizes(x);
    return x.reshape(sizes[0], sizes[1], sizes[2], sizes[3] / 2, 2).transpose(3, 4).reshape(sizes);
  }

  @Override
  public void close() {
    cosine.close();
    sine.close();
  }
}
