package org.gta4j.server.api;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.gta4j.generate.Answer;
import org.gta4j.generate.Engine;
import org.gta4j.generate.EngineBusyException;
import org.gta4j.generate.FinishReason;
import org.gta4j.generate.Generation;
import org.gta4j.generate.GenerationListener;
import org.gta4j.generate.ModelOutputException;
import org.gta4j.generate.Request;
import org.gta4j.generate.ScoredToken;

/**
 * All answers to one HTTP request. The engine's thread puts what happens into a queue, the
 * request's thread takes it out and writes it; when that leaves, for whatever reason, all are
 * cancelled.
 */
final class Answers implements AutoCloseable {
  /** How often is asked whether the client is still there. */
  private static final Duration LOOK = Duration.ofMillis(25);

  /**
   * What may wait to be written before a client counts as gone, some 8 MB: more than a step can
   * bring.
   */
  private static final int MOST_UNREAD = 1 << 18;

  private final Engine engine;
  private final String promptField;
  private final BooleanSupplier clientIsThere;
  private final LogProbRoom.Taken room;
  private final long deadline;
  private final LinkedBlockingQueue<AnswerEvent> events = new LinkedBlockingQueue<>();
  private final AtomicInteger unread = new AtomicInteger();
  private final List<Answer> answers = new ArrayList<>();
  private volatile boolean isUnread;
  private long nextLook = System.nanoTime();

  /**
   * None yet.
   *
   * @param promptField what the prompt is called in errors
   * @param clientIsThere whether somebody still waits for them
   * @param room for their log-probabilities; given back at the end
   */
  Answers(
      Engine engine,
      String promptField,
      BooleanSupplier clientIsThere,
      Duration mostTime,
      LogProbRoom.Taken room) {
    this.engine = engine;
    this.room = room;
    this.promptField = promptField;
    this.clientIsThere = clientIsThere;
    deadline = System.nanoTime() + mostTime.toNanos();
  }

  /**
   * Asks for one more.
   *
   * @throws ApiException if the engine does not take it
   */
  void ask(Request request, Object client) {
    Listener listener = new Listener(answers.size());
    try {
      Answer answer = engine.submit(request, client, listener);
      listener.answer = Optional.of(answer);
      answers.add(answer);
    } catch (EngineBusyException e) {
      throw ApiException.of(429, "rate_limit_error", "server_busy", ApiException.words(e));
    } catch (IllegalArgumentException e) {
      throw refused(request, e);
    } catch (IllegalStateException e) {
      throw engine.isClosed() ? stopping() : e;
    }
  }

  /**
   * Checks that there can be so many at all, however little others ask.
   *
   * @param field what says how many there are
   * @throws ApiException if not
   */
  void requireRoom(int count, String field) {
    if (count > engine.mostTexts()) {
      throw ApiException.invalid(
          field,
          "%s: expected at most %d answers in a request, as many as this server takes, found %d"
              .formatted(field, engine.mostTexts(), count));
    }
  }

  private static ApiException stopping() {
    return ApiException.of(503, "server_error", "shutting_down", "the server is stopping");
  }

  private ApiException refused(Request request, IllegalArgumentException e) {
    int length = request.prompt().length;
    return length >= engine.model().contextLength() || engine.room(length) <= 1
        ? ApiException.invalid(
            promptField,
            "context_length_exceeded",
            "%s: %s".formatted(promptField, ApiException.words(e)))
        : ApiException.malformed(ApiException.words(e));
  }

  /**
   * Hands out what happens until all have ended.
   *
   * @throws ClientGoneException if nobody waits any more
   * @throws ApiException if an answer fails or takes too long
   */
  void forEach(Consumer<AnswerEvent> writer) {
    int open = answers.size();
    while (open > 0) {
      AnswerEvent event = next();
      if (event instanceof AnswerEvent.End end) {
        requireWhole(end.generation());
        open--;
      }
      hold(event);
      writer.accept(event);
    }
  }

  private void hold(AnswerEvent event) {
    switch (event) {
      case AnswerEvent.Token token -> room.hold(1 + token.token().alternatives().size());
      case AnswerEvent.PromptToken prompt -> room.hold(1 + prompt.token().alternatives().size());
      case AnswerEvent.Text text -> {}
      case AnswerEvent.End end -> {}
    }
  }

  private AnswerEvent next() {
    while (true) {
      AnswerEvent event;
      try {
        event = events.poll(LOOK.toMillis(), TimeUnit.MILLISECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw stopping();
      }
      look();
      if (isUnread) {
        throw new ClientGoneException();
      }
      if (event != null) {
        unread.addAndGet(-event.size());
        return event;
      }
    }
  }

  /** Sees from time to time, however much happens, whether to go on. */
  private void look() {
    long now = System.nanoTime();
    if (now - nextLook < 0) {
      return;
    }
    nextLook = now + LOOK.toNanos();
    if (!clientIsThere.getAsBoolean()) {
      throw new ClientGoneException();
    }
    for (Answer answer : answers) {
      if (answer.hasFailed() && events.isEmpty()) {
        answer.await(); // throws why: such an answer may never have begun, and has no end then
      }
    }
    if (now - deadline > 0) {
      throw ApiException.of(
          504, "server_error", "timeout", "the answer took longer than this server allows");
    }
  }

  private void requireWhole(Generation generation) {
    if (generation.finish().orElseThrow() == FinishReason.FAILED) {
      if (engine.isClosed()) {
        throw stopping();
      }
      Throwable cause = generation.failure().orElseThrow();
      throw cause instanceof ModelOutputException
          ? ApiException.failed(ApiException.words(cause))
          : ApiException.failed("computing the answer has failed: " + ApiException.words(cause));
    }
  }

  /** Gives up what has not ended. */
  @Override
  public void close() {
    answers.forEach(Answer::cancel);
    room.close();
  }

  /** Puts what happens to one answer into the queue. */
  private final class Listener implements GenerationListener {
    private final int choice;

    /** Known as soon as the engine has taken it. */
    private volatile Optional<Answer> answer = Optional.empty();

    Listener(int choice) {
      this.choice = choice;
    }

    @Override
    public void text(String piece) {
      add(new AnswerEvent.Text(choice, piece));
    }

    @Override
    public void token(ScoredToken token) {
      add(new AnswerEvent.Token(choice, token));
    }

    @Override
    public void promptToken(ScoredToken token) {
      add(new AnswerEvent.PromptToken(choice, token));
    }

    private void add(AnswerEvent event) {
      if (isUnread || unread.addAndGet(event.size()) > MOST_UNREAD) {
        isUnread = true; // The client does not read, and all of this would stay here.
        answer.ifPresent(Answer::cancel);
      } else {
        events.add(event);
      }
    }

    @Override
    public void finished(Generation generation) {
      events.add(new AnswerEvent.End(choice, generation));
    }
  }
}
