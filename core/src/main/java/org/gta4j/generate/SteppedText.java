package org.gta4j.generate;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import org.gta4j.cache.BlockPool;

/** One text that is computed by whoever asks for its next piece, as far as that needs. */
final class SteppedText implements TextStream.Source {
  private final LanguageModel model;
  private final BlockPool pool;
  private final Scheduler scheduler;
  private final Deque<String> pieces = new ArrayDeque<>();
  private final Generation generation;

  /**
   * Before its first step.
   *
   * @throws IllegalArgumentException if the request cannot be answered
   */
  SteppedText(LanguageModel model, Request request) {
    this.model = model;
    pool = model.pool(1);
    try {
      scheduler = model.scheduler(pool);
      generation = scheduler.submit(request, pieces::add);
    } catch (RuntimeException | Error e) {
      pool.close();
      throw e;
    }
  }

  @Override
  public Optional<String> next() {
    try {
      while (pieces.isEmpty() && !scheduler.isIdle()) {
        scheduler.step();
      }
    } catch (ModelOutputException e) {
      throw model.explained(e);
    }
    if (pieces.isEmpty() && generation.failure().isPresent()) {
      // Whoever asks once more, after an exception, is not told that this is all.
      throw generation.failure().get() instanceof ModelOutputException e
          ? model.explained(e)
          : Unchecked.of(generation.failure().get());
    }
    return Optional.ofNullable(pieces.poll());
  }

  @Override
  public Generation ended() {
    return generation;
  }

  @Override
  public void close() {
    generation.cancel();
    scheduler.runToEnd(); // computes nothing more: the only text is cancelled
    pool.close();
  }
}
