package org.gta4j.generate;

/**
 * Follows one text that is being continued. Its methods are called by the thread that computes, so
 * what they do delays every text: they should hand things on.
 */
@FunctionalInterface
public interface GenerationListener {
  /** More of the answer: never half a character, never part of a stop text. */
  void text(String piece);

  /**
   * A token was chosen; before the text that it completes. Called where the request wants
   * log-probabilities.
   */
  default void token(ScoredToken token) {}

  /**
   * A token of the prompt was scored, in their order; the first one has no place here, since
   * nothing is before it. Called where the request wants the prompt's log-probabilities.
   */
  default void promptToken(ScoredToken token) {}

  /** The text has ended: {@link Generation#finish} says why. Nothing comes after this. */
  default void finished(Generation generation) {}
}
