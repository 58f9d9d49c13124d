package org.gta4j.eval;

import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Pattern;

/**
 * A record as it is put to a model: pairs of a context and what follows it, one of which is right.
 *
 * @param index of the record in its file, from 0 on
 * @param pairs a pair for each answer; a single one where there is nothing to choose
 * @param answers what is chosen between, as its length counts; of a whole text the one whose words
 *     and bytes count
 * @param gold which is right
 */
public record Question(int index, List<Pair> pairs, List<String> answers, int gold)
    implements Serializable {
  private static final Pattern SPACE = Pattern.compile("\\s+", Pattern.UNICODE_CHARACTER_CLASS);

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
  public record Pair(String context, String continuation) implements Serializable {}

  /** Pieces between white space, as the harness counts words: empty ones at the ends too. */
  long words() {
    return SPACE.split(answers.getFirst(), -1).length;
  }

  /** Bytes of UTF-8. */
  long bytes() {
    return answers.getFirst().getBytes(StandardCharsets.UTF_8).length;
  }
}
