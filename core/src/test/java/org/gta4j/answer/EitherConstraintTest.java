package org.gta4j.answer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.gta4j.generate.TokenConstraint;
import org.junit.jupiter.api.Test;

class EitherConstraintTest {
  /** Allows these ids in their order. */
  private static TokenConstraint exactly(int... ids) {
    return new TokenConstraint() {
      private int at;

      @Override
      public void restrict(float[] logits) {
        float kept = logits[ids[at]];
        Arrays.fill(logits, Float.NEGATIVE_INFINITY);
        logits[ids[at]] = kept;
      }

      @Override
      public void accept(int id) {
        if (ids[at] != id) {
          throw new IllegalArgumentException("expected " + ids[at] + ", found " + id);
        }
        at++;
      }

      @Override
      public boolean isComplete() {
        return at == ids.length;
      }
    };
  }

  private static List<Integer> allowed(TokenConstraint constraint) {
    float[] logits = new float[6];
    constraint.restrict(logits);
    return IntStream.range(0, logits.length).filter(id -> logits[id] == 0).boxed().toList();
  }

  @Test
  void goesOnAsWhateverFits() {
    TokenConstraint either =
        new EitherConstraint(List.of(exactly(1, 2, 3), exactly(1, 4), exactly(5)));
    assertThat(allowed(either)).containsExactly(1, 5);
    either.accept(1);
    assertThat(allowed(either)).containsExactly(2, 4);
    assertThatThrownBy(() -> either.accept(5)).isInstanceOf(IllegalArgumentException.class);
    either.accept(2);
    assertThat(allowed(either)).containsExactly(3);
    assertThat(either.isComplete()).isFalse();
    either.accept(3);
    assertThat(either.isComplete()).isTrue();
  }

  @Test
  void endsWhereOneHasEnded() {
    TokenConstraint either = new EitherConstraint(List.of(exactly(1), exactly(1, 2)));
    either.accept(1);
    assertThat(either.isComplete()).isTrue();
  }

  @Test
  void anAnswerBeginsWhereThoughtsEnd() {
    TokenConstraint both = new ThoughtsFirst(exactly(1, 2), () -> exactly(3));
    assertThat(allowed(both)).containsExactly(1);
    both.accept(1);
    both.accept(2);
    assertThat(both.isComplete()).isFalse();
    assertThat(allowed(both)).containsExactly(3);
    both.accept(3);
    assertThat(both.isComplete()).isTrue();
  }
}
