package org.gta4j.attention;

/**
 * The sizes of an attention, whatever its variant: {@code maps} queries a token, each of which
 * reads the rows of one key head and weights the rows of one value head. Map {@code i} belongs to
 * key head {@code ⌊i·keyHeads/maps⌋} and value head {@code ⌊i·valueHeads/maps⌋}.
 *
 * <p>MHA, MQA and GQA have as many maps as heads. GVA and GTA have fewer maps and wider value rows:
 * the values of all heads that share the map, or one latent. Absorbed MLA has one key head whose
 * rows begin with its value rows.
 *
 * @param maps attention maps a token: rows of queries
 * @param keyHeads key rows a token; divides {@code maps}
 * @param keyDim floats a key row
 * @param valueHeads value rows a token; divides {@code maps}
 * @param valueDim floats a value row
 * @param valueRows whether value rows are cached by themselves or are part of the key rows
 */
public record AttentionShape(
    int maps, int keyHeads, int keyDim, int valueHeads, int valueDim, ValueRows valueRows) {
  /** Checks sizes and divisibility. */
  public AttentionShape {
    if (maps < 1 || keyHeads < 1 || keyDim < 1 || valueHeads < 1 || valueDim < 1) {
      throw new IllegalArgumentException(
          "every size of an attention must be positive, found maps %d, keyHeads %d, keyDim %d, valueHeads %d, valueDim %d"
              .formatted(maps, keyHeads, keyDim, valueHeads, valueDim));
    }
    if (maps % keyHeads != 0 || maps % valueHeads != 0) {
      throw new IllegalArgumentException(
          "key heads and value heads must divide the maps, found maps %d, keyHeads %d, valueHeads %d"
              .formatted(maps, keyHeads, valueHeads));
    }
    if (valueRows == ValueRows.KEY_PREFIX && (valueDim > keyDim || valueHeads != keyHeads)) {
      throw new IllegalArgumentException(
          "value rows inside key rows need as many and no longer ones, found %d of %d in %d of %d"
              .formatted(valueHeads, valueDim, keyHeads, keyDim));
    }
  }

  /** The shape with value rows of their own. */
  public static AttentionShape of(
      int maps, int keyHeads, int keyDim, int valueHeads, int valueDim) {
    return new AttentionShape(maps, keyHeads, keyDim, valueHeads, valueDim, ValueRows.OWN);
  }

  /** The key head that map {@code map} reads. */
  public int keyHead(int map) {
    return map / (maps / keyHeads);
  }

  /** The value head that map {@code map} weights. */
  public int valueHead(int map) {
    return map / (maps / valueHeads);
  }

  /** Floats of keys a token. */
  public int keyWidth() {
    return Math.multiplyExact(keyHeads, keyDim);
  }

  /**
   * Floats of value rows a token that are cached by themselves: 0 where they are part of the keys.
   */
  public int ownValueWidth() {
    return valueRows == ValueRows.OWN ? Math.multiplyExact(valueHeads, valueDim) : 0;
  }

  /** Numbers the cache holds per token and layer. */
  public int cacheElements() {
    return Math.addExact(keyWidth(), ownValueWidth());
  }

  /** Floats of queries a token. */
  public int queryWidth() {
    return Math.multiplyExact(maps, keyDim);
  }

  /** Floats of weighted values a token. */
  public int attendedWidth() {
    return Math.multiplyExact(maps, valueDim);
  }

  /** Multiply-adds per pair of tokens: the quadratic term. */
  public long multiplyAddsPerPair() {
    return (long) maps * ((long) keyDim + valueDim);
  }
}
