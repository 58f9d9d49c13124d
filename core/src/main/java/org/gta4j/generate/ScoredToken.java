package org.gta4j.generate;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/**
 * A token and what the model found probable at its place.
 *
 * @param id the token
 * @param logProbability ln of its probability, in nats
 * @param alternatives the most probable tokens, the most probable first; of equal ones the lower id
 */
public record ScoredToken(int id, double logProbability, List<Alternative> alternatives) {
  /** A token that might have stood there. */
  public record Alternative(int id, double logProbability) {}

  /** Copies the list. */
  public ScoredToken {
    alternatives = List.copyOf(alternatives);
  }

  /**
   * The log-probabilities that logits give.
   *
   * @param logits one finite number a token
   * @param count how many alternatives
   */
  static ScoredToken of(float[] logits, int id, int count) {
    float largest = LogProbability.greatest(logits);
    double normalizer = largest + Math.log(LogProbability.sumOfExponentials(logits, largest));
    List<Alternative> found = new ArrayList<>();
    for (int other : most(logits, count)) {
      found.add(new Alternative(other, logits[other] - normalizer));
    }
    return new ScoredToken(id, logits[id] - normalizer, found);
  }

  private static List<Integer> most(float[] logits, int count) {
    Comparator<Integer> best =
        Comparator.<Integer>comparingDouble(id -> -logits[id]).thenComparingInt(id -> id);
    PriorityQueue<Integer> kept = new PriorityQueue<>(best.reversed());
    for (int id = 0; id < logits.length && count > 0; id++) {
      if (kept.size() < count) {
        kept.add(id);
      } else if (logits[id] > logits[kept.element()]) {
        kept.remove();
        kept.add(id);
      }
    }
    return kept.stream().sorted(best).toList();
  }
}
