package org.gta4j.generate;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.gta4j.cache.BlockPool;
import org.gta4j.cache.CacheLayout;
import org.gta4j.cache.SequenceCache;
import org.gta4j.model.Decoder;
import org.gta4j.model.StepInput;
import org.gta4j.tensor.FloatMatrix;
import org.gta4j.tokenizer.Tokenizer;

/**
 * Continues many texts at once: each step is one ragged batch of all that decode, one token each,
 * and of as many prompt tokens as there is room for besides. A text is admitted when the cache has
 * room for all it may need, so none has to be given up midway. Its result does not depend on what
 * is computed beside it.
 *
 * <p>Not thread-safe: one thread submits and steps; {@link Generation#cancel} may come from any.
 */
public final class Scheduler {
  /** Of a step's rows one in so many is kept for prompts while there are any. */
  private static final int PROMPT_SHARE = 8;

  private final Decoder decoder;
  private final Optional<Tokenizer> tokenizer;
  private final BlockPool pool;
  private final int contextLength;
  private final int stepRows;
  private final StepInput input = new StepInput();
  private final End end = new End();
  private final List<Generation> waiting = new ArrayList<>();
  private final List<Generation> running = new ArrayList<>();
  private final List<Generation> rowOwners = new ArrayList<>();
  private final List<Generation> stepOwners = new ArrayList<>();
  private final float[] logits;
  private final int[] endIds;
  private int firstDecoding;
  private int firstPrompt;
  private boolean promptsTurn;
  private long promptRows;
  private long decodeRows;
  private long promptNanos;
  private long decodeNanos;

  /**
   * A scheduler without work.
   *
   * @param decoder the model
   * @param tokenizer what turns ids into text; empty where only ids are wanted
   * @param pool where keys and values are kept
   * @param contextLength how many ids a sequence may have
   * @param stepRows how many rows a step has at most
   */
  public Scheduler(
      Decoder decoder,
      Optional<Tokenizer> tokenizer,
      BlockPool pool,
      int contextLength,
      int stepRows) {
    this.decoder = decoder;
    this.tokenizer = tokenizer;
    this.pool = pool;
    this.contextLength = contextLength;
    this.stepRows = Math.max(1, stepRows);
    logits = new float[decoder.config().vocabSize()];
    endIds = decoder.config().endIds().stream().mapToInt(Integer::intValue).toArray();
  }

  /**
   * Takes a text to continue; it begins with one of the next steps.
   *
   * @param listener gets the answer's text piece by piece; never half a character, never part of a
   *     stop text
   * @throws IllegalArgumentException if the prompt leaves no room in the context or has an id that
   *     is out of range
   */
  public Generation submit(Request request, Consumer<String> listener) {
    return submit(request, new SequenceCache(pool), true, listener);
  }

  /**
   * The same for a prompt whose first tokens are in a cache already.
   *
   * @param cache keys and values of fewer tokens than the prompt has, exactly its first ones, in
   *     this scheduler's pool; stays the caller's, and holds the whole text at the end but for its
   *     last token
   */
  Generation continueFrom(SequenceCache cache, Request request, Consumer<String> listener) {
    if (cache.pool() != pool || cache.length() >= request.prompt().length) {
      throw new IllegalArgumentException(
          "expected fewer than the prompt's %d tokens in this scheduler's pool, found %d"
              .formatted(request.prompt().length, cache.length()));
    }
    return submit(request, cache, false, listener);
  }

  private Generation submit(
      Request request, SequenceCache cache, boolean ownsCache, Consumer<String> listener) {
    int[] prompt = request.prompt();
    if (prompt.length >= contextLength) {
      throw new IllegalArgumentException(
          "the prompt has %d tokens, the context has room for %d with at least one of the answer"
              .formatted(prompt.length, contextLength - 1));
    }
    int vocabulary = decoder.config().vocabSize();
    for (int id : prompt) {
      if (id < 0 || id >= vocabulary) {
        throw new IllegalArgumentException(
            "token id %d is out of range: the vocabulary has %d tokens, 0 to %d"
                .formatted(id, vocabulary, vocabulary - 1));
      }
    }
    if (!request.stop().isEmpty() && tokenizer.isEmpty()) {
      throw new IllegalArgumentException("stop texts need a tokenizer, and this model has none");
    }
    Generation generation =
        new Generation(request, cache, ownsCache, tokenizer.map(Tokenizer::decoder), listener);
    if (blocks(generation) > pool.maxBlocks()) {
      throw new IllegalArgumentException(
          "the cache has room for %d tokens, the prompt and its answer may need %d"
              .formatted(pool.maxBlocks() * CacheLayout.BLOCK_TOKENS, greatestLength(generation)));
    }
    waiting.add(generation);
    return generation;
  }

  /** Whether there is nothing left to do. */
  public boolean isIdle() {
    return waiting.isEmpty() && running.isEmpty();
  }

  /** Steps until everything submitted is finished. */
  public void runToEnd() {
    while (!isIdle()) {
      step();
    }
  }

