package org.gta4j.train.batch;

/**
 * Sequences to train on, in an order that is fixed by the data and a seed alone and has no end: one
 * epoch follows the other. A sequence's number is all that a training has to remember of its place
 * in the data, whatever the size of its batches.
 */
public interface Batches extends AutoCloseable {
  /** How many tokens a sequence has. */
  int length();

  /** How many sequences are one pass over the data. */
  long sequencesPerEpoch();

  /**
   * What these are, in a few words that change when data or order do: a resumed training compares
   * them.
   */
  String fingerprint();

  /**
   * The sequences {@code first} to {@code first + rows - 1} of the order: the same ones whenever
   * they are asked for.
   */
  Batch read(long first, int rows);

  @Override
  default void close() {}
}
