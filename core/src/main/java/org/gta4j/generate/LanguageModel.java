package org.gta4j.generate;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.gta4j.cache.BlockPool;
import org.gta4j.cache.CacheLayout;
import org.gta4j.cache.PrefixCache;
import org.gta4j.cache.SequenceCache;
import org.gta4j.chat.ChatTemplates;
import org.gta4j.checkpoint.Checkpoint;
import org.gta4j.checkpoint.ModelFingerprint;
import org.gta4j.model.Decoder;
import org.gta4j.model.ModelConfig;
import org.gta4j.model.StepInput;
import org.gta4j.ops.Backends;
import org.gta4j.ops.Ops;
import org.gta4j.tensor.FloatMatrix;
import org.gta4j.tokenizer.ControlTokens;
import org.gta4j.tokenizer.Tokenizer;
import org.gta4j.tokenizer.TokenizerConfig;
import org.gta4j.tokenizer.Tokenizers;

/**
 * A model that was loaded, with its tokenizer: what most callers need.
 *
 * <pre>{@code
 * try (LanguageModel model = LanguageModel.load(Path.of("stories260K.bin"))) {
 *   model.generate("Once upon a time", 200, System.out::print);
 * }
 * }</pre>
 *
 * <p>Not thread-safe: one call at a time.
 */
public final class LanguageModel implements AutoCloseable {
  private final Checkpoint checkpoint;
  private final Optional<Tokenizer> tokenizer;
  private final LoadOptions options;
  private final Backends.Choice backend;
  private final Decoder decoder;
  private final int contextLength;
  private Optional<ModelFingerprint> fingerprint = Optional.empty();

  private LanguageModel(
      Checkpoint checkpoint,
      Optional<Tokenizer> tokenizer,
      LoadOptions options,
      Backends.Choice backend) {
    this.checkpoint = checkpoint;
    this.tokenizer = tokenizer;
    this.options = options;
    this.backend = backend;
    Ops ops = backend.ops();
    ModelConfig config = ModelConfig.read(checkpoint.config());
    contextLength = options.context().orElse(config.contextLength());
    if (contextLength < 2) {
      throw config
          .source()
          .wrong(
              "max_position_embeddings",
              "at least 2, a token of the prompt and one of the answer",
              contextLength);
    }
    decoder = new Decoder(config, checkpoint.weights(), ops);
  }

  /** Loads a model with the options that fit most. */
  public static LanguageModel load(Path path) {
    return load(path, LoadOptions.defaults());
  }

  /**
   * Loads a model.
   *
   * @param path a Hugging Face folder, a {@code .gguf} file, a {@code .safetensors} file beside its
   *     {@code config.json}, or a llama2.c {@code .bin} file
   * @throws org.gta4j.checkpoint.CheckpointException if it cannot be used, with the file, the
   *     field, what was expected and found
   */
  public static LanguageModel load(Path path, LoadOptions options) {
    Checkpoint checkpoint = Checkpoint.open(path);
    try {
      LanguageModel model = of(checkpoint, tokenizerOf(checkpoint), options);
      for (String reason : model.fallbacks()) {
        // A path that is many times slower must not be taken silently.
        System.getLogger(LanguageModel.class.getName())
            .log(
                System.Logger.Level.WARNING,
                "backend %s runs, since %s".formatted(model.ops().name(), reason));
      }
      return model;
    } catch (RuntimeException | Error e) {
      checkpoint.close();
      throw e;
    }
  }

  /**
   * A model of an open checkpoint, which it closes with itself; the caller closes it where this
   * fails.
   */
  public static LanguageModel of(
      Checkpoint checkpoint, Optional<Tokenizer> tokenizer, LoadOptions options) {
    Backends.Choice backend =
        Backends.choose(options.backend(), options.threads(), options.activations());
    try {
      return new LanguageModel(checkpoint, tokenizer, options, backend);
    } catch (RuntimeException | Error e) {
      backend.ops().close();
      throw e;
    }
  }

  /**
   * The tokenizer that belongs to a checkpoint, if there is one: a GGUF file's own, or {@code
   * tokenizer.json}, else {@code tokenizer.model}, else llama2.c's.
   *
   * @throws org.gta4j.checkpoint.CheckpointException if it is damaged, of a kind that is not known,
   *     or another model's
   */
  public static Optional<Tokenizer> tokenizerOf(Checkpoint checkpoint) {
    int vocabulary = checkpoint.config().size("vocab_size");
    return checkpoint
        .metadata()
        .flatMap(metadata -> Tokenizers.of(metadata, vocabulary))
        .or(() -> checkpoint.tokenizerFile().map(file -> Tokenizers.read(file, vocabulary)));
  }

