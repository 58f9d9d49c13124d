package org.gta4j.cache;

import org.gta4j.attention.AttentionShape;
import org.gta4j.attention.ValueRows;

/**
 * Where keys and values lie inside a block of {@value #BLOCK_TOKENS} tokens, for all layers.
 *
 * <pre>
 * block       [layers][ key heads | value heads ]
 * key head    [keyDim][BLOCK_TOKENS] numbers | [keyParts][BLOCK_TOKENS] scales    transposed: one load brings one dimension of many tokens
 * value head  [BLOCK_TOKENS][valueDim] numbers | [BLOCK_TOKENS] scales            absent where value rows are part of the keys
 * </pre>
 *
 * <p>Scales, f32, are there where the type has them: one for each token's row of a head. A key row
 * that begins with its value row has two, for that and for the rest: in absorbed MLA a latent and a
 * rotary part, which have nothing to do with each other's size. As a scale belongs to a token, a
 * score is multiplied with it after its terms are added, and a weight before it meets the value
 * row.
 *
 * <p>Scores are summed over dimensions with vector lanes running over tokens, weighted values over
 * tokens with lanes running over dimensions: neither needs a sum across lanes, so each number's
 * terms are added in one fixed order whatever else is computed beside it.
 *
 * @param shape the attention's sizes, the same in all layers
 * @param layers how many layers
 * @param type what numbers are cached as
 */
public record CacheLayout(AttentionShape shape, int layers, CacheType type) {
  /** Tokens a block. */
  public static final int BLOCK_TOKENS = 32;

  /** Blocks are whole lines of the processor's caches. */
  private static final int LINE_BYTES = 64;

  /** Checks that a block's size is addressable. */
  public CacheLayout {
    if (layers < 1) {
      throw new IllegalArgumentException("a cache needs at least one layer, found " + layers);
    }
    // Divided rather than multiplied: the product of all may be beyond 2^63.
    long most = Integer.MAX_VALUE / layers / BLOCK_TOKENS;
    if (type.bytes(shape.cacheElements()) + scaleBytes(shape, type) > most) {
      throw new IllegalArgumentException(
          "a cache keeps %d tokens of all layers in a block of less than 2 GiB, found %d layers of %d numbers a token"
              .formatted(BLOCK_TOKENS, layers, shape.cacheElements()));
    }
  }

  /** Of a token in one layer. */
  private static long scaleBytes(AttentionShape shape, CacheType type) {
    if (!type.hasScales()) {
      return 0;
    }
    long own = shape.valueRows() == ValueRows.OWN ? shape.valueHeads() : 0;
    return ((long) shape.keyHeads() * keyParts(shape) + own) * Float.BYTES;
  }

  private static int keyParts(AttentionShape shape) {
    return shape.valueRows() == ValueRows.KEY_PREFIX && shape.valueDim() < shape.keyDim() ? 2 : 1;
  }

  /**
   * Bytes a token takes, in all layers: its keys and values, and their scales. What a block is
   * filled up with to a whole number of cache lines, where widths are odd, is a byte at most.
   */
  public long bytesPerToken() {
    return blockBytes() / BLOCK_TOKENS;
  }

  /** Bytes a block takes. */
  public long blockBytes() {
    return Math.ceilDiv(layerBytes() * layers, LINE_BYTES) * (long) LINE_BYTES;
  }

  /** Blocks that {@code tokens} tokens need. */
  public static int blocksFor(long tokens) {
    return Math.toIntExact((tokens + BLOCK_TOKENS - 1) / BLOCK_TOKENS);
  }

  /** Parts of a key row that have a scale each: 1, or 2 where it begins with its value row. */
  public int keyParts() {
    return keyParts(shape);
  }

  /** The number of a key row that a part begins with; for {@link #keyParts} the row's end. */
  public int keyPartBegin(int part) {
    return part == 0 ? 0 : part == keyParts() ? shape.keyDim() : shape.valueDim();
  }

  /** Bytes from one key head to the next. */
  public long keyHeadBytes() {
    return headBytes(shape.keyDim(), keyParts());
  }

  /** Bytes from one value head to the next; in the keys, where value rows are part of them. */
  public long valueHeadBytes() {
    return shape.valueRows() == ValueRows.OWN ? headBytes(shape.valueDim(), 1) : keyHeadBytes();
  }

  private long headBytes(int dimensions, int scales) {
    return type.bytes((long) dimensions * BLOCK_TOKENS)
        + (type.hasScales() ? (long) scales * BLOCK_TOKENS * Float.BYTES : 0);
  }

  /**
   * Where the keys {@code [keyDim][BLOCK_TOKENS]} of a layer's key head begin, in bytes into the
   * block.
   */
  public long keyByte(int layer, int keyHead) {
    return layerBytes() * layer + keyHeadBytes() * keyHead;
  }

  /**
   * Where the scales {@code [keyParts][BLOCK_TOKENS]} of a layer's key head begin, in bytes into
   * the block; only where the type has scales.
   */
  public long keyScaleByte(int layer, int keyHead) {
    return keyByte(layer, keyHead) + type.bytes((long) shape.keyDim() * BLOCK_TOKENS);
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
    return keyByte(layer, shape.keyHeads()) + valueHeadBytes() * valueHead;
  }

  /**
   * Where the scales {@code [BLOCK_TOKENS]} of a layer's value head begin, in bytes into the block;
   * only where the type has scales.
   */
  public long valueScaleByte(int layer, int valueHead) {
    if (shape.valueRows() == ValueRows.KEY_PREFIX) {
      return keyScaleByte(layer, valueHead);
    }
    return valueByte(layer, valueHead) + type.bytes((long) shape.valueDim() * BLOCK_TOKENS);
  }

  private long layerBytes() {
    return (type.bytes(shape.cacheElements()) + scaleBytes(shape, type)) * BLOCK_TOKENS;
  }
}
