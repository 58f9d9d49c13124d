package org.gta4j.model;

import java.util.Arrays;
import org.gta4j.cache.RaggedBatch;
import org.gta4j.cache.SequenceCache;

/**
 * What one forward step computes: tokens of several sequences, some many at a time, some one, and
 * which of their rows logits are wanted for. Reused from step to step.
 */
public final class StepInput {
  private final RaggedBatch batch = new RaggedBatch();
  private int[] ids = new int[16];
  private int[] lengths = new int[8];
  private int[] logitRows = new int[16];
  private int logitCount;

  /** An empty step. */
  public StepInput() {}

  /** Which rows logits are wanted for. */
  public enum Logits {
    /** None: more of the prompt follows. */
    NONE,
    /** The slice's last row: the next token is to be chosen. */
    LAST,
    /** Every row: the text is scored. */
    ALL
  }

  /** Removes all tokens. */
  public void clear() {
    batch.clear();
    logitCount = 0;
  }

  /**
   * Adds tokens that continue a sequence, in which there is room for them.
   *
   * @param sequence the sequence's cache
   * @param tokens token ids
   * @param from the first of them
   * @param count how many
   * @param length the length of the sequence as far as it is known: the whole prompt's while that
   *     is read in chunks, so that scaled positions do not depend on the chunks
   * @param logits which rows logits are wanted for
   */
  public void add(
      SequenceCache sequence, int[] tokens, int from, int count, int length, Logits logits) {
    int first = batch.rows();
    batch.add(sequence, count);
    if (batch.rows() > ids.length) {
      ids = Arrays.copyOf(ids, Math.max(batch.rows(), ids.length * 2));
      logitRows = Arrays.copyOf(logitRows, ids.length);
    }
    System.arraycopy(tokens, from, ids, first, count);
    if (batch.slices() > lengths.length) {
      lengths = Arrays.copyOf(lengths, lengths.length * 2);
    }
    lengths[batch.slices() - 1] = Math.max(length, sequence.length() + count);
    for (int row = logits == Logits.ALL ? first : batch.rows() - 1;
        row < batch.rows() && logits != Logits.NONE;
        row++) {
      logitRows[logitCount++] = row;
    }
  }

  /** The slices and their rows. */
  public RaggedBatch batch() {
    return batch;
  }

  /** The rows' token ids; only the batch's rows count. */
  int[] ids() {
    return ids;
  }

  /** The known length of a slice's sequence. */
  int length(int slice) {
    return lengths[slice];
  }

  /** How many rows logits are wanted for. */
  public int logitCount() {
    return logitCount;
  }

  /** The row of the {@code index}-th logits. */
  public int logitRow(int index) {
    return logitRows[index];
  }
}
