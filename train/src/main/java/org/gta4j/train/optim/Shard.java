package org.gta4j.train.optim;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.gta4j.cost.GradientBuckets;
import org.gta4j.tensor.Tensor;

/**
 * The numbers of all parameters that one of several ranks owns: it keeps their moments and changes
 * them. What others own it gets from them.
 *
 * @param buckets of all parameters' numbers, one tensor after the other
 * @param rank whose
 * @param pieces the owned numbers, in order
 */
public record Shard(GradientBuckets buckets, int rank, List<Piece> pieces) {
  /** A thread is worth waking for so many numbers; they stay in its cache. */
  private static final int NUMBERS = 1 << 15;

  /**
   * Numbers {@code begin} to {@code end − 1} of a tensor.
   *
   * @param name the tensor's
   * @param begin the first number
   * @param end behind the last
   * @param place of the first among all that the rank owns
   */
  public record Piece(String name, long begin, long end, long place) {}

  /** Everything, where there is one rank, or every rank keeps all moments. */
  public static Shard whole(SequencedMap<String, Tensor> parameters) {
    return of(parameters, 0, 1);
  }

  /**
   * A rank's part.
   *
   * @param rank from 0 on
   * @param ranks how many there are
   */
  public static Shard of(SequencedMap<String, Tensor> parameters, int rank, int ranks) {
    long all = parameters.values().stream().mapToLong(tensor -> tensor.shape().elements()).sum();
    GradientBuckets buckets = new GradientBuckets(all, ranks);
    List<Range> owned = owned(buckets, rank);
    List<Piece> pieces = new ArrayList<>();
    long at = 0;
    long place = 0;
    int first = 0;
    for (Map.Entry<String, Tensor> entry : parameters.entrySet()) {
      long end = at + entry.getValue().shape().elements();
      while (first < owned.size() && owned.get(first).end <= at) {
        first++;
      }
      for (int i = first; i < owned.size() && owned.get(i).begin < end; i++) {
        long last = Math.min(end, owned.get(i).end);
        for (long begin = Math.max(at, owned.get(i).begin); begin < last; begin += NUMBERS) {
          long next = Math.min(last, begin + NUMBERS);
          pieces.add(new Piece(entry.getKey(), begin - at, next - at, place));
          place += next - begin;
        }
      }
      at = end;
    }
    return new Shard(buckets, rank, List.copyOf(pieces));
  }

  /** Numbers {@code begin} to {@code end − 1} of all. */
  private record Range(long begin, long end) {}

  private static List<Range> owned(GradientBuckets buckets, int rank) {
    if (buckets.ranks() == 1) {
      return List.of(new Range(0, buckets.numbers()));
    }
    List<Range> owned = new ArrayList<>();
    for (int bucket = 0; bucket < buckets.count(); bucket++) {
      owned.add(new Range(buckets.owned(bucket, rank), buckets.owned(bucket, rank + 1)));
    }
    return owned;
  }

  /** How many ranks share the moments. */
  public int ranks() {
    return buckets.ranks();
  }

  /** How many numbers the rank owns. */
  public long numbers() {
    return buckets.owned(rank);
  }
}
