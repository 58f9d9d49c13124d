package org.gta4j.train.batch;

import java.util.Optional;
import org.gta4j.tensor.Shape;

/**
 * Sequences of one length, and what is to be predicted at each of their tokens.
 *
 * @param rows how many sequences
 * @param length tokens a sequence
 * @param ids the tokens [rows, length]
 * @param targets the token that follows each [rows, length]; {@link #IGNORED} where nothing is to
 *     be learned
 * @param soft what is to be predicted as a distribution, in place of the one target
 */
public record Batch(int rows, int length, int[] ids, int[] targets, Optional<SoftTargets> soft) {
  /** A target that does not count. */
  public static final int IGNORED = -1;

  /** Checks the sizes. */
  public Batch {
    long tokens = Shape.of(rows, length).elements();
    if (rows < 1 || length < 1 || ids.length != tokens || targets.length != tokens) {
      throw new IllegalArgumentException(
          "expected %d × %d ids and as many targets, found %d and %d"
              .formatted(rows, length, ids.length, targets.length));
    }
    if (soft.isPresent()
        && (soft.get().tokens().length != tokens * soft.get().choices()
            || soft.get().weights().length != soft.get().tokens().length)) {
      throw new IllegalArgumentException(
          "expected %d choices for each of %d tokens, found %d with %d weights"
              .formatted(
                  soft.get().choices(),
                  tokens,
                  soft.get().tokens().length,
                  soft.get().weights().length));
    }
  }

  /** Sequences whose targets are tokens. */
  public Batch(int rows, int length, int[] ids, int[] targets) {
    this(rows, length, ids, targets, Optional.empty());
  }

  /**
   * Distributions to be predicted, of a few tokens each.
   *
   * @param choices tokens a distribution
   * @param tokens which [rows, length, choices]
   * @param weights how much each counts [rows, length, choices]; together 1 where something is to
   *     be learned
   */
  public record SoftTargets(int choices, int[] tokens, float[] weights) {}

  /** How many targets count. */
  public int counted() {
    int counted = 0;
    for (int target : targets) {
      if (target != IGNORED) {
        counted++;
      }
    }
    return counted;
  }

  /** Every token predicts the next one of its sequence; the last one predicts nothing. */
  public static Batch ofSequences(int rows, int length, int[] ids) {
    int[] targets = new int[ids.length];
    for (int i = 0; i < ids.length; i++) {
      targets[i] = i % length == length - 1 ? IGNORED : ids[i + 1];
    }
    return new Batch(rows, length, ids, targets);
  }
}
