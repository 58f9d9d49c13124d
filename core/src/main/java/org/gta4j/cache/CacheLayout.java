package org.gta4j.cache;

import org.gta4j.attention.AttentionShape;
import org.gta4j.attention.ValueRows;
import org.gta4j.tensor.DType;

/**
 * Where keys and values lie inside a block of {@value #BLOCK_TOKENS} tokens, for all layers.
 *
 * <pre>
 * block       [layers][ keys | values ]
 * keys        [keyHeads][keyDim][BLOCK_TOKENS]       transposed: one load brings one dimension of many tokens
 * values      [valueHeads][BLOCK_TOKENS][valueDim]   absent where value rows are part of the keys
 * </pre>
 *
 * <p>Scores are summed over dimensions with vector lanes running over tokens, weighted values over
 * tokens with lanes running over dimensions: neither needs a sum across lanes, so each number's
 * terms are added in one fixed order whatever else is computed beside it.
 *
 * @param shape the attention's sizes, the same in all layers
 * @param layers how many layers
 * @param dtype {@link DType#F32}, {@link DType#F16} or {@link DType#BF16}
 */
public record CacheLayout(AttentionShape shape, int layers, DType dtype) {
  /** Tokens a block. */
  public static final int BLOCK_TOKENS = 32;

  /** Checks the element type and that a block's size is addressable. */
  public CacheLayout {
    if (layers < 1) {
      throw new IllegalArgumentException("a cache needs at least one layer, found " + layers);
    }
    if (!dtype.isCache()) {
      throw new IllegalArgumentException("a cache holds f32, f16 or bf16, found " + dtype.label());
    }
    // Divided rather than multiplied: the product of all may be beyond 2^63.
    long most = Integer.MAX_VALUE / dtype.bytes(1) / layers / BLOCK_TOKENS;
    if (shape.cacheElements() > most) {
      throw new IllegalArgumentException(
          "a cache keeps %d tokens of all layers in a block of less than 2 GiB, found %d layers of %d numbers a token"
              .formatted(BLOCK_TOKENS, layers, shape.cacheElements()));
    }
  }

  /** Bytes a token takes, in all layers: exactly its keys and values. */
  public long bytesPerToken() {
    return dtype.bytes((long) shape.cacheElements() * layers);
  }

  /** Bytes a block takes. */
  public long blockBytes() {
    return bytesPerToken() * BLOCK_TOKENS;
  }

  /** Blocks that {@code tokens} tokens need. */
  public static int blocksFor(long tokens) {
    return Math.toIntExact((tokens + BLOCK_TOKENS - 1) / BLOCK_TOKENS);
  }

  /**
   * Where the keys {@code [keyDim][BLOCK_TOKENS]} of a layer's key head begin, in bytes into the
   * block.
   */
  public long keyByte(int layer, int keyHead) {
    return layerByte(layer) + dtype.bytes((long) keyHead * shape.keyDim() * BLOCK_TOKENS);
  }

  /**
   * Where the value rows {@code [BLOCK_TOKENS][valueDim]} of a layer's value head begin, in bytes
   * into the block. Where they are part of the keys this is the keys' own begin, in the keys'
   * layout.
   */
  public long valueByte(int layer, int valueHead) {
    if (shape.valueRows() == ValueRows.KEY_PREFIX) {
      return keyByte(layer, valueHead);
    }
    return layerByte(layer)
        + dtype.bytes(
            ((long) shape.keyWidth() + (long) valueHead * shape.valueDim()) * BLOCK_TOKENS);
  }

  private long layerByte(int layer) {
    return dtype.bytes((long) layer * shape.cacheElements() * BLOCK_TOKENS);
  }
}
