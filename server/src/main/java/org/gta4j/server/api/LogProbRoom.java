package org.gta4j.server.api;

import java.util.concurrent.atomic.AtomicLong;

/**
 * The log-probabilities that answers may hold in memory until they are sent, all together: each
 * token has up to a hundred, and thousands of tokens are no long answer. A request has room for as
 * many as it may come to before it begins.
 *
 * <p>Safe for use by several threads.
 */
public final class LogProbRoom {
  /** Memory of one, on the way from a number to JSON in two copies. */
  private static final int BYTES = 200;

  private final long most;
  private final AtomicLong free;

  /** Room for so many. */
  LogProbRoom(long most) {
    this.most = most;
    free = new AtomicLong(most);
  }

  /** A third of what memory Java may have. */
  public static LogProbRoom ofHeap() {
    return new LogProbRoom(Runtime.getRuntime().maxMemory() / 3 / BYTES);
  }

  /** Room that is taken, until it is given back. */
  final class Taken implements AutoCloseable {
    private final long count;

    private Taken(long count) {
      this.count = count;
    }

    @Override
    public void close() {
      free.addAndGet(count);
    }
  }

  /**
   * Takes room.
   *
   * @param count how many there may be
   * @param param the field that asks for them
   * @throws ApiException if there can never be so many, or cannot be now
   */
  Taken take(long count, String param) {
    if (count > most) {
      throw ApiException.invalid(
          param,
          "%s: expected at most %d log-probabilities in a request, n * max_tokens * (1 + alternatives), found %d that there may be"
              .formatted(param, most, count));
    }
    long left = free.addAndGet(-count);
    if (left < 0) {
      free.addAndGet(count);
      throw ApiException.of(
          429,
          "rate_limit_error",
          "server_busy",
          "other answers' log-probabilities take the memory that there is for them");
    }
    return new Taken(count);
  }
}