  /**
   * The chat templates that belong to a checkpoint, if there are any.
   *
   * @throws org.gta4j.checkpoint.CheckpointException if what they stand in is damaged
   */
  public static Optional<ChatTemplates> chatTemplatesOf(
      Checkpoint checkpoint, Optional<Tokenizer> tokenizer) {
    if (checkpoint.metadata().isPresent()) {
      return tokenizer.flatMap(own -> ChatTemplates.of(checkpoint.metadata().get(), own));
    }
    return checkpoint
        .tokenizerFile()
        .filter(file -> !file.toString().endsWith(".bin"))
        .flatMap(file -> ChatTemplates.of(TokenizerConfig.beside(file)));
  }

  /** What computes its steps, for those who make their own: to measure them, say. */
  public Decoder decoder() {
    return decoder;
  }

  /** Its sizes. */
  public ModelConfig config() {
    return decoder.config();
  }

  /** Bytes of its weights, as they lie in its files. */
  public long weightsBytes() {
    return decoder.weights().bytes();
  }

  /** What it computes with. */
  public Ops ops() {
    return backend.ops();
  }

  /** Which code computes it, for people. */
  public String describeOps() {
    return ops().describe(checkpoint.weights().isQuantized());
  }

  /**
   * One sentence for each backend that would have been preferred and cannot run here; empty where
   * the best one runs, or the one that was asked for.
   */
  public List<String> fallbacks() {
    return backend.reasons();
  }

  /** What tells it from other models; reads a little of every tensor the first time. */
  public synchronized ModelFingerprint fingerprint() {
    if (fingerprint.isEmpty()) {
      fingerprint = Optional.of(ModelFingerprint.of(checkpoint));
    }
    return fingerprint.get();
  }

  /** Names of tensors in its checkpoint that its configuration has no place for. */
  public List<String> unusedTensors() {
    return decoder.unusedTensors();
  }

  /** Why its logits are not finite numbers, for people; reads every weight. */
  public String whyNotFinite() {
    return decoder.whyNotFinite(options.cacheType());
  }

  /** Its tokenizer, where one was found. */
  public Optional<Tokenizer> tokenizer() {
    return tokenizer;
  }

  /**
   * Its chat templates, where it has any.
   *
   * @throws org.gta4j.checkpoint.CheckpointException if what they stand in is damaged
   */
  public Optional<ChatTemplates> chatTemplates() {
    return chatTemplatesOf(checkpoint, tokenizer);
  }

  /** How many ids a sequence may have. */
  public int contextLength() {
    return contextLength;
  }

  /** The layout of its cache. */
  public CacheLayout cacheLayout() {
    return decoder.cacheLayout(options.cacheType());
  }

  /**
   * The ids of a prompt.
   *
   * @throws IllegalArgumentException if the model came without a tokenizer
   */
  public int[] encode(String text) {
    return encode(text, ControlTokens.PARSED);
  }

  /**
   * The ids of a prompt.
   *
   * @param control where control tokens written in the text are control tokens
   * @throws IllegalArgumentException if the model came without a tokenizer
   */
  public int[] encode(String text, ControlTokens control) {
    return tokenizer
        .orElseThrow(() ->
            new IllegalArgumentException(
                checkpoint.name()
                    + " has no tokenizer that can be read: give the prompt as token ids"))
        .encode(text, Tokenizer.Framing.PROMPT, control);
  }

  /**
   * Continues a text greedily.
   *
   * @param prompt the text
   * @param maxTokens how many tokens to generate at most
   * @param listener gets the answer piece by piece
   * @return the finished answer
   */
  public Generation generate(String prompt, int maxTokens, Consumer<String> listener) {
    return generate(Request.greedy(encode(prompt), maxTokens), listener);
  }

  /**
   * Continues a text.
   *
   * @param sampling how tokens are chosen
   * @throws IllegalArgumentException as {@link #generate(Request, Consumer)}
   */
  public Generation generate(
      String prompt, int maxTokens, Sampling sampling, Consumer<String> listener) {
    return generate(new Request(encode(prompt), maxTokens, sampling, List.of(), false), listener);
  }

