package org.gta4j.cli.training;

import java.util.List;
import java.util.stream.IntStream;
import org.gta4j.train.batch.Batches;
import org.gta4j.train.batch.MaskedBatches;
import org.gta4j.train.batch.MaskedSequence;
import org.gta4j.train.batch.TokenBatches;

/** What a model learns from. */
sealed interface Examples {
  /** How many sequences there are. */
  long count();

  /** How many tokens a sequence has on average. */
  int usualLength();

  /** How many tokens the longest has. */
  int longest();

  /** How many tokens the shortest has. */
  int shortest();

  /** The largest id of all tokens. */
  int largestToken();

  /**
   * The sequences in an order.
   *
   * @param together how many a step has
   * @param seed of the order
   */
  Batches batches(int together, long seed);

  /** Conversations, of which the answers are learned; at least one. */
  record Chats(List<MaskedSequence> sequences) implements Examples {
    @Override
    public long count() {
      return sequences.size();
    }

    @Override
    public int usualLength() {
      return (int) Math.round(lengths().average().orElse(1));
    }

    @Override
    public int longest() {
      return lengths().max().orElse(1);
    }

    @Override
    public int shortest() {
      return lengths().min().orElse(1);
    }

    @Override
    public int largestToken() {
      return sequences.stream()
          .flatMapToInt(sequence -> IntStream.of(sequence.ids()))
          .max()
          .orElse(0);
    }

    private IntStream lengths() {
      return sequences.stream().mapToInt(sequence -> sequence.ids().length - 1);
    }

    @Override
    public Batches batches(int together, long seed) {
      return new MaskedBatches(sequences, together, seed);
    }
  }

  /** Texts, of which everything is learned, in sequences of one length. */
  record Texts(int[] tokens, int length) implements Examples {
    @Override
    public long count() {
      return (tokens.length - 1L) / length;
    }

    @Override
    public int usualLength() {
      return length;
    }

    @Override
    public int longest() {
      return length;
    }

    @Override
    public int shortest() {
      return length;
    }

    @Override
    public int largestToken() {
      return IntStream.of(tokens).max().orElse(0);
    }

    @Override
    public Batches batches(int together, long seed) {
      return new TokenBatches(tokens, length, seed);
    }
  }
}
