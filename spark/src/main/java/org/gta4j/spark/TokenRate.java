package org.gta4j.spark;

import org.apache.spark.util.AccumulatorV2;

/**
 * Tokens a second of a job: all tokens by the time from the first task's begin to the last row that
 * came. Times are those of the executors' clocks, in milliseconds.
 */
final class TokenRate extends AccumulatorV2<Long, Double> {
  private static final long serialVersionUID = 1L;

  private long tokens;
  private long begin = Long.MAX_VALUE;
  private long end = Long.MIN_VALUE;

  /** A task begins. */
  void begin() {
    begin = Math.min(begin, System.currentTimeMillis());
  }

  @Override
  public boolean isZero() {
    return tokens == 0 && begin == Long.MAX_VALUE;
  }

  @Override
  public AccumulatorV2<Long, Double> copy() {
    TokenRate copy = new TokenRate();
    copy.tokens = tokens;
    copy.begin = begin;
    copy.end = end;
    return copy;
  }

  @Override
  public void reset() {
    tokens = 0;
    begin = Long.MAX_VALUE;
    end = Long.MIN_VALUE;
  }

  @Override
  public void add(Long more) {
    tokens += more;
    end = Math.max(end, System.currentTimeMillis());
  }

  @Override
  public void merge(AccumulatorV2<Long, Double> other) {
    TokenRate rate = (TokenRate) other;
    tokens += rate.tokens;
    begin = Math.min(begin, rate.begin);
    end = Math.max(end, rate.end);
  }

  /** Tokens a second, to one decimal place. */
  @Override
  public Double value() {
    double seconds = Math.max(end - begin, 1) / 1000.0;
    return tokens == 0 ? 0.0 : Math.round(tokens / seconds * 10) / 10.0;
  }
}
