package org.gta4j.server.api;

import org.gta4j.generate.Generation;
import org.gta4j.generate.ScoredToken;

/** Something that happened to one of a request's answers. */
sealed interface AnswerEvent {
  /** The number of the answer. */
  int choice();

  /** More text. */
  record Text(int choice, String piece) implements AnswerEvent {}

  /** A token came, before its text. */
  record Token(int choice, ScoredToken token) implements AnswerEvent {}

  /** A token of the prompt was scored. */
  record PromptToken(int choice, ScoredToken token) implements AnswerEvent {}

  /** It has ended. */
  record End(int choice, Generation generation) implements AnswerEvent {}
}
