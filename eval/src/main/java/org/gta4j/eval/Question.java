package org.gta4j.eval;

import java.util.List;

/**
 * A record as it is put to a model: pairs of a context and what follows it, one of which is right.
 *
 * @param index of the record in its file, from 0 on
 * @param pairs a pair for each answer; a single one where there is nothing to choose
 * @param answers what is chosen between, as its length counts
 * @param gold which is right
 */
public record Question(int index, List<Pair> pairs, List<String> answers, int gold) {
  /** Copies the lists. */
  public Question {
    pairs = List.copyOf(pairs);
    answers = List.copyOf(answers);
  }

  /**
   * A context and what follows it.
   *
   * @param context may be empty
   * @param continuation begins with the delimiter
   */
  public record Pair(String context, String continuation) {}
}
