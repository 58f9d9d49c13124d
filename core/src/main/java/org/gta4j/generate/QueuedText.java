package org.gta4j.generate;

import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/** One of an engine's texts, whose pieces lie in a queue until somebody takes them. */
final class QueuedText implements TextStream.Source {
  /** Empty is the end. */
  private final BlockingQueue<Optional<String>> pieces = new LinkedBlockingQueue<>();

  private final Answer answer;

  /**
   * Asks an engine.
   *
   * @throws RuntimeException if it does not take the request, as {@link Engine#submit}
   */
  QueuedText(Engine engine, Request request, Object client) {
    answer = engine.submit(request, client, piece -> pieces.add(Optional.of(piece)));
    answer.onEnd(() -> pieces.add(Optional.empty()));
  }

  @Override
  public Optional<String> next() {
    Optional<String> piece;
    try {
      piece = pieces.take();
    } catch (InterruptedException e) {
      answer.cancel();
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while an answer was waited for", e);
    }
    if (piece.isEmpty()) {
      pieces.add(piece); // for whoever asks once more, after an exception
      answer.await(); // throws where it has failed
    }
    return piece;
  }

  @Override
  public Generation ended() {
    return answer.await();
  }

  @Override
  public void close() {
    answer.cancel();
  }
}
