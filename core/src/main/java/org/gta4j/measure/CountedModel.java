package org.gta4j.measure;

import java.lang.foreign.Arena;
import org.gta4j.cache.CacheType;
import org.gta4j.checkpoint.ConfigFile;
import org.gta4j.model.Decoder;
import org.gta4j.model.ModelConfig;
import org.gta4j.ops.Ops;
import org.gta4j.tensor.DType;
import tools.jackson.databind.node.ObjectNode;

/**
 * The engine on random weights of a model with a few of its layers and a few words, counting what
 * it does. A layer costs what every layer does, so that a few of them tell what all cost.
 */
public final class CountedModel implements AutoCloseable {
  /** How many layers are computed. */
  public static final int LAYERS = 2;

  private static final int VOCABULARY = 64;
  private static final CacheType CACHE = CacheType.F16;

  private final Arena arena = Arena.ofShared();
  private final ModelConfig config;
  private final CountingOps ops;
  private final Decoder decoder;

  /**
   * Makes the model.
   *
   * @param ops what computes; the caller's to close
   */
  public CountedModel(ModelConfig whole, Ops ops) {
    ObjectNode json = whole.source().json();
    json.put("num_hidden_layers", LAYERS);
    json.put("vocab_size", VOCABULARY);
    config = ModelConfig.read(ConfigFile.of(whole.source().file(), json));
    this.ops = new CountingOps(ops);
    try {
      decoder =
          new Decoder(
              config, RandomWeights.of(whole.source().file(), config, DType.BF16, arena), this.ops);
    } catch (RuntimeException | Error e) {
      arena.close();
      throw e;
    }
  }

  /** The model that is computed. */
  public ModelConfig config() {
    return config;
  }

  /** Bytes of a cached number. */
  public static int cacheNumberBytes() {
    return (int) CACHE.bytes(1);
  }

  /** How many tokens of a prompt are read at once; a longer one is read in such pieces. */
  public int pieceTokens() {
    return decoder.maxRows();
  }

  /** Reads a prompt from its beginning. */
  public StepCounts prompt(int tokens) {
    try (TimedSteps steps = new TimedSteps(decoder, CACHE, 1, 0, tokens)) {
      ops.take();
      steps.prefill(tokens);
      return ops.take();
    }
  }

  /** Decodes a token that sees {@code context} tokens, its own among them. */
  public StepCounts decode(int context) {
    try (TimedSteps steps = new TimedSteps(decoder, CACHE, 1, context - 1, 1)) {
      ops.take();
      steps.decode(1);
      return ops.take();
    }
  }

  @Override
  public void close() {
    decoder.close();
    arena.close();
  }
}
