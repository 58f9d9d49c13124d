package org.gta4j.spark;

import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.gta4j.generate.Answer;
import org.gta4j.generate.Engine;
import org.gta4j.generate.FinishReason;
import org.gta4j.generate.Generation;
import org.gta4j.generate.GenerationListener;
import org.gta4j.generate.ModelOutputException;
import org.gta4j.generate.Request;
import org.gta4j.generate.ScoredToken;

/** A text that an engine works on for a task. */
final class RunningText {
  private final Answer answer;
  private final CountDownLatch done = new CountDownLatch(1);
  private volatile Optional<Generation> ended = Optional.empty();
  private double logProbability;

  /**
   * Asks an engine.
   *
   * @param task whose text it is
   * @throws RefusedRowException if the request can never be answered
   */
  RunningText(Engine engine, Request request, Object task) {
    try {
      answer = engine.submit(request, task, new Listener());
    } catch (IllegalArgumentException e) {
      throw new RefusedRowException(e);
    }
  }

  private final class Listener implements GenerationListener {
    @Override
    public void text(String piece) {
      // The whole text is read at the end.
    }

    @Override
    public void promptToken(ScoredToken token) {
      logProbability += token.logProbability(); // seen by the task after the latch
    }

    @Override
    public void finished(Generation generation) {
      ended = Optional.of(generation);
      done.countDown();
    }
  }

  /**
   * Waits for its end.
   *
   * @throws RefusedRowException if the model's logits were no numbers
   * @throws RuntimeException or {@link Error} if the engine has failed
   */
  Generation await(Patience patience) {
    while (!patience.await(done)) {
      if (answer.hasFailed()) {
        break; // before it began, so that nobody was told
      }
    }
    Generation generation = ended.orElse(null);
    if (generation == null || generation.finish().orElseThrow() == FinishReason.FAILED) {
      try {
        return answer.await(); // throws why
      } catch (ModelOutputException | IllegalArgumentException e) {
        throw new RefusedRowException(e);
      }
    }
    return generation;
  }

  /** Ends it before its next token. */
  void cancel() {
    answer.cancel();
  }

  /** Σ ln p of the tokens of its prompt that were scored, in nats; after its end. */
  double logProbability() {
    return logProbability;
  }
}
