package org.gta4j.generate;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.gta4j.cache.BlockPool;
import org.gta4j.cache.CacheLayout;
import org.gta4j.cache.SequenceCache;
import org.gta4j.model.Decoder;
import org.gta4j.model.StepInput;
import org.gta4j.tensor.FloatMatrix;
import org.gta4j.tokenizer.Tokenizer;

/**
 * Continues many texts at once: each step is one ragged batch of all that decode, one token each
 * (and some that are likely to follow, where that pays), and of as many prompt tokens as there is
 * room for besides. A text is admitted when the cache has room for all it may need, so none has to
 * be given up midway. Its result does not depend on what is computed beside it.
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
  private final DraftPolicy drafts;
  private final LongSupplier clock;
  private final StepInput input = new StepInput();
  private final TextLimits limits;
  private final List<Generation> waiting = new ArrayList<>();
  private final List<Generation> running = new ArrayList<>();
  private final List<Generation> rowOwners = new ArrayList<>();
  private final List<Generation> stepOwners = new ArrayList<>();
  private final float[] logits;
  private int firstDecoding;
  private int firstPrompt;
  private boolean promptsTurn;
  private boolean isMeasured;
  private final Throughput throughput = new Throughput();

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
    this(decoder, tokenizer, pool, contextLength, stepRows, new MeasuredDrafts(), System::nanoTime);
  }

  /** The same with another judgement of how much is proposed, and another clock. */
  Scheduler(
      Decoder decoder,
      Optional<Tokenizer> tokenizer,
      BlockPool pool,
      int contextLength,
      int stepRows,
      DraftPolicy drafts,
      LongSupplier clock) {
    this.decoder = decoder;
    this.tokenizer = tokenizer;
    this.pool = pool;
    this.contextLength = contextLength;
    this.stepRows = Math.max(1, stepRows);
    this.drafts = drafts;
    this.clock = clock;
    logits = new float[decoder.config().vocabSize()];
    limits = new TextLimits(decoder.config(), contextLength);
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
    if (limits.greatestBlocks(generation.request()) > pool.maxBlocks()) {
      throw new IllegalArgumentException(
          "the cache has room for %d tokens, the prompt and its answer may need %d"
              .formatted(
                  pool.maxBlocks() * CacheLayout.BLOCK_TOKENS, limits.greatestLength(request)));
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
    int decoding;
    int decodingRows;
    long begin;
    FloatMatrix result;
    try {
      decoding = addDecoding();
      decodingRows = input.batch().rows();
      addPrompts();
      if (input.batch().rows() == 0) {
        return;
      }
      begin = clock.getAsLong();
      result = decoder.forward(input);
    } catch (RuntimeException | Error e) {
      stepOwners.forEach(Generation::abandon);
      removeEnded(running);
      throw e;
    }
    long nanos = clock.getAsLong() - begin;
    throughput.step(decodingRows, input.batch().rows(), nanos);
    if (isMeasured) {
      drafts.end(nanos);
    }
    // By index here and below: a step allocates nothing, iterators and streams would.
    for (int i = 0; i < stepOwners.size(); i++) {
      stepOwners.get(i).advance();
    }
    Optional<RuntimeException> failure = accept(result, decoding);
    running.removeIf(generation -> generation.finish().isPresent());
    if (failure.isPresent()) {
      throw failure.get();
    }
  }

  /** Hands out the logits; the first {@code decoding} texts with any are those that decode. */
  private Optional<RuntimeException> accept(FloatMatrix result, int decoding) {
    Optional<RuntimeException> failure = Optional.empty();
    int row = 0;
    for (int i = 0; i < rowOwners.size(); i++) {
      Generation generation = rowOwners.get(i);
      int rows = 1 + generation.drafted();
      int before = generation.length();
      try {
        generation.accept(result, row, logits, limits, drafts);
      } catch (RuntimeException e) {
        generation.abandon();
        failure.ifPresent(first -> first.addSuppressed(e));
        failure = failure.or(() -> Optional.of(e));
      }
      row += rows;
      throughput.decoded(i < decoding ? generation.length() - before : 0);
    }
    return failure;
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
   * rows, and leaves some for prompts where any is being read: nobody waits for ever. Rows that
   * nobody needs go to what is proposed; beside a prompt there are none, since a step with many
   * rows takes longer by each of them.
   */
  private int addDecoding() {
    boolean prompts = isAnyReadingPrompt();
    int room = prompts ? stepRows - Math.max(1, stepRows / PROMPT_SHARE) : stepRows;
    if (prompts && stepRows == 1) {
      promptsTurn = !promptsTurn;
      room = promptsTurn ? 0 : 1;
    }
    int count = running.size();
    int spare = room - count;
    isMeasured = !prompts && count > 0;
    if (isMeasured) {
      drafts.begin(Math.min(count, room));
    }
    int served = 0;
    int looked = 0;
    for (; looked < count && served < room; looked++) {
      Generation generation = running.get((firstDecoding + looked) % count);
      if (!generation.isReadingPrompt()) {
        int drafted = isMeasured ? generation.propose(drafts, spare, limits) : 0;
        spare -= drafted;
        add(generation, 1 + drafted);
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
    stepOwners.add(
        generation); // It fails with the step, also where there is no memory for its row.
    SequenceCache cache = generation.cache();
    if (!cache.reserve(count)) {
      throw new IllegalStateException(
          "the cache was promised to this sequence, and has no block for it");
    }
    boolean last = cache.length() + count == generation.length() + generation.drafted();
    input.add(
        cache,
        generation.sequence(),
        cache.length(),
        count,
        generation.length(),
        generation.drafted() > 0
            ? StepInput.Logits.ALL
            : last ? StepInput.Logits.LAST : StepInput.Logits.NONE);
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
    long promised = running.stream().mapToLong(text -> limits.greatestBlocks(text.request())).sum();
    Iterator<Generation> next = waiting.iterator();
    while (next.hasNext()) {
      Generation generation = next.next();
      promised += limits.greatestBlocks(generation.request());
      if (promised > pool.maxBlocks()) {
        return;
      }
      running.add(generation);
      next.remove();
    }
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

  /**
   * Prompt tokens read a second, 0 before there were any; a mixed step's time is divided by rows.
   */
  public double prefillTokensPerSecond() {
    return throughput.promptTokensPerSecond();
  }

  /** How many prompt tokens were computed so far. */
  public long promptTokensComputed() {
    return throughput.promptTokens();
  }

  /** How many tokens of answers were computed so far, but for the first of each. */
  public long answerTokensComputed() {
    return throughput.answerTokens();
  }

  /** Tokens decoded a second, 0 before there were any. */
  public double decodeTokensPerSecond() {
    return throughput.answerTokensPerSecond();
  }
}
