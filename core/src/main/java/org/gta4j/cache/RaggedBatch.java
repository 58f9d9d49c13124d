package org.gta4j.cache;

import java.util.Arrays;

/**
 * Which rows of a step belong to which sequence: a slice is a run of rows that continue one
 * sequence, one row where it is decoding, many where a prompt is read. Rows are numbered through
 * all slices. Reused from step to step.
 *
 * <p>Each sequence has room for its rows ({@link SequenceCache#reserve}) and is advanced after the
 * step; until then its length is the number of tokens before the slice.
 */
public final class RaggedBatch {
  private SequenceCache[] sequences = new SequenceCache[8];
  private int[] firstRows = new int[9]; // and where the last slice ends
  private int slices;
  private int rows;

  /** An empty batch. */
  public RaggedBatch() {}

  /** Removes all slices. */
  public void clear() {
    Arrays.fill(sequences, 0, slices, null);
    slices = 0;
    rows = 0;
  }

  /** Adds the next {@code count} rows as a slice that continues {@code sequence}. */
  public void add(SequenceCache sequence, int count) {
    if (count < 1) {
      throw new IllegalArgumentException("a slice needs at least one row, found " + count);
    }
    for (int slice = 0; slice < slices; slice++) {
      if (sequences[slice] == sequence) {
        throw new IllegalArgumentException("a sequence may be in a batch only once");
      }
    }
    if (slices > 0 && !sequences[0].pool().layout().equals(sequence.pool().layout())) {
      throw new IllegalArgumentException(
          "all sequences of a batch have one cache layout, found %s and %s"
              .formatted(sequences[0].pool().layout(), sequence.pool().layout()));
    }
    if (sequence.blocksNeeded(count) > 0) {
      throw new IllegalArgumentException(
          "%d rows are not reserved in the sequence's cache".formatted(count));
    }
    if (slices == sequences.length) {
      sequences = Arrays.copyOf(sequences, slices * 2);
      firstRows = Arrays.copyOf(firstRows, slices * 2 + 1);
    }
    sequences[slices] = sequence;
    firstRows[slices] = rows;
    rows += count;
    slices++;
    firstRows[slices] = rows;
  }

  /** How many slices. */
  public int slices() {
    return slices;
  }

  /** How many rows in all slices. */
  public int rows() {
    return rows;
  }

  /** The first row of a slice. */
  public int firstRow(int slice) {
    return firstRows[slice];
  }

  /** How many rows a slice has. */
  public int rows(int slice) {
    return firstRows[slice + 1] - firstRows[slice];
  }

  /** The sequence that a slice continues. */
  public SequenceCache sequence(int slice) {
    return sequences[slice];
  }

  /** The position in its sequence of a slice's first row: how many tokens come before. */
  public int past(int slice) {
    return sequences[slice].length();
  }

  /** Counts every slice's rows as cached, after the step. */
  public void advance() {
    for (int slice = 0; slice < slices; slice++) {
      sequences[slice].advance(rows(slice));
    }
  }
}
