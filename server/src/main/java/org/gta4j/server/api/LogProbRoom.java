package org.gta4j.server.api;

import java.util.concurrent.atomic.AtomicLong;

/**
 * The log-probabilities that answers which are not streamed may hold in memory until they are sent,
 * all together: each token has up to a hundred, and thousands of tokens are no long answer. A
 * request has room for as many as it may come to before it begins; where it does not say how many
 * tokens that are, for {@link #ASSUMED_TOKENS} an answer, and takes more as they come.
 *
 * <p>Safe for use by several threads.
 */
public final class LogProbRoom {
  /** Memory of one, on the way from a number to JSON in two copies. */
  private static final int BYTES = 200;

  /** What an answer has room for that does not say how long it may become. */
  static final int ASSUMED_TOKENS = 1024;

  /** So many more are taken at once, where there are as many. */
  private static final long MORE = 1 << 13;

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

  /** Room that is taken, until it is given back; for one thread. */
  final class Taken implements AutoCloseable {
    private final String param;
    private final boolean isCounted;
    private long count;
    private long held;

    private Taken(long count, String param) {
      this.count = count;
      this.param = param;
      isCounted = count > 0;
    }

    /**
     * Some are held from now on.
     *
     * @throws ApiException if there is no room for them
     */
    void hold(int some) {
      if (!isCounted) {
        return;
      }
      held += some;
      if (held > count) {
        long missing = held - count;
        if (held > most) {
          throw tooMany("more", param);
        }
        long more = Math.max(missing, MORE);
        if (!reserve(more)) {
          more = missing;
          if (!reserve(more)) {
            throw busy();
          }
        }
        count += more;
      }
    }

    @Override
    public void close() {
      free.addAndGet(count);
    }
  }

  /**
   * Takes room.
   *
   * @param count how many there may be; 0: none are held until the end, and none are counted
   * @param param the field that asks for them
   * @throws ApiException if there can never be so many, or cannot be now
   */
  Taken take(long count, String param) {
    if (count > most) {
      throw tooMany(count + " that there may be", param);
    }
    if (!reserve(count)) {
      throw busy();
    }
    return new Taken(count, param);
  }

  private boolean reserve(long count) {
    while (true) {
      long left = free.get();
      if (left < count) {
        return false;
      }
      if (free.compareAndSet(left, left - count)) {
        return true;
      }
    }
  }

  private ApiException tooMany(String found, String param) {
    return ApiException.invalid(
        param,
        "%s: expected at most %d log-probabilities in a request, n * max_tokens * (1 + alternatives), found %s"
            .formatted(param, most, found));
  }

  private static ApiException busy() {
    return ApiException.of(
        429,
        "rate_limit_error",
        "server_busy",
        "other answers' log-probabilities take the memory that there is for them");
  }
}
