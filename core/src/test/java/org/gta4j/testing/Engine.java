package org.gta4j.testing;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.gta4j.cache.BlockPool;
import org.gta4j.cache.CacheType;
import org.gta4j.cache.SequenceCache;
import org.gta4j.checkpoint.Checkpoint;
import org.gta4j.model.Decoder;
import org.gta4j.model.ModelConfig;
import org.gta4j.model.StepInput;
import org.gta4j.ops.Backends;
import org.gta4j.ops.Ops;
import org.gta4j.tensor.FloatMatrix;

/** A loaded model whose steps a test composes itself. */
public final class Engine implements AutoCloseable {
  private final Checkpoint checkpoint;
  private final Ops ops;
  private final Decoder decoder;
  private final BlockPool pool;

  /** What the engine computed for one sequence. */
  public static final class Run {
    private final int[] ids;
    private final SequenceCache cache;
    private final float[] logits;
    private final List<float[]> hidden = new ArrayList<>();
    private int done;

    private Run(int[] ids, SequenceCache cache, int vocabulary, int layers, int width) {
      this.ids = ids;
      this.cache = cache;
      logits = new float[ids.length * vocabulary];
      for (int i = 0; i <= layers; i++) {
        hidden.add(new float[ids.length * width]);
      }
    }

    /** The logits, token by token. */
    public float[] logits() {
      return logits;
    }

    /** How many hidden states the model has: one more than layers. */
    public int hiddenStates() {
      return hidden.size();
    }

    /** A hidden state, token by token. */
    public float[] hidden(int index) {
      return hidden.get(index);
    }

    /** The cache. */
    public SequenceCache cache() {
      return cache;
    }
  }

  /** Loads a model. */
  public Engine(Path folder, String backend, CacheType cacheType) {
    this(folder, backend, cacheType, 2);
  }

  /** Loads a model. */
  public Engine(Path folder, String backend, CacheType cacheType, int threads) {
    checkpoint = Checkpoint.open(folder);
    ops = Backends.choose(backend, threads).ops();
    decoder = new Decoder(ModelConfig.read(checkpoint.config()), checkpoint.weights(), ops);
    pool = new BlockPool(decoder.cacheLayout(cacheType), 4096);
  }

  /** Its decoder. */
  public Decoder decoder() {
    return decoder;
  }

  /** Its cache's blocks. */
  public BlockPool pool() {
    return pool;
  }

  /** A sequence that nothing of has been computed yet. */
  public Run begin(int... ids) {
    ModelConfig config = decoder.config();
    return new Run(
        ids,
        new SequenceCache(pool),
        config.vocabSize(),
        config.numHiddenLayers(),
        config.hiddenSize());
  }

  /** A sequence that shares what another has cached of its first tokens. */
  public Run fork(Run parent, int tokens, int... ids) {
    ModelConfig config = decoder.config();
    Run run =
        new Run(
            ids,
            parent.cache.fork(tokens),
            config.vocabSize(),
            config.numHiddenLayers(),
            config.hiddenSize());
    run.done = tokens;
    return run;
  }

  /**
   * One step that computes the next {@code counts[i]} tokens of {@code runs.get(i)}; 0 leaves one
   * out.
   */
  public void step(List<Run> runs, int... counts) {
    StepInput input = new StepInput();
    List<Run> taking = new ArrayList<>();
    for (int i = 0; i < counts.length; i++) {
      Run run = runs.get(i);
      if (counts[i] > 0) {
        if (!run.cache.reserve(counts[i])) {
          throw new IllegalStateException("the test's cache is too small");
        }
        input.add(run.cache, run.ids, run.done, counts[i], run.ids.length, StepInput.Logits.ALL);
        taking.add(run);
      }
    }
    int[] given = Arrays.stream(counts).filter(count -> count > 0).toArray();
    FloatMatrix logits =
        decoder.forward(
            input,
            (index, hidden, rows) -> scatter(hidden, taking, given, run -> run.hidden.get(index)));
    scatter(logits, taking, given, run -> run.logits);
    for (int i = 0; i < given.length; i++) {
      taking.get(i).done += given[i];
    }
  }

  private interface Target {
    float[] of(Run run);
  }

  private static void scatter(FloatMatrix matrix, List<Run> runs, int[] counts, Target target) {
    int row = 0;
    for (int i = 0; i < counts.length; i++) {
      for (int r = 0; r < counts[i]; r++) {
        matrix.copyRow(row++, target.of(runs.get(i)), (runs.get(i).done + r) * matrix.columns());
      }
    }
  }

  /** Computes a whole sequence in chunks of {@code chunk} tokens. */
  public Run run(int[] ids, int chunk) {
    Run run = begin(ids);
    while (run.done < ids.length) {
      step(List.of(run), Math.min(chunk, ids.length - run.done));
    }
    return run;
  }

  @Override
  public void close() {
    pool.close();
    decoder.close();
    ops.close();
    checkpoint.close();
  }
}