  /**
   * Computes one step and hands out what it brought.
   *
   * @throws ModelOutputException if a text's logits are no distribution. That text has failed, as
   *     it has where its listener throws; the others can go on with the next step
   * @throws RuntimeException or {@link Error} if the step cannot be computed: its texts have failed
   */
  public void step() {
    removeEnded(waiting);
    removeEnded(running);
    admit();
    input.clear();
    rowOwners.clear();
    stepOwners.clear();
    int decoding = addDecoding();
    addPrompts();
    if (input.batch().rows() == 0) {
      return;
    }
    long begin = System.nanoTime();
    FloatMatrix result;
    try {
      result = decoder.forward(input);
    } catch (RuntimeException | Error e) {
      stepOwners.forEach(Generation::abandon);
      removeEnded(running);
      throw e;
    }
    count(decoding, System.nanoTime() - begin);
    Optional<RuntimeException> failure = Optional.empty();
    // By index here and below: a step allocates nothing, iterators and streams would.
    for (int i = 0; i < stepOwners.size(); i++) {
      stepOwners.get(i).advance();
    }
    for (int i = 0; i < rowOwners.size(); i++) {
      result.copyRow(i, logits, 0);
      try {
        rowOwners.get(i).accept(logits, end);
      } catch (RuntimeException e) {
        rowOwners.get(i).abandon();
        failure.ifPresent(first -> first.addSuppressed(e));
        failure = failure.or(() -> Optional.of(e));
      }
    }
    running.removeIf(generation -> generation.finish().isPresent());
    if (failure.isPresent()) {
      throw failure.get();
    }
  }

  /**
   * Adds rows of prompts, as many of each as of the others while there is room, and of the first
   * ones what is left then: a short prompt does not wait for the end of a long one.
   */
  private void addPrompts() {
    int prompts = 0;
    for (int i = 0; i < running.size(); i++) {
      prompts += running.get(i).isReadingPrompt() ? 1 : 0;
    }
    for (int i = 0; i < running.size() && prompts > 0; i++) {
      Generation generation = running.get((firstPrompt + i) % running.size());
      int room = stepRows - input.batch().rows();
      if (room == 0) {
        firstPrompt = (firstPrompt + i) % running.size();
        return;
      }
      if (generation.isReadingPrompt()) {
        // Shares are made anew: what a short prompt leaves goes to those behind it.
        add(generation, Math.min(Math.max(1, room / prompts), generation.pending()));
        prompts--;
      }
    }
  }

  /**
   * Adds a row for each text that decodes, or for the next ones in turn where there are more than
   * rows, and leaves some for prompts where any is being read: nobody waits for ever.
   */
  private int addDecoding() {
    boolean prompts = isAnyReadingPrompt();
    int room = prompts ? stepRows - Math.max(1, stepRows / PROMPT_SHARE) : stepRows;
    if (prompts && stepRows == 1) {
      promptsTurn = !promptsTurn;
      room = promptsTurn ? 0 : 1;
    }
    int count = running.size();
    int served = 0;
    int looked = 0;
    for (; looked < count && served < room; looked++) {
      Generation generation = running.get((firstDecoding + looked) % count);
      if (!generation.isReadingPrompt()) {
        add(generation, 1);
        served++;
      }
    }
    firstDecoding = count == 0 ? 0 : (firstDecoding + looked) % count;
    return served;
  }

  private boolean isAnyReadingPrompt() {
    for (int i = 0; i < running.size(); i++) {
      if (running.get(i).isReadingPrompt()) {
        return true;
      }
    }
    return false;
  }

  private void add(Generation generation, int count) {
    SequenceCache cache = generation.cache();
    if (!cache.reserve(count)) {
      throw new IllegalStateException(
          "the cache was promised to this sequence, and has no block for it");
    }
    boolean last = cache.length() + count == generation.length();
    input.add(
        cache,
        generation.sequence(),
        cache.length(),
        count,
        generation.length(),
        last ? StepInput.Logits.LAST : StepInput.Logits.NONE);
    stepOwners.add(generation);
    if (last) {
      rowOwners.add(generation);
    }
  }

  /**
   * Admits waiting texts in their order while the cache has room for the most that all admitted
   * ones may need.
   */
  private void admit() {
    if (waiting.isEmpty()) {
      return;
    }
    long promised = running.stream().mapToLong(this::blocks).sum();
    Iterator<Generation> next = waiting.iterator();
    while (next.hasNext()) {
      Generation generation = next.next();
      promised += blocks(generation);
      if (promised > pool.maxBlocks()) {
        return;
      }
      running.add(generation);
      next.remove();
    }
  }

  private int blocks(Generation generation) {
    return CacheLayout.blocksFor(greatestLength(generation));
  }

  private int greatestLength(Generation generation) {
    Request request = generation.request();
    return (int) Math.min(contextLength, (long) request.prompt().length + request.maxTokens());
  }

  /** Removes what was cancelled, and what its owner gave up after an error. */
  private static void removeEnded(List<Generation> generations) {
    generations.removeIf(generation -> {
      if (generation.finish().isEmpty() && generation.isCancelled()) {
        generation.complete(FinishReason.CANCELLED);
      }
      return generation.finish().isPresent();
    });
  }

  private void count(int decoding, long nanos) {
    int rows = input.batch().rows();
    decodeRows += decoding;
    promptRows += rows - decoding;
    decodeNanos += nanos * decoding / rows;
    promptNanos += nanos * (rows - decoding) / rows;
  }

  /**
   * Prompt tokens read a second, 0 before there were any; a mixed step's time is divided by rows.
   */
  public double prefillTokensPerSecond() {
    return promptNanos == 0 ? 0 : promptRows * 1e9 / promptNanos;
  }

  /** How many prompt tokens were computed so far. */
  public long promptTokensComputed() {
    return promptRows;
  }

  /** How many tokens of answers were computed so far. */
  public long answerTokensComputed() {
    return decodeRows;
  }

  /** Tokens decoded a second, 0 before there were any. */
  public double decodeTokensPerSecond() {
    return decodeNanos == 0 ? 0 : decodeRows * 1e9 / decodeNanos;
  }

  /** What the model says about the end of texts. */
  private final class End implements Generation.ModelEnd {
    @Override
    public boolean isEnd(int id) {
      for (int end : endIds) {
        if (end == id) {
          return true;
        }
      }
      return false;
    }

    @Override
    public int contextLength() {
      return contextLength;
    }
  }
}
