package org.gta4j.server.api;

import org.gta4j.generate.Generation;
import org.gta4j.generate.ScoredToken;

/** Something that happened to one of a request's answers. */
sealed interface AnswerEvent {
  /** The number of the answer. */
  int choice();

  /** What it holds itself, in the memory that an alternative takes. */
  int OWN_SIZE = 4;

  /** How much it holds, in the memory that an alternative takes. */
  default int size() {
    return OWN_SIZE;
  }

  /** More text. */
  record Text(int choice, String piece) implements AnswerEvent {}

  /** A token came, before its text. */
  record Token(int choice, ScoredToken token) implements AnswerEvent {
    @Override
    public int size() {
      return OWN_SIZE + token.alternatives().size();
    }
  }

  /** A token of the prompt was scored. */
  record PromptToken(int choice, ScoredToken token) implements AnswerEvent {
    @Override
    public int size() {
      return OWN_SIZE + token.alternatives().size();
    }
  }

  /** It has ended. */
  record End(int choice, Generation generation) implements AnswerEvent {}
}
