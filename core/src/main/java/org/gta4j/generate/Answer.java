package org.gta4j.generate;

import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** An answer that an engine works on. Safe for use by several threads. */
public final class Answer {
  private final CompletableFuture<Generation> ended = new CompletableFuture<>();
  private volatile Optional<Generation> generation = Optional.empty();
  private volatile boolean cancelled;

  Answer() {}

  /** Ends it before its next token, whether it has begun or waits. */
  public void cancel() {
    cancelled = true;
    generation.ifPresent(Generation::cancel);
  }

  /** Whether it has ended. */
  public boolean isDone() {
    return ended.isDone();
  }

  /** Whether computing it has failed, as {@link #await} says. */
  public boolean hasFailed() {
    return ended.isCompletedExceptionally();
  }

  /**
   * Waits for its end.
   *
   * @throws ModelOutputException if the model's logits were no numbers
   * @throws RuntimeException or {@link Error} if computing it failed otherwise
   */
  public Generation await() {
    try {
      return ended.join();
    } catch (CompletionException e) {
      throw Unchecked.of(Objects.requireNonNull(e.getCause()));
    }
  }

  /** Has something done when it has ended, however that came, behind its last piece. */
  void onEnd(Runnable then) {
    var _ = ended.whenComplete((end, failure) -> then.run());
  }

  /** Has begun to be known to the scheduler. */
  void begin(Generation begun) {
    generation = Optional.of(begun);
    if (cancelled) {
      begun.cancel();
    }
  }

  void end(Generation end) {
    end.failure().ifPresentOrElse(ended::completeExceptionally, () -> ended.complete(end));
  }

  void fail(Throwable cause) {
    ended.completeExceptionally(cause);
  }
}
