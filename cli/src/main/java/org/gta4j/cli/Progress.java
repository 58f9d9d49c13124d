package org.gta4j.cli;

import java.util.Locale;
import java.util.function.LongSupplier;

/**
 * News of something that takes longer than two seconds: how far it is, how fast, and how long it
 * will take. Says nothing about what is done sooner.
 */
final class Progress {
  private static final long NEWS_NANOS = 2_000_000_000L;

  private final Terminal terminal;
  private final String what;
  private final String unit;
  private final LongSupplier clock;
  private final long begin;
  private long news;

  /**
   * Begins now.
   *
   * @param what what is being done, such as {@code reading the prompt}
   * @param unit what is counted, such as {@code tokens}
   */
  Progress(Terminal terminal, String what, String unit) {
    this(terminal, what, unit, System::nanoTime);
  }

  /** The same by another clock, in nanoseconds. */
  Progress(Terminal terminal, String what, String unit, LongSupplier clock) {
    this.terminal = terminal;
    this.what = what;
    this.unit = unit;
    this.clock = clock;
    begin = clock.getAsLong();
    news = begin + NEWS_NANOS;
  }

  /** Tells how far it is, if it is time to; {@code aside} is added where it is not empty. */
  void at(long done, long total, String aside) {
    long now = clock.getAsLong();
    if (now - news < 0 || done <= 0 || done >= total) {
      return;
    }
    news = now + NEWS_NANOS;
    double rate = done * 1e9 / (now - begin);
    terminal.say(
        String.format(
            Locale.ROOT,
            "%s: %,d of %,d %s, %.0f%%, %s left%s",
            what,
            done,
            total,
            unit,
            100.0 * done / total,
            time((total - done) / rate),
            aside.isEmpty() ? "" : ", " + aside));
  }

  private static String time(double seconds) {
    long whole = (long) Math.ceil(seconds);
    return whole < 120 ? whole + " s" : "%d min".formatted((whole + 59) / 60);
  }
}
