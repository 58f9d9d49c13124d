package org.gta4j.train.run;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import org.gta4j.cost.GradientBuckets;
import org.gta4j.tensor.DType;
import org.gta4j.tensor.Shape;
import org.gta4j.tensor.Tensor;
import org.gta4j.train.optim.AdamW;
import org.gta4j.train.optim.GradientNorm;
import org.gta4j.train.optim.Moments;
import org.gta4j.train.optim.Shard;
import org.gta4j.train.torch.FlatNumbers;
import org.gta4j.train.workers.Workers;

/**
 * AdamW's steps by several workers. Either each of them keeps all moments and makes the whole step,
 * or moments are divided among them (ZeRO-1, Rajbhandari et al., arXiv 1910.02054): a worker gets
 * the gradients of what it owns, changes that, and gives it to the others. All parameters are
 * everywhere; how many workers there are no checkpoint tells.
 *
 * <p>Whatever one worker calls here all have to call.
 */
final class SharedAdamW implements Moments {
  private final Workers workers;
  private final AdamW own;
  private final Shard shard;
  private final GradientBuckets buckets;

  /**
   * This worker's part.
   *
   * @throws IllegalArgumentException if the optimizer keeps another worker's moments
   */
  SharedAdamW(Workers workers, AdamW own) {
    this.workers = workers;
    this.own = own;
    shard = own.shard();
    buckets = shard.buckets();
    if (isDivided() && (shard.ranks() != workers.count() || shard.rank() != workers.rank())) {
      throw new IllegalArgumentException(
          "moments: expected those of worker %d of %d, found those of %d of %d"
              .formatted(workers.rank(), workers.count(), shard.rank(), shard.ranks()));
    }
  }

  private boolean isDivided() {
    return shard.ranks() > 1;
  }

  /**
   * What all workers' batches come to.
   *
   * @param loss the sum over all targets
   * @param norm of all gradients
   */
  record Sums(double loss, double norm) {}

  /**
   * Adds up the workers' gradients, where they lie; of divided moments those that this one owns,
   * and nothing is said of the rest.
   *
   * @param loss this worker's
   */
  Sums sum(SequencedMap<String, Tensor> gradients, double loss) {
    if (!isDivided()) {
      double all = workers.sum(loss)[0];
      workers.sum(gradients.values());
      return new Sums(all, GradientNorm.of(gradients));
    }
    FlatNumbers flat = FlatNumbers.of(own.parameters(), gradients);
    inBuckets((bucket, all, chunk) -> {
      read(flat, bucket, all);
      workers.sumChunks(all, chunk);
      flat.write(begin(bucket), owned(bucket, chunk));
    });
    double[] sums = workers.sum(loss, GradientNorm.squares(gradients, shard));
    return new Sums(sums[0], Math.sqrt(sums[1]));
  }

  /** One step of all parameters from the sums, as {@link AdamW#step} has it. */
  void step(Map<String, Tensor> gradients, double scale, double learningRate, long number) {
    own.step(gradients, scale, learningRate, number);
    if (!isDivided()) {
      return;
    }
    FlatNumbers flat = FlatNumbers.of(own.parameters().values());
    inBuckets((bucket, all, chunk) -> {
      flat.read(begin(bucket), owned(bucket, chunk));
      workers.gather(chunk, all);
      flat.write(buckets.begin(bucket), within(bucket, all));
    });
  }

  /** Of one bucket: room for all its numbers, and for a chunk. */
  private interface BucketWork {
    void of(int bucket, MemorySegment all, MemorySegment chunk);
  }

  private void inBuckets(BucketWork work) {
    try (Arena arena = Arena.ofConfined()) {
      long most = DType.F32.bytes(buckets.chunk(0));
      MemorySegment all = arena.allocate(most * shard.ranks(), Float.BYTES);
      MemorySegment chunk = arena.allocate(most, Float.BYTES);
      for (int bucket = 0; bucket < buckets.count(); bucket++) {
        long size = DType.F32.bytes(buckets.chunk(bucket));
        work.of(bucket, all.asSlice(0, size * shard.ranks()), chunk.asSlice(0, size));
      }
    }
  }

  /** The first number that this worker owns of a bucket. */
  private long begin(int bucket) {
    return buckets.owned(bucket, shard.rank());
  }

  /** A chunk but for what is behind the last number of all. */
  private MemorySegment owned(int bucket, MemorySegment chunk) {
    return chunk.asSlice(
        0, DType.F32.bytes(buckets.owned(bucket, shard.rank() + 1) - begin(bucket)));
  }

  /** A bucket but for what is behind the last number of all. */
  private MemorySegment within(int bucket, MemorySegment all) {
    return all.asSlice(
        0, Math.min(all.byteSize(), DType.F32.bytes(buckets.numbers() - buckets.begin(bucket))));
  }

  private void read(FlatNumbers flat, int bucket, MemorySegment all) {
    MemorySegment known = within(bucket, all);
    flat.read(buckets.begin(bucket), known);
    all.asSlice(known.byteSize()).fill((byte) 0);
  }

  @Override
  public SequencedMap<String, Shape> shapes() {
    return own.shapes();
  }

  /** In every process; a bucket of moments is in memory at a time. */
  @Override
  public void write(Sink sink) {
    if (!isDivided()) {
      own.write(sink);
      return;
    }
    for (MemorySegment moment : own.moments()) {
      inBuckets((bucket, all, chunk) -> {
        MemorySegment kept = kept(moment, bucket);
        chunk.asSlice(0, kept.byteSize()).copyFrom(kept);
        chunk.asSlice(kept.byteSize()).fill((byte) 0);
        workers.gather(chunk, all);
        sink.add(within(bucket, all));
      });
    }
  }

  /** This worker's numbers of a bucket; all buckets before it are of one size. */
  private MemorySegment kept(MemorySegment moment, int bucket) {
    long place = bucket * buckets.chunk(0);
    return moment.asSlice(
        DType.F32.bytes(place),
        DType.F32.bytes(buckets.owned(bucket, shard.rank() + 1) - begin(bucket)));
  }

  /**
   * Takes moments that worker 0 has read.
   *
   * @param saved what it has read; nothing elsewhere
   */
  void take(Optional<SavedMoments> saved) {
    List<MemorySegment> moments = own.moments();
    for (int i = 0; i < moments.size(); i++) {
      MemorySegment moment = moments.get(i);
      Optional<FlatNumbers> read =
          saved.isPresent() ? Optional.of(saved.get().all().get(i)) : Optional.empty();
      if (isDivided()) {
        inBuckets((bucket, all, chunk) -> {
          MemorySegment known = within(bucket, all);
          read.ifPresent(numbers -> numbers.read(buckets.begin(bucket), known));
          workers.share(List.of(tensor(known)));
          kept(moment, bucket)
              .copyFrom(
                  known.asSlice(
                      DType.F32.bytes(begin(bucket) - buckets.begin(bucket)),
                      kept(moment, bucket).byteSize()));
        });
      } else {
        read.ifPresent(numbers -> numbers.read(0, moment));
        workers.share(List.of(tensor(moment)));
      }
    }
  }

  private static Tensor tensor(MemorySegment numbers) {
    return new Tensor(DType.F32, Shape.of(numbers.byteSize() / Float.BYTES), numbers);
  }
}
