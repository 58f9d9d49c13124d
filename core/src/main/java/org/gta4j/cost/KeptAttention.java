package org.gta4j.cost;

import org.gta4j.attention.AttentionShape;

/**
 * What a fused attention keeps of a token for the backward pass: queries, keys, values, results and
 * a number for each map's sum.
 *
 * @param numberBytes bytes of a number
 * @param padded whether it takes as many key and value heads as maps, and all of one width, as
 *     libtorch's kernel for CPUs does; a single head is not copied
 */
public record KeptAttention(int numberBytes, boolean padded) {
  /** Bytes of a token in a layer. */
  public double bytesPerToken(AttentionShape shape) {
    long width = padded ? Math.max(shape.keyDim(), shape.valueDim()) : 0;
    long keyHeads = copies(shape.keyHeads(), shape.maps());
    long valueHeads = copies(shape.valueHeads(), shape.maps());
    long keyDim = Math.max(width, shape.keyDim());
    long valueDim = Math.max(width, shape.valueDim());
    long numbers = (shape.maps() + keyHeads) * keyDim + (shape.maps() + valueHeads) * valueDim;
    return (double) numbers * numberBytes + (double) shape.maps() * Float.BYTES;
  }

  private long copies(int heads, int maps) {
    return padded && heads > 1 ? maps : heads;
  }
}
