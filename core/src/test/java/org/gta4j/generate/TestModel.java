package org.gta4j.generate;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.LongSupplier;
import org.gta4j.cache.BlockPool;
import org.gta4j.cache.CacheMemory;
import org.gta4j.cache.CacheType;
import org.gta4j.cache.PrefixCache;
import org.gta4j.checkpoint.Checkpoint;
import org.gta4j.model.Decoder;
import org.gta4j.model.ModelConfig;
import org.gta4j.ops.Backends;
import org.gta4j.ops.Ops;
import org.gta4j.tokenizer.Tokenizer;

/** A loaded model whose schedulers a test makes itself: with pools and steps of any size. */
final class TestModel implements AutoCloseable {
  private final Checkpoint checkpoint;
  private final Ops ops;
  private final Decoder decoder;
  private final Optional<Tokenizer> tokenizer;
  private final int context;

  /** Loads the model; ids are text where it has the test vocabulary's size. */
  TestModel(Path folder, int context, int threads) {
    this(folder, context, Backends.choose("vector", threads).ops());
  }

  /** The same on operations that are closed with the model. */
  TestModel(Path folder, int context, Ops ops) {
    checkpoint = Checkpoint.open(folder);
    this.ops = ops;
    decoder = new Decoder(ModelConfig.read(checkpoint.config()), checkpoint.weights(), ops);
    tokenizer =
        vocabulary() == TestVocabulary.SIZE
            ? Optional.of(TestVocabulary.tokenizer())
            : Optional.empty();
    this.context = context;
  }

  int vocabulary() {
    return decoder.config().vocabSize();
  }

  /** Whether keys that were cached for texts of one length are those of the other's. */
  boolean isTurnedAlike(int length, int otherLength) {
    return decoder.config().rotary().isTurnedAlike(length, otherLength);
  }

  BlockPool pool(int blocks) {
    return new BlockPool(decoder.cacheLayout(CacheType.F32), blocks);
  }

  BlockPool pool(int blocks, CacheMemory memory) {
    return new BlockPool(decoder.cacheLayout(CacheType.F32), blocks, memory);
  }

  Scheduler scheduler(BlockPool pool, int stepRows) {
    return new Scheduler(decoder, tokenizer, pool, context, stepRows);
  }

  /** The same with a judgement of the test's how much is proposed. */
  Scheduler scheduler(BlockPool pool, int stepRows, DraftPolicy drafts) {
    return scheduler(pool, stepRows, drafts, System::nanoTime);
  }

  /** The same with a clock of the test's. */
  Scheduler scheduler(BlockPool pool, int stepRows, DraftPolicy drafts, LongSupplier clock) {
    StepLimits steps = new StepLimits(context, stepRows, Integer.MAX_VALUE);
    return new Scheduler(decoder, tokenizer, pool, Optional.empty(), steps, drafts, clock);
  }

  /** The same of texts that share beginnings. */
  Scheduler scheduler(BlockPool pool, PrefixCache prefixes, int stepRows, int mostRunning) {
    StepLimits steps = new StepLimits(context, stepRows, mostRunning);
    return new Scheduler(decoder, tokenizer, pool, Optional.of(prefixes), steps);
  }

  /** A random prompt. */
  int[] prompt(SplittableRandom random, int length) {
    return random.ints(length, 3, vocabulary()).toArray();
  }

  /** A request alone, in one chunk. */
  Generation alone(Request request) {
    try (BlockPool pool = pool(64)) {
      Scheduler scheduler = scheduler(pool, 1000);
      Generation generation = scheduler.submit(request, text -> {});
      scheduler.runToEnd();
      return generation;
    }
  }

  /** Requests of all kinds. */
  List<Request> requests(SplittableRandom random, int count) {
    return java.util.stream.IntStream.range(0, count)
        .mapToObj(i -> {
          Sampling sampling =
              i % 3 == 0
                  ? Sampling.greedy()
                  : new Sampling(0.5 + random.nextDouble(), i % 2 * 20, 0.95, 0.01, 1.1, i);
          int[] prompt = prompt(random, i % 4 == 0 ? 1 : random.nextInt(1, 45));
          return new Request(prompt, random.nextInt(1, 30), sampling, List.of(), i % 5 == 0);
        })
        .toList();
  }

  @Override
  public void close() {
    decoder.close();
    ops.close();
    checkpoint.close();
  }
}
