package org.gta4j.cli;

import java.util.Locale;
import java.util.concurrent.locks.LockSupport;

/**
 * News of something that takes longer than two seconds: how far it is and how long it will take,
 * every two seconds if there is anything new, and after the first two in any case. Says nothing
 * about what is done sooner.
 */
public final class Progress implements AutoCloseable {
  private static final long NEWS_NANOS = 2_000_000_000L;

  /** Below this share of the whole nobody can say how long the rest will take. */
  private static final double TELLING_SHARE = 0.01;

  private final Terminal terminal;
  private final String what;
  private final String unit;
  private final long begin = System.nanoTime();
  private final Thread teller;
  private volatile long done;
  private volatile long total;
  private volatile String aside = "";
  private volatile boolean closed;

  /**
   * Begins now.
   *
   * @param what what is being done, such as {@code reading the prompt}
   * @param total how much there is to do
   * @param unit what is counted, such as {@code tokens}
   */
  public Progress(Terminal terminal, String what, long total, String unit) {
    this.terminal = terminal;
    this.what = what;
    this.total = total;
    this.unit = unit;
    teller = Thread.ofPlatform().daemon().name("gta4j-progress").start(this::tell);
  }

  /** Notes how far it is. */
  public void at(long done) {
    this.done = done;
  }

  /** Notes how far it is, and something else that is worth knowing. */
  public void at(long done, String aside) {
    this.aside = aside;
    this.done = done;
  }

  /** The same where how much there is turns out on the way. */
  public void at(long done, long total) {
    this.total = total;
    this.done = done;
  }

  /** What can be new. */
  private record News(long done, long total, String aside) {}

  private void tell() {
    News told = new News(-1, -1, "");
    long next = begin + NEWS_NANOS;
    while (!closed) {
      long left = next - System.nanoTime();
      if (left > 0) {
        LockSupport.parkNanos(this, left);
      } else {
        News news = new News(done, total, aside);
        if (!news.equals(told)) {
          terminal.say(line(System.nanoTime() - begin, news));
          told = news;
        }
        next += NEWS_NANOS;
      }
    }
  }

  /** The news after so many nanoseconds. */
  String line(long nanos) {
    return line(nanos, new News(done, total, aside));
  }

  private String line(long nanos, News news) {
    long now = news.done();
    long all = news.total();
    double share = all == 0 ? 0 : (double) now / all;
    String left =
        share < TELLING_SHARE ? "" : ", %s left".formatted(time((all - now) * (nanos / 1e9) / now));
    return String.format(
        Locale.ROOT,
        "%s: %,d of %,d %s, %.0f%%%s%s",
        what,
        now,
        all,
        unit,
        100 * share,
        left,
        news.aside().isEmpty() ? "" : ", " + news.aside());
  }

  private static String time(double seconds) {
    long whole = (long) Math.ceil(seconds);
    return whole < 120 ? whole + " s" : "%d min".formatted((whole + 59) / 60);
  }

  @Override
  public void close() {
    end();
  }

  /** Ends the news; ending it again does nothing. */
  public void end() {
    closed = true;
    LockSupport.unpark(teller);
    try {
      teller.join(); // No news after the result.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
