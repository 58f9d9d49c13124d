package org.gta4j.answer;

import java.util.Optional;
import java.util.function.Supplier;
import org.gta4j.generate.TokenConstraint;

/** Thoughts, and behind their end an answer. */
final class ThoughtsFirst implements TokenConstraint {
  private final TokenConstraint thoughts;
  private final Supplier<TokenConstraint> begin;
  private Optional<TokenConstraint> answer = Optional.empty();

  /**
   * At the beginning.
   *
   * @param thoughts is complete where they have ended
   * @param answer begins what comes then
   */
  ThoughtsFirst(TokenConstraint thoughts, Supplier<TokenConstraint> answer) {
    this.thoughts = thoughts;
    this.begin = answer;
  }

  @Override
  public void restrict(float[] logits) {
    answer.orElse(thoughts).restrict(logits);
  }

  @Override
  public boolean isReady() {
    return answer.orElse(thoughts).isReady();
  }

  @Override
  public void accept(int id) {
    answer.orElse(thoughts).accept(id);
    if (answer.isEmpty() && thoughts.isComplete()) {
      answer = Optional.of(begin.get());
    }
  }

  @Override
  public boolean isComplete() {
    return answer.map(TokenConstraint::isComplete).orElse(false);
  }
}
