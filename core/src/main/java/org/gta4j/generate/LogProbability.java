package org.gta4j.generate;

import org.gta4j.tensor.FloatMatrix;

/**
 * The logarithm of what the softmax of a model's logits gives a token. Its sum is in double: a
 * vocabulary has hundreds of thousands of tokens.
 *
 * <p>Not thread-safe.
 */
public final class LogProbability {
  private final LanguageModel model;
  private final float[] row;

  /** Of a model's logits. */
  public LogProbability(LanguageModel model) {
    this.model = model;
    row = new float[model.config().vocabSize()];
  }

  /**
   * A token's.
   *
   * @param value ln softmax(logits)[id], in nats
   * @param greedy whether no token is more probable
   */
  public record Found(double value, boolean greedy) {}

  /**
   * Computes it.
   *
   * @param logits [rows, vocabulary]
   * @param matrixRow the row that counts
   * @throws ModelOutputException if it is no finite number
   */
  public Found of(FloatMatrix logits, int matrixRow, int id) {
    logits.copyRow(matrixRow, row, 0);
    float largest = greatest(row);
    double value = row[id] - largest - Math.log(sumOfExponentials(row, largest));
    if (!Double.isFinite(value)) {
      throw model.explained(new ModelOutputException("its logits are not finite numbers"));
    }
    return new Found(value, row[id] == largest);
  }

  /** The greatest of some logits. */
  static float greatest(float[] logits) {
    float largest = Float.NEGATIVE_INFINITY;
    for (float logit : logits) {
      largest = Math.max(largest, logit);
    }
    return largest;
  }

  /** The softmax's denominator, relative to its greatest term. */
  static double sumOfExponentials(float[] logits, float largest) {
    double sum = 0;
    for (float logit : logits) {
      sum += Math.exp((double) logit - largest);
    }
    return sum;
  }
}
