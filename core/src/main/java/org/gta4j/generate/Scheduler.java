package org.gta4j.generate;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.gta4j.cache.BlockPool;
import org.gta4j.cache.CacheLayout;
import org.gta4j.cache.PrefixCache;
import org.gta4j.cache.SequenceCache;
import org.gta4j.model.Decoder;
import org.gta4j.tensor.FloatMatrix;
import org.gta4j.tokenizer.Tokenizer;

/**
 * Continues many texts at once: each step is one ragged batch of all that decode, one token each
 * (and some that are likely to follow, where that pays), and of as many prompt tokens as there is
 * room for besides. A text is admitted when the cache has room for its prompt. Where answers then
 * need more than there is, the text that came last gives up its place in the cache and is read
 * again later. Its result depends neither on that nor on what is computed beside it.
 *
 * <p>Where keys are turned by frequencies that depend on a text's length, reading it again would
 * give other numbers; such texts are admitted when the cache has room for all they may need.
 *
 * <p>Not thread-safe: one thread submits and steps; {@link Generation#cancel} may come from any.
 */
public final class Scheduler {
  private final Decoder decoder;
  private final Optional<Tokenizer> tokenizer;
  private final BlockPool pool;
  private final int contextLength;
  private final DraftPolicy drafts;
  private final LongSupplier clock;
  private final TextLimits limits;
  private final CacheRoom room;
  private final Admission admission;
  private final StepAssembly step;
  private final List<Generation> running = new ArrayList<>();
  private final float[] logits;