  /**
   * Continues one text.
   *
   * @throws IllegalArgumentException if the prompt leaves no room in the context, an id is out of
   *     range, or there are stop texts and no tokenizer
   * @throws ModelOutputException if the model's logits are not finite numbers, with the reason
   */
  public Generation generate(Request request, Consumer<String> listener) {
    try (BlockPool pool = pool(1)) {
      Scheduler scheduler = scheduler(pool);
      Generation generation = scheduler.submit(request, listener);
      scheduler.runToEnd();
      return generation;
    } catch (ModelOutputException e) {
      throw explained(e);
    }
  }

  /**
   * Continues a text greedily, as far as somebody asks for pieces of it.
   *
   * @param prompt the text
   * @param maxTokens how many tokens to generate at most
   * @return the pieces; to be closed before the model is
   * @throws IllegalArgumentException as {@link #generate(Request, Consumer)}
   */
  @SuppressWarnings("MustBeClosedChecker") // the caller closes it
  public TextStream stream(String prompt, int maxTokens) {
    return stream(Request.greedy(encode(prompt), maxTokens));
  }

  /** The same of any request. */
  @SuppressWarnings("MustBeClosedChecker") // the caller closes it
  public TextStream stream(Request request) {
    return new TextStream(new SteppedText(this, request));
  }

  /** The same with its reason; reads every weight. */
  public ModelOutputException explained(ModelOutputException e) {
    return new ModelOutputException("%s; %s".formatted(whyNotFinite(), e.getMessage()), e);
  }

  /** A text that nothing has been said in yet, and grows turn by turn. */
  @SuppressWarnings("MustBeClosedChecker") // the caller closes it
  public Session session() {
    return new Session(this);
  }

  /** A pool with room for {@code sequences} whole contexts; memory is taken as it is needed. */
  public BlockPool pool(int sequences) {
    long blocks = (long) CacheLayout.blocksFor(contextLength) * sequences;
    return new BlockPool(
        cacheLayout(),
        (int) Math.min(blocks, Integer.MAX_VALUE / CacheLayout.BLOCK_TOKENS),
        ops().cacheMemory());
  }

  /** A scheduler for many texts at once, which keeps keys and values in {@code pool}. */
  public Scheduler scheduler(BlockPool pool) {
    return new Scheduler(decoder, tokenizer, pool, contextLength, decoder.maxRows());
  }

  /** The same for texts that may begin alike, of which so many are computed at once at most. */
  Scheduler scheduler(BlockPool pool, Optional<PrefixCache> prefixes, int mostRunning) {
    StepLimits steps = new StepLimits(contextLength, decoder.maxRows(), mostRunning);
    return new Scheduler(decoder, tokenizer, pool, prefixes, steps);
  }

  /** Gets the logits of one row. */
  @FunctionalInterface
  public interface Rows {
    /** Takes the logits after token number {@code position}: row {@code row} of {@code logits}. */
    void accept(int position, FloatMatrix logits, int row);
  }

  /** {@link #score(int[], Rows, Decoder.HiddenStates)} without the hidden states. */
  public void score(int[] ids, Rows rows) {
    score(ids, rows, (index, hidden, count) -> {});
  }

  /**
   * Computes the logits after every one of the ids, in chunks.
   *
   * @param ids at least one
   * @param rows gets them row by row
   * @param hidden gets the hidden states chunk by chunk
   * @throws IllegalArgumentException if there are none, more than the context has room for, or one
   *     is out of range
   */
  public void score(int[] ids, Rows rows, Decoder.HiddenStates hidden) {
    if (ids.length == 0 || ids.length > contextLength) {
      throw new IllegalArgumentException(
          "expected 1 to %d token ids, as the context has room for, found %d"
              .formatted(contextLength, ids.length));
    }
    try (BlockPool pool = pool(1);
        SequenceCache cache = new SequenceCache(pool)) {
      StepInput input = new StepInput();
      int chunk = decoder.maxScoredRows();
      for (int at = 0; at < ids.length; at += chunk) {
        int count = Math.min(chunk, ids.length - at);
        cache.reserve(count);
        input.clear();
        input.add(cache, ids, at, count, ids.length, StepInput.Logits.ALL);
        FloatMatrix logits = decoder.forward(input, hidden);
        for (int row = 0; row < count; row++) {
          rows.accept(at + row, logits, row);
        }
      }
    }
  }

  /** Frees its memory and unmaps its files. */
  @Override
  public void close() {
    decoder.close();
    backend.ops().close();
    checkpoint.close();
  }
}
