package org.gta4j.generate;

/** Counts what a scheduler's steps computed, and in what time. */
final class Throughput {
  private long promptTokens;
  private long answerTokens;
  private long promptNanos;
  private long decodeNanos;

  /**
   * A step was computed; its time is divided by rows.
   *
   * @param decoding how many of its rows continued answers
   * @param rows how many it had
   */
  void step(int decoding, int rows, long nanos) {
    promptTokens += rows - decoding;
    decodeNanos += nanos * decoding / rows;
    promptNanos += nanos * (rows - decoding) / rows;
  }

  /** Its decoding rows brought so many tokens: fewer than rows where proposals were refused. */
  void decoded(int tokens) {
    answerTokens += tokens;
  }

  long promptTokens() {
    return promptTokens;
  }

  long answerTokens() {
    return answerTokens;
  }

  double promptTokensPerSecond() {
    return promptNanos == 0 ? 0 : promptTokens * 1e9 / promptNanos;
  }

  double answerTokensPerSecond() {
    return decodeNanos == 0 ? 0 : answerTokens * 1e9 / decodeNanos;
  }
}
