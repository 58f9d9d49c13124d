package org.gta4j.cost;

/**
 * What a process of a training sends for one step, beside validations and checkpoints: gradients
 * and parameters in f32, and a few numbers in f64.
 *
 * <p>Where every rank keeps all of AdamW's moments, gradients are added up by all of them. Where
 * moments are divided among the ranks (ZeRO-1), each gets the gradients that it owns from all
 * others, and gives its changed parameters to all of them. Either way that is {@code 2 (N − 1) / N}
 * times the parameters' bytes from each of {@code N} ranks, as any ring must send.
 *
 * @param parameters numbers that are trained
 * @param ranks processes that share a step
 * @param sharded whether moments are divided
 */
public record TrainingTraffic(long parameters, int ranks, boolean sharded) {
  /** Targets, and who wants to stop. */
  private static final int BEFORE = 2;

  /** The loss, and where gradients are divided their squares. */
  private int afterwards() {
    return sharded ? 2 : 1;
  }

  /** What one of the ranks sends a step. */
  public GlooTraffic step(int rank) {
    if (ranks == 1) {
      return GlooTraffic.NONE;
    }
    GradientBuckets buckets = new GradientBuckets(parameters, ranks);
    GlooTraffic traffic = ofNumbers(BEFORE, rank).plus(ofNumbers(afterwards(), rank));
    int last = buckets.count() - 1;
    return traffic
        .plus(ofBucket(buckets, 0, rank).times(last)) // all but the last are of one size
        .plus(ofBucket(buckets, last, rank));
  }

  private GlooTraffic ofBucket(GradientBuckets buckets, int bucket, int rank) {
    if (sharded) {
      long chunk = buckets.chunk(bucket) * Float.BYTES;
      return GlooTraffic.allToAll(chunk, ranks).plus(GlooTraffic.allGather(chunk, ranks));
    }
    long numbers = Math.min(parameters, buckets.begin(bucket + 1)) - buckets.begin(bucket);
    return GlooTraffic.allReduce(numbers, Float.BYTES, rank, ranks);
  }

  private GlooTraffic ofNumbers(int count, int rank) {
    return GlooTraffic.allReduce(count, Double.BYTES, rank, ranks);
  }

  /** Bytes that a rank sends in a step at least, whatever carries them: those of a ring. */
  public double ringBytes() {
    return 2.0 * (ranks - 1) / ranks * parameters * Float.BYTES;
  }
}
