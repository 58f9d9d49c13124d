package org.gta4j.measure;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.gta4j.cache.BlockPool;
import org.gta4j.cache.CacheLayout;
import org.gta4j.cache.CacheType;
import org.gta4j.cache.SequenceCache;
import org.gta4j.model.Decoder;
import org.gta4j.model.ModelConfig;
import org.gta4j.model.StepInput;
import org.gta4j.tensor.FloatMatrix;

/**
 * Sequences of one length that read a prompt or decode, again and again from the same point; the
 * tokens before it are random keys and values, which cost nothing to compute.
 *
 * <p>Nothing is sampled: what is measured is the model.
 */
public final class TimedSteps implements AutoCloseable {
  private final Decoder decoder;
  private final int depth;
  private final BlockPool pool;
  private final List<SequenceCache> sequences = new ArrayList<>();
  private final StepInput input = new StepInput();
  private final int[] ids;
  private Optional<FloatMatrix> last = Optional.empty();

  /**
   * Fills a cache.
   *
   * @param decoder the model
   * @param cacheType what keys and values are cached as
   * @param batch how many sequences, at least 1
   * @param depth how many tokens of each are in the cache
   * @param room how many tokens will be added at most
   */
  public TimedSteps(Decoder decoder, CacheType cacheType, int batch, int depth, int room) {
    this.decoder = decoder;
    this.depth = depth;
    CacheLayout layout = decoder.cacheLayout(cacheType);
    long blocks = (long) CacheLayout.blocksFor((long) depth + room) * batch;
    pool = new BlockPool(layout, Math.toIntExact(blocks), decoder.ops().cacheMemory());
    ids = new int[Math.max(room, 1)];
    SplittableRandom random = new SplittableRandom(2);
    for (int i = 0; i < ids.length; i++) {
      ids[i] = random.nextInt(decoder.config().vocabSize());
    }
    try {
      for (int i = 0; i < batch; i++) {
        sequences.add(new SequenceCache(pool));
      }
      RandomRows.fill(
          decoder.ops(),
          decoder.config().attention().shape(),
          decoder.config().numHiddenLayers(),
          sequences,
          depth,
          random);
    } catch (RuntimeException | Error e) {
      close();
      throw e;
    }
  }

  /**
   * Bytes that a model takes whose sequences are timed: its weights as they are stored and as much
   * for their packed copy, the cache, and a row of logits for each sequence.
   *
   * @param weights bytes of the weights as they are stored
   */
  public static long bytes(
      ModelConfig config, CacheType cacheType, long weights, int batch, long depth, long room) {
    CacheLayout layout =
        new CacheLayout(config.attention().shape(), config.numHiddenLayers(), cacheType);
    long logits = (long) batch * config.vocabSize() * Float.BYTES;
    return 2 * weights + cacheBytes(layout, batch, depth, room) + logits;
  }

  /** Bytes that a cache of such sequences takes. */
  public static long cacheBytes(CacheLayout layout, int batch, long depth, long room) {
    return CacheLayout.blocksFor(depth + room) * layout.blockBytes() * batch;
  }

  /**
   * Reads a prompt of {@code tokens} tokens for every sequence, one after the other, and forgets
   * it.
   *
   * @return seconds
   * @throws IllegalArgumentException if there is no room for so many
   */
  public double prefill(int tokens) {
    return prefill(tokens, sequences.size());
  }

  /** {@link #prefill(int)} of the first {@code batch} sequences. */
  public double prefill(int tokens, int batch) {
    requireRoom(tokens);
    int chunk = decoder.maxRows();
    long begin = System.nanoTime();
    for (SequenceCache sequence : sequences.subList(0, batch)) {
      for (int from = 0; from < tokens; from += chunk) {
        int count = Math.min(chunk, tokens - from);
        StepInput.Logits logits =
            from + count == tokens ? StepInput.Logits.LAST : StepInput.Logits.NONE;
        sequence.reserve(count);
        input.clear();
        input.add(sequence, ids, from, count, depth + tokens, logits);
        last = Optional.of(decoder.forward(input));
      }
    }
    return secondsSince(begin);
  }

  /** {@link #decode(int, int)} of all sequences. */
  public double decode(int tokens) {
    return decode(tokens, sequences.size());
  }

  /**
   * Decodes {@code tokens} tokens of the first {@code batch} sequences, all of those in each step,
   * and forgets them.
   *
   * @return seconds
   * @throws IllegalArgumentException if there is no room for so many, or there are fewer sequences
   */
  public double decode(int tokens, int batch) {
    requireRoom(tokens);
    long begin = System.nanoTime();
    for (int i = 0; i < tokens; i++) {
      input.clear();
      for (SequenceCache sequence : sequences.subList(0, batch)) {
        sequence.reserve(1);
        input.add(sequence, ids, i, 1, depth + i + 1, StepInput.Logits.LAST);
      }
      last = Optional.of(decoder.forward(input));
    }
    return secondsSince(begin);
  }

  /** Logits of the first sequence after the last step. */
  float[] lastLogits() {
    FloatMatrix found = last.orElseThrow();
    float[] row = new float[found.columns()];
    found.copyRow(0, row, 0);
    return row;
  }

  private void requireRoom(int tokens) {
    if (tokens < 1 || tokens > ids.length) {
      throw new IllegalArgumentException(
          "expected 1 to %d tokens, as there was room asked for, found %d"
              .formatted(ids.length, tokens));
    }
  }

  private double secondsSince(long begin) {
    double seconds = (System.nanoTime() - begin) / 1e9;
    for (SequenceCache sequence : sequences) {
      sequence.truncate(depth);
    }
    return seconds;
  }

  @Override
  public void close() {
    pool.close();
  }
}
