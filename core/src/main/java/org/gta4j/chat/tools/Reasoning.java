package org.gta4j.chat.tools;

import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What a model's thoughts stand between.
 *
 * @param open what they begin with
 * @param close what they end with
 */
public record Reasoning(String open, String close) {
  private static final List<Reasoning> KNOWN =
      List.of(new Reasoning("<think>", "</think>"), new Reasoning("[THINK]", "[/THINK]"));

  /** What a template's model writes thoughts between; empty where the template knows of none. */
  public static Optional<Reasoning> of(String source) {
    return KNOWN.stream().filter(known -> source.contains(known.close())).findFirst();
  }

  /**
   * Whether a prompt ends where thoughts have begun, as templates of models that always think write
   * it: then the answer has only their end.
   *
   * @param prompt the text that a template has written
   */
  public boolean isOpenIn(String prompt) {
    return prompt.stripTrailing().endsWith(open);
  }

  /** Names of tokens that may be control tokens; see {@link MarkedDecoder}. */
  public Set<String> controlTokens() {
    return Set.of(open, close);
  }
}