  /** What samplers sort tokens in, one text after the other: megabytes where there are many. */
  private final Candidates candidates = new Candidates();

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
    this(
        decoder,
        tokenizer,
        pool,
        Optional.empty(),
        new StepLimits(contextLength, stepRows, Integer.MAX_VALUE),
        new MeasuredDrafts(),
        System::nanoTime);
  }

  /**
   * The same for texts that may begin alike.
   *
   * @param prefixes beginnings of texts in {@code pool}
   */
  public Scheduler(
      Decoder decoder,
      Optional<Tokenizer> tokenizer,
      BlockPool pool,
      Optional<PrefixCache> prefixes,
      StepLimits steps) {
    this(decoder, tokenizer, pool, prefixes, steps, new MeasuredDrafts(), System::nanoTime);
  }

  /** The same with another judgement of how much is proposed, and another clock. */
  Scheduler(
      Decoder decoder,
      Optional<Tokenizer> tokenizer,
      BlockPool pool,
      Optional<PrefixCache> prefixes,
      StepLimits steps,
      DraftPolicy drafts,
      LongSupplier clock) {
    this.decoder = decoder;
    this.tokenizer = tokenizer;
    this.pool = pool;
    contextLength = steps.contextLength();
    this.drafts = drafts;
    this.clock = clock;
    logits = new float[decoder.config().vocabSize()];
    limits = new TextLimits(decoder.config(), contextLength);
    // What was cached of a text is another text's only where its length changes nothing.
    room = new CacheRoom(pool, limits.isTurnedAlike() ? prefixes : Optional.empty());
    admission = new Admission(room, limits, steps.mostRunning());
    step = new StepAssembly(room, admission, limits, drafts, steps.rows(), decoder.maxScoredRows());
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
    return submit(request, "", listener::accept);
  }

  /**
   * The same for one of several who share the machine.
   *
   * @param client whose text it is: of those who wait, whoever has fewest running comes first
   * @param listener follows it
   */
  public Generation submit(Request request, Object client, GenerationListener listener) {
    return submit(request, client, new SequenceCache(pool), true, listener);
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
    return submit(request, "", cache, false, listener::accept);
  }

  private Generation submit(
      Request request,
      Object client,
      SequenceCache cache,
      boolean ownsCache,
      GenerationListener listener) {
    check(request);
    Generation generation =
        new Generation(
            request,
            client,
            cache,
            ownsCache,
            tokenizer.map(Tokenizer::decoder),
            listener,
            candidates);
    admission.add(generation);
    return generation;
  }

  /**
   * Checks that a request can be answered at all; from any thread.
   *
   * @throws IllegalArgumentException if not, as {@link #submit}
   */
  void check(Request request) {
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
    if (limits.greatestBlocks(request) > pool.maxBlocks()) {
      throw new IllegalArgumentException(
          "the cache has room for %d tokens, the prompt and its answer may need %d"
              .formatted(
                  pool.maxBlocks() * CacheLayout.BLOCK_TOKENS, limits.greatestLength(request)));
    }
  }

  /** Gives up everything that runs or waits. */
  void abandonAll(Throwable cause) {
    for (Generation generation : running) {
      generation.abandon(cause);
    }
    for (Generation generation : admission.waiting()) {
      generation.abandon(cause);
    }
    removeEnded(running);
    removeEnded(admission.waiting());
  }

  /** Whether there is nothing left to do. */
  public boolean isIdle() {
    return admission.waiting().isEmpty() && running.isEmpty() && room.settle();
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
    removeEnded(admission.waiting());
    removeEnded(running);
    step.clear();
    long begin;
    FloatMatrix result;
    try {
      admission.admit(running);
      if (!step.assemble(running)) {
        room.awaitMoves(); // There is nothing to do meanwhile.
        return;
      }
      begin = clock.getAsLong();
      result = decoder.forward(step.input());
    } catch (RuntimeException | Error e) {
      for (Generation generation : step.stepOwners()) {
        generation.abandon(e);
      }
      removeEnded(running);
      throw e;
    }
    long nanos = clock.getAsLong() - begin;
    throughput.step(step.decodingRows(), step.input().batch().rows(), nanos);
    if (step.isMeasured()) {
      drafts.end(nanos);
    }
    // By index here and below: a step allocates nothing, iterators and streams would.
    for (int i = 0; i < step.stepOwners().size(); i++) {
      Generation generation = step.stepOwners().get(i);
      boolean wasReading = generation.promptTokensRead() < generation.request().prompt().length;
      generation.advance();
      generation.noteRead(wasReading && !generation.isReadingPrompt());
    }
    Optional<Throwable> failure = accept(result);
    for (int i = 0; i < step.stepOwners().size(); i++) {
      Generation generation = step.stepOwners().get(i);
      // Not before its logits were seen to be numbers: others would go on from what is none.
      if (generation.wasJustRead() && !generation.hasFailed()) {
        room.remember(generation);
      }
    }
    removeEnded(running);
    if (failure.isPresent()) {
      throw Unchecked.of(failure.get());
    }
  }

  /** Hands out the logits. */
  private Optional<Throwable> accept(FloatMatrix result) {
    Optional<Throwable> failure = Optional.empty();
    int row = 0;
    for (int i = 0; i < step.rowOwners().size(); i++) {
      Generation generation = step.rowOwners().get(i);
      int rows = generation.logitRows();
      int before = generation.length();
      try {
        int scored = generation.isScoring() ? generation.score(result, row, logits) : 0;
        if (scored < rows && generation.finish().isEmpty()) {
          generation.accept(result, row + scored, logits, limits, drafts);
        }
      } catch (RuntimeException | Error e) { // whoever is behind it gets his row all the same
        generation.abandon(e);
        failure.ifPresent(first -> first.addSuppressed(e));
        failure = failure.or(() -> Optional.of(e));
      }
      row += rows;
      // Without the first token of each, and also where a text was read again before.
      boolean isFirst = before == generation.request().prompt().length;
      throughput.decoded(isFirst ? 0 : generation.length() - before);
    }
    return failure;
  }

  /** Removes what has ended, was cancelled, or was given up by its owner after an error. */
  private void removeEnded(List<Generation> generations) {
    for (int i = generations.size() - 1; i >= 0; i--) {
      Generation generation = generations.get(i);
      if (generation.finish().isEmpty() && generation.isCancelled()) {
        cancel(generation);
      }
      if (generation.finish().isPresent()) {
        generations.remove(i);
        if (!generation.hasFailed()) {
          room.remember(generation);
        }
        generation.release();
        generation.announceEnd();
      }
    }
  }

  private static void cancel(Generation generation) {
    try {
      generation.complete(FinishReason.CANCELLED);
    } catch (RuntimeException | Error e) { // its listener's, of what was kept back so far
      generation.abandon(e);
    }
  }

  /** The cache's blocks. */
  CacheRoom room() {
    return room;
  }

  /** How many texts are computed now. */
  public int running() {
    return running.size();
  }

  /** How many texts wait. */
  public int waiting() {
    return admission.waiting().size();
  }

  /** How often a text gave up its place in the cache for others, to be read again. */
  public long preemptions() {
    return admission.preemptions();
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
