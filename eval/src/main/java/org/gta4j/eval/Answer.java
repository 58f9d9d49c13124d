package org.gta4j.eval;

import java.io.Serializable;
import java.util.List;

/**
 * What a model makes of a question.
 *
 * @param question the question
 * @param scores a score for each of its pairs
 */
public record Answer(Question question, List<Score> scores) implements Serializable {
  /** Copies the list. */
  public Answer {
    scores = List.copyOf(scores);
  }

  /**
   * How probable a continuation is.
   *
   * @param logProbability the sum of its tokens', in nats
   * @param greedy whether each of its tokens is the most probable one
   */
  public record Score(double logProbability, boolean greedy) implements Serializable {}

  /** The answer with the highest log-probability; the first of several. */
  public int prediction() {
    return best(false);
  }

  /** The same with log-probabilities divided by the answers' characters. */
  public int predictionNorm() {
    return best(true);
  }

  private int best(boolean normalized) {
    int best = 0;
    double highest = Double.NEGATIVE_INFINITY;
    for (int i = 0; i < scores.size(); i++) {
      double value = scores.get(i).logProbability();
      if (normalized) {
        String answer = question.answers().get(i);
        value /= Math.max(1, answer.codePointCount(0, answer.length()));
      }
      if (value > highest) {
        highest = value;
        best = i;
      }
    }
    return best;
  }
}
