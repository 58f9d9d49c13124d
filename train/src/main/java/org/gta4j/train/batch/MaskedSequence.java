package org.gta4j.train.batch;

/**
 * A sequence of which a part is to be learned.
 *
 * @param ids its tokens
 * @param learned which of them count as targets, in the order of {@code ids}
 */
public record MaskedSequence(int[] ids, boolean[] learned) {
  /** Checks the sizes. */
  public MaskedSequence {
    if (ids.length != learned.length) {
      throw new IllegalArgumentException(
          "expected %d tokens to say of whether they are learned, found %d"
              .formatted(ids.length, learned.length));
    }
  }

  /** How many tokens are targets; the first one follows nothing, and is none. */
  public int counted() {
    int counted = 0;
    for (int i = 1; i < learned.length; i++) {
      counted += learned[i] ? 1 : 0;
    }
    return counted;
  }
}
