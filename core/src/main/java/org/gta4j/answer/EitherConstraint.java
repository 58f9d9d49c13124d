package org.gta4j.answer;

import java.util.ArrayList;
import java.util.List;
import org.gta4j.generate.TokenConstraint;

/**
 * One of several, whichever the tokens fit. Where a text is all of one of them and could go on as
 * another, it is complete.
 */
final class EitherConstraint implements TokenConstraint {
  private final List<TokenConstraint> open;

  EitherConstraint(List<TokenConstraint> alternatives) {
    open = new ArrayList<>(alternatives);
  }

  @Override
  public void restrict(float[] logits) {
    if (open.size() == 1) {
      open.getFirst().restrict(logits);
      return;
    }
    List<float[]> allowed = new ArrayList<>();
    for (TokenConstraint one : open) {
      float[] own = logits.clone();
      one.restrict(own);
      allowed.add(own);
    }
    for (int id = 0; id < logits.length; id++) {
      float most = Float.NEGATIVE_INFINITY;
      for (float[] own : allowed) {
        most = Math.max(most, own[id]);
      }
      logits[id] = most;
    }
  }

  @Override
  public boolean isReady() {
    boolean all = true;
    for (TokenConstraint one : open) {
      all &= one.isReady(); // each begins
    }
    return all;
  }

  @Override
  public void accept(int id) {
    List<IllegalArgumentException> refusals = new ArrayList<>();
    List<TokenConstraint> fit = new ArrayList<>();
    for (TokenConstraint one : open) {
      try {
        one.accept(id);
        fit.add(one);
      } catch (IllegalArgumentException e) {
        refusals.add(e);
      }
    }
    if (fit.isEmpty()) {
      throw refusals.getFirst();
    }
    open.retainAll(fit);
  }

  @Override
  public boolean isComplete() {
    return open.stream().anyMatch(TokenConstraint::isComplete);
  }
}
