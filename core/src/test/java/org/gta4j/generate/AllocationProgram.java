package org.gta4j.generate;

import com.sun.management.ThreadMXBean;
import java.lang.foreign.Arena;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.gta4j.cache.BlockPool;
import org.gta4j.cache.CacheType;
import org.gta4j.cache.SequenceCache;
import org.gta4j.checkpoint.Checkpoint;
import org.gta4j.model.Decoder;
import org.gta4j.model.ModelConfig;
import org.gta4j.model.StepInput;
import org.gta4j.ops.Activations;
import org.gta4j.ops.Backends;
import org.gta4j.ops.Ops;
import org.gta4j.tensor.FloatMatrix;

/**
 * Decodes until the compiler has seen everything, and prints what the last tokens allocated on the
 * heap, in all threads of the engine. Arguments: the backend, a model, the cache's type.
 */
final class AllocationProgram {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  /** One text's length: as many tokens as small fixtures have room for. */
  private static final int TOKENS = 96;

  private static final long MOST_NANOS = 20_000_000_000L;

  /** This thread's and the workers'. */
  private static long[] engine = new long[0];

  private AllocationProgram() {}

  public static void main(String[] arguments) {
    Checkpoint checkpoint = Checkpoint.open(Path.of(arguments[1]));
    Ops ops = Backends.choose(arguments[0], 2, Activations.AUTO).ops();
    engine = engine();
    Decoder decoder = new Decoder(ModelConfig.read(checkpoint.config()), checkpoint.weights(), ops);
    BlockPool pool =
        new BlockPool(
            decoder.cacheLayout(CacheType.valueOf(arguments[2])), 2 * TOKENS, ops.cacheMemory());
    long step = steady(() -> steps(decoder, pool));
    Scheduler scheduler = new Scheduler(decoder, Optional.empty(), pool, 4 * TOKENS, 8);
    // What a text itself needs is allocated with it; only its decoding counts.
    Request request =
        new Request(new int[] {1, 2, 3}, TOKENS, Sampling.greedy(), List.of(), true)
            .with(Speculation.OFF);
    long scheduled =
        steady(() -> {
          Generation generation = scheduler.submit(request, text -> {});
          for (int i = 0; i < 3; i++) {
            scheduler.step();
          }
          long before = allocated();
          for (int i = 0; i < TOKENS / 2; i++) {
            scheduler.step();
          }
          long bytes = allocated() - before;
          scheduler.runToEnd();
          return generation.ids().length == TOKENS ? bytes : -1;
        });
    BlockPool longPool = new BlockPool(decoder.cacheLayout(CacheType.F32), 4 * TOKENS);
    TextLimits limits = new TextLimits(decoder.config(), 100 * TOKENS);
    System.out.println("speculation " + steady(() -> speculated(longPool, limits)));
    System.out.println("step " + step);
    System.out.println("scheduler " + scheduled);
    System.exit(0);
  }

  /** Decodes a text in one sequence and, beside it, another. */
  private static long steps(Decoder decoder, BlockPool pool) {
    int[] ids = new int[TOKENS];
    for (int i = 0; i < TOKENS; i++) {
      ids[i] = 1 + i % 7;
    }
    StepInput input = new StepInput();
    long bytes;
    try (SequenceCache one = new SequenceCache(pool);
        SequenceCache other = new SequenceCache(pool)) {
      one.reserve(TOKENS);
      other.reserve(TOKENS);
      long before = 0;
      for (int i = 0; i < TOKENS; i++) {
        if (i == 2) {
          before = allocated();
        }
        input.clear();
        input.add(one, ids, i, 1, i + 1, StepInput.Logits.LAST);
        if (i % 2 == 0) {
          input.add(other, ids, i / 2, 1, i / 2 + 1, StepInput.Logits.LAST);
        }
        decoder.forward(input);
      }
      bytes = allocated() - before;
    }
    return bytes;
  }

  /**
   * Proposes and verifies tokens of a text that repeats itself now and then, without a model: what
   * its kernels allocate is counted above.
   */
  private static long speculated(BlockPool pool, TextLimits limits) {
    int tokens = 40 * TOKENS;
    int vocabulary = 8;
    Request request = new Request(new int[] {1, 2, 3}, tokens, Sampling.greedy(), List.of(), true);
    MeasuredDrafts drafts = new MeasuredDrafts();
    float[] row = new float[vocabulary];
    long bytes;
    try (Arena arena = Arena.ofConfined();
        SequenceCache cache = new SequenceCache(pool)) {
      FloatMatrix logits = FloatMatrix.allocate(arena, DraftPolicy.MOST + 1, vocabulary);
      Generation generation =
          new Generation(
              request, "", cache, false, Optional.empty(), piece -> {}, new Candidates());
      cache.reserve(tokens + 3);
      cache.advance(3);
      generation.accept(logits, 0, row, limits, drafts);
      long before = 0;
      while (generation.finish().isEmpty()) {
        // What holds the ids has doubled for the last time by then.
        if (before == 0 && generation.length() > 24 * TOKENS) {
          before = allocated();
        }
        drafts.begin(1);
        int rows = 1 + generation.propose(drafts, 64, limits);
        cache.reserve(rows);
        cache.advance(rows);
        drafts.end(1000 + 50L * rows);
        for (int i = 0; i < rows; i++) {
          int at = generation.length() + i;
          for (int id = 0; id < vocabulary; id++) {
            boolean next = id == (at % 100 < 80 ? at % 5 : at * 31 / 7 % vocabulary);
            logits.set(i, id, next ? 1 : 0);
          }
        }
        generation.accept(logits, 0, row, limits, drafts);
        if (generation.length() > tokens - 2 * TOKENS) {
          break;
        }
      }
      bytes = allocated() - before;
      if (generation.acceptedTokens() == 0
          || generation.acceptedTokens() == generation.draftedTokens()) {
        return -1;
      }
    }
    return bytes;
  }

  private interface Round {
    /** Bytes allocated. */
    long run();
  }

  /** The bytes of a round once three in a row have been none, or of the last there was time for. */
  private static long steady(Round round) {
    long begin = System.nanoTime();
    long last = -1;
    for (int none = 0; none < 3 && System.nanoTime() - begin < MOST_NANOS; ) {
      last = round.run();
      none = last == 0 ? none + 1 : 0;
    }
    return last;
  }

  /** Bytes that this thread and the workers have allocated so far. */
  private static long allocated() {
    long bytes = 0;
    for (long id : engine) {
      bytes += THREADS.getThreadAllocatedBytes(id);
    }
    return bytes;
  }

  private static long[] engine() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread ->
            thread == Thread.currentThread() || thread.getName().startsWith("gta4j-worker"))
        .mapToLong(Thread::threadId)
        .toArray();
  }
}
