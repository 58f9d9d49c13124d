package org.gta4j.bench;

import java.lang.foreign.Arena;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.gta4j.attention.AttentionMask;
import org.gta4j.attention.AttentionShape;
import org.gta4j.attention.ValueRows;
import org.gta4j.cache.BlockPool;
import org.gta4j.cache.CacheLayout;
import org.gta4j.cache.CacheType;
import org.gta4j.cache.RaggedBatch;
import org.gta4j.cache.SequenceCache;
import org.gta4j.ops.Backends;
import org.gta4j.ops.Ops;
import org.gta4j.tensor.FloatMatrix;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** One layer's attention of several variants at the paper's sizes, over a cache of many tokens. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(
    value = 1,
    jvmArgs = {"--add-modules=jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED"})
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class AttentionBenchmark {
  private static final int PAST = 4096;

  /** A variant at the paper's sizes. */
  public enum Variant {
    /** GTA-1B: five maps, one key head, one latent. */
    GTA_1B,
    /** GQA-1B: twenty heads, five key-value heads. */
    GQA_1B,
    /** MLA-500M absorbed: twenty heads on one latent of 320 and a rope part of 32. */
    MLA_500M;

    private AttentionShape shape() {
      return switch (this) {
        case GTA_1B -> AttentionShape.of(5, 1, 64, 1, 128);
        case GQA_1B -> AttentionShape.of(20, 5, 64, 5, 64);
        case MLA_500M -> new AttentionShape(20, 1, 352, 1, 320, ValueRows.KEY_PREFIX);
      };
    }
  }

  @Param({"scalar", "vector", "native"})
  private String backend = "";

  @Param private Variant variant = Variant.GTA_1B;

  @Param({"F32", "F16", "Q8"})
  private String cacheType = "";

  @Param({"1", "64"})
  private int rows;

  private Optional<Setting> setting = Optional.empty();

  private record Setting(
      Arena arena,
      Ops ops,
      BlockPool pool,
      RaggedBatch batch,
      FloatMatrix queries,
      FloatMatrix attended) {}

  /** Fills a cache with random keys and values. */
  @Setup(Level.Trial)
  @SuppressWarnings("MustBeClosedChecker") // closed in tearDown
  public void setUp() {
    AttentionShape shape = variant.shape();
    Arena arena = Arena.ofShared();
    Ops ops = Backends.choose(backend, Backends.defaultThreads()).ops();
    BlockPool pool = new BlockPool(new CacheLayout(shape, 1, CacheType.valueOf(cacheType)), 1024);
    SequenceCache sequence = new SequenceCache(pool);
    SplittableRandom random = new SplittableRandom(1);
    RaggedBatch batch = new RaggedBatch();
    append(sequence, batch, PAST, shape, arena, ops, random);
    batch.advance();
    append(sequence, batch, rows, shape, arena, ops, random);
    FloatMatrix queries = random(arena, rows, shape.queryWidth(), random);
    FloatMatrix attended = FloatMatrix.allocate(arena, rows, shape.attendedWidth());
    setting = Optional.of(new Setting(arena, ops, pool, batch, queries, attended));
  }

  private static void append(
      SequenceCache sequence,
      RaggedBatch batch,
      int tokens,
      AttentionShape shape,
      Arena arena,
      Ops ops,
      SplittableRandom random) {
    if (!sequence.reserve(tokens)) {
      throw new IllegalStateException("the benchmark's cache is too small");
    }
    batch.clear();
    batch.add(sequence, tokens);
    FloatMatrix keys = random(arena, tokens, shape.keyWidth(), random);
    FloatMatrix values = random(arena, tokens, shape.valueHeads() * shape.valueDim(), random);
    boolean own = shape.valueRows() == ValueRows.OWN;
    ops.store(
        batch,
        0,
        keys.heads(shape.keyHeads()),
        own ? Optional.of(values.heads(shape.valueHeads())) : Optional.empty());
  }

  private static FloatMatrix random(Arena arena, int rows, int columns, SplittableRandom random) {
    FloatMatrix matrix = FloatMatrix.allocate(arena, rows, columns);
    for (int row = 0; row < rows; row++) {
      for (int i = 0; i < columns; i++) {
        matrix.set(row, i, (float) random.nextDouble(-1, 1));
      }
    }
    return matrix;
  }

  /** One layer's attention. */
  @Benchmark
  public void attention() {
    Setting s = setting.orElseThrow();
    AttentionShape shape = variant.shape();
    s.ops()
        .attention(
            shape,
            new AttentionMask.Causal(),
            0.125f,
            s.batch(),
            0,
            s.queries().heads(shape.maps()),
            s.attended().heads(shape.maps()));
  }

  /** Frees the memory. */
  @TearDown(Level.Trial)
  public void tearDown() {
    Setting s = setting.orElseThrow();
    s.ops().close();
    s.pool().close();
    s.arena().close();
  }
}
