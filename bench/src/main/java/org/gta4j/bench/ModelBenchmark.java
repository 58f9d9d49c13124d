package org.gta4j.bench;

import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.gta4j.cache.BlockPool;
import org.gta4j.cache.CacheType;
import org.gta4j.cache.SequenceCache;
import org.gta4j.checkpoint.Checkpoint;
import org.gta4j.model.Decoder;
import org.gta4j.model.ModelConfig;
import org.gta4j.model.StepInput;
import org.gta4j.ops.Backends;
import org.gta4j.ops.Ops;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * A whole model on disk, {@code -p model=FILE}: tokens a second of a prompt, and of decoding after
 * one of 128 tokens.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(value = 1, jvmArgs = "--add-modules=jdk.incubator.vector")
@Warmup(iterations = 4, time = 3)
@Measurement(iterations = 5, time = 3)
public class ModelBenchmark {
  private static final int PROMPT = 512;
  private static final int PAST = 128;
  private static final int DECODED = 64;

  @Param({""})
  private String model = "";

  @Param({"vector"})
  private String backend = "";

  private Optional<Setting> setting = Optional.empty();

  private record Setting(
      Checkpoint checkpoint,
      Ops ops,
      Decoder decoder,
      BlockPool pool,
      SequenceCache sequence,
      StepInput input,
      int[] ids) {
    void step(int from, int count, StepInput.Logits logits) {
      sequence.reserve(count);
      input.clear();
      input.add(sequence, ids, from, count, from + count, logits);
      decoder.forward(input);
    }
  }

  /** Loads the model. */
  @Setup(Level.Trial)
  @SuppressWarnings("MustBeClosedChecker") // closed in tearDown
  public void setUp() {
    Checkpoint checkpoint = Checkpoint.open(Path.of(model));
    Ops ops = Backends.choose(backend, Backends.defaultThreads()).ops();
    ModelConfig config = ModelConfig.read(checkpoint.config());
    Decoder decoder = new Decoder(config, checkpoint.weights(), ops);
    BlockPool pool = new BlockPool(decoder.cacheLayout(CacheType.F32), 64);
    int[] ids = new int[PROMPT];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = i * 7919 % config.vocabSize();
    }
    setting =
        Optional.of(
            new Setting(
                checkpoint, ops, decoder, pool, new SequenceCache(pool), new StepInput(), ids));
  }

  /** Reads a prompt. */
  @Benchmark
  @OperationsPerInvocation(PROMPT)
  public void prefill() {
    Setting s = setting.orElseThrow();
    s.sequence().truncate(0);
    int chunk = s.decoder().maxRows();
    for (int from = 0; from < PROMPT; from += chunk) {
      int count = Math.min(chunk, PROMPT - from);
      boolean last = from + count == PROMPT;
      s.step(from, count, last ? StepInput.Logits.LAST : StepInput.Logits.NONE);
    }
  }

  /** Decodes after a prompt; the prompt is read once, and what was decoded is forgotten. */
  @Benchmark
  @OperationsPerInvocation(DECODED)
  public void decode() {
    Setting s = setting.orElseThrow();
    if (s.sequence().length() < PAST) {
      s.step(0, PAST, StepInput.Logits.LAST);
    }
    s.sequence().truncate(PAST);
    for (int i = 0; i < DECODED; i++) {
      s.step(PAST + i, 1, StepInput.Logits.LAST);
    }
  }

  /** Frees everything. */
  @TearDown(Level.Trial)
  public void tearDown() {
    Setting s = setting.orElseThrow();
    s.pool().close();
    s.decoder().close();
    s.ops().close();
    s.checkpoint().close();
  }
}
