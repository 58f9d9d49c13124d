package org.gta4j.langchain4j;

import dev.langchain4j.exception.LangChain4jException;
import dev.langchain4j.exception.TimeoutException;
import java.time.Duration;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.gta4j.generate.Answer;
import org.gta4j.generate.Engine;
import org.gta4j.generate.FinishReason;
import org.gta4j.generate.Generation;
import org.gta4j.generate.GenerationListener;
import org.gta4j.generate.Request;

/**
 * An answer that an engine works on. The engine's thread puts what happens into a queue, so that
 * whoever takes it out may take his time.
 */
final class RunningAnswer {
  /** How often is asked whether it has failed without a word. */
  private static final long LOOK_MILLIS = 100;

  private sealed interface Event {}

  private record Text(String piece) implements Event {}

  private record End(Generation generation) implements Event {}

  private final LinkedBlockingQueue<Event> events = new LinkedBlockingQueue<>();
  private final Answer answer;
  private final Duration mostTime;
  private final long began = System.nanoTime();

  /**
   * Asks an engine.
   *
   * @throws RuntimeException if it does not take the request, as {@link Engine#submit}
   */
  RunningAnswer(Engine engine, Request request, Duration mostTime) {
    this.mostTime = mostTime;
    answer =
        engine.submit(
            request,
            new GenerationListener() {
              @Override
              public void text(String piece) {
                events.add(new Text(piece));
              }

              @Override
              public void finished(Generation generation) {
                events.add(new End(generation));
              }
            });
  }

  /** Ends it before its next token. */
  void cancel() {
    answer.cancel();
  }

  /**
   * Hands out its text as it comes.
   *
   * @return the answer that has ended
   * @throws RuntimeException or {@link Error} if computing it has failed, or takes too long; then
   *     it is cancelled
   */
  Generation await(Consumer<String> text) {
    try {
      while (true) {
        switch (next()) {
          case Text more -> text.accept(more.piece());
          case End end -> {
            if (end.generation().finish().orElseThrow() == FinishReason.FAILED) {
              answer.await(); // throws why
            }
            return end.generation();
          }
        }
      }
    } finally {
      answer.cancel(); // nothing where it has ended
    }
  }

  private Event next() {
    while (true) {
      if (System.nanoTime() - began > mostTime.toNanos()) {
        throw new TimeoutException("the answer took longer than " + mostTime);
      }
      boolean isDone = answer.isDone(); // before the look into the queue
      try {
        Event event = events.poll(LOOK_MILLIS, TimeUnit.MILLISECONDS);
        if (event != null) {
          return event;
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new LangChain4jException("interrupted while an answer was waited for", e);
      }
      if (isDone) {
        answer.await(); // it failed before it began, so that nobody was told
      }
    }
  }
}
