package org.gta4j.train.batch;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.zip.CRC32C;

/**
 * Sequences of different lengths, each a row of its own, with padding behind it that no token sees
 * and no target has. Neighbours in an epoch's order, as many as a step has, are sorted by their
 * lengths, so that there is little of it.
 *
 * <p>Not thread-safe.
 */
public final class MaskedBatches implements Batches {
  /** Lengths of batches are multiples of it: what depends on a length alone is made less often. */
  private static final int STEP = 16;

  private final List<MaskedSequence> sequences;
  private final EpochOrder order;
  private final int longest;
  private final String fingerprint;

  /**
   * Batches of sequences.
   *
   * @param sequences each with a token to learn
   * @param together how many neighbours in the order may be sorted by their lengths: those of a
   *     step
   * @param seed of the order
   * @throws IllegalArgumentException if there are none, or one has nothing to learn
   */
  public MaskedBatches(List<MaskedSequence> sequences, int together, long seed) {
    if (sequences.isEmpty() || together < 1) {
      throw new IllegalArgumentException(
          "expected at least 1 sequence, and 1 a step, found %d and %d"
              .formatted(sequences.size(), together));
    }
    this.sequences = List.copyOf(sequences);
    order =
        new EpochOrder(
            sequences.size(), seed, all -> sort(all, Math.min(together, sequences.size())));
    longest = sequences.stream().mapToInt(MaskedBatches::inputs).max().orElseThrow();
    CRC32C crc = new CRC32C();
    long tokens = 0;
    long learned = 0;
    for (MaskedSequence sequence : sequences) {
      if (sequence.counted() == 0) {
        throw new IllegalArgumentException(
            "expected a token to learn in each sequence, found none");
      }
      update(crc, sequence);
      tokens += sequence.ids().length;
      learned += sequence.counted();
    }
    fingerprint =
        "%d conversations, %d of %d tokens learned, checksum %08x, order %d"
            .formatted(sequences.size(), learned, tokens, crc.getValue(), seed);
  }

  /** The last token predicts nothing. */
  private static int inputs(MaskedSequence sequence) {
    return sequence.ids().length - 1;
  }

  private static void update(CRC32C crc, MaskedSequence sequence) {
    ByteBuffer bytes = ByteBuffer.allocate(sequence.ids().length * (Integer.BYTES + 1));
    for (int i = 0; i < sequence.ids().length; i++) {
      bytes.putInt(sequence.ids()[i]).put((byte) (sequence.learned()[i] ? 1 : 0));
    }
    crc.update(bytes.flip());
  }

  private void sort(int[] all, int together) {
    for (int begin = 0; begin < all.length; begin += together) {
      int end = Math.min(all.length, begin + together);
      int[] sorted =
          Arrays.stream(all, begin, end)
              .boxed()
              .sorted((a, b) -> Integer.compare(inputs(sequences.get(a)), inputs(sequences.get(b))))
              .mapToInt(Integer::intValue)
              .toArray();
      System.arraycopy(sorted, 0, all, begin, sorted.length);
    }
  }

  /** The longest sequence's; batches may be shorter. */
  @Override
  public int length() {
    return longest;
  }

  @Override
  public long sequencesPerEpoch() {
    return sequences.size();
  }

  @Override
  public String fingerprint() {
    return fingerprint;
  }

  @Override
  public Batch read(long first, int rows) {
    List<MaskedSequence> read =
        IntStream.range(0, rows).mapToObj(row -> sequences.get(order.at(first + row))).toList();
    int needed = read.stream().mapToInt(MaskedBatches::inputs).max().orElse(1);
    int length = Math.min(longest, Math.ceilDiv(needed, STEP) * STEP);
    int[] ids = new int[Math.multiplyExact(rows, length)];
    int[] targets = new int[ids.length];
    Arrays.fill(targets, Batch.IGNORED);
    for (int row = 0; row < rows; row++) {
      MaskedSequence sequence = read.get(row);
      System.arraycopy(sequence.ids(), 0, ids, row * length, inputs(sequence));
      for (int i = 1; i < sequence.ids().length; i++) {
        if (sequence.learned()[i]) {
          targets[row * length + i - 1] = sequence.ids()[i];
        }
      }
    }
    return new Batch(rows, length, ids, targets);
  }
}
