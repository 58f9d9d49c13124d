package org.gta4j.spark;

import java.io.Serializable;
import org.apache.spark.SparkContext;
import org.apache.spark.util.LongAccumulator;

/**
 * What Spark's pages show of a job. What a task has counted that is tried again counts again, as
 * with every accumulator of a transformation.
 *
 * @param tokens {@value #TOKENS}: tokens that were read and written
 * @param refusedRows {@value #REFUSED}: rows that have a sentence instead of a result
 * @param rate {@value #RATE}: tokens a second
 */
record JobCounters(LongAccumulator tokens, LongAccumulator refusedRows, TokenRate rate)
    implements Serializable {
  private static final long serialVersionUID = 1L;

  /** The name of the accumulator of tokens. */
  static final String TOKENS = "gta: tokens";

  /** The name of the accumulator of rows that were refused. */
  static final String REFUSED = "gta: rows refused";

  /** The name of the accumulator of tokens a second. */
  static final String RATE = "gta: tokens/s";

  /** Counters that begin at nothing. */
  static JobCounters of(SparkContext context) {
    TokenRate rate = new TokenRate();
    context.register(rate, RATE);
    return new JobCounters(context.longAccumulator(TOKENS), context.longAccumulator(REFUSED), rate);
  }

  /** Counts a row that has a result. */
  void computed(long count) {
    tokens.add(count);
    rate.add(count);
  }

  /** Counts a row that has a sentence. */
  void refused() {
    refusedRows.add(1L);
  }
}
