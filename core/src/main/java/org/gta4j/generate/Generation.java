package org.gta4j.generate;

import java.util.Arrays;
import java.util.Optional;
import java.util.function.Supplier;
import org.gta4j.cache.SequenceCache;
import org.gta4j.tensor.FloatMatrix;
import org.gta4j.tokenizer.TokenDecoder;

/**
 * One text being continued: its ids so far, its cache, its sampler, and where its text goes. The
 * scheduler moves it on.
 *
 * <p>Not thread-safe, but for {@link #cancel}.
 */
public final class Generation {
  /** The look-up has room for answers up to this long from the start, and grows for longer ones. */
  private static final int EXPECTED_TOKENS = 4096;

  private final Request request;
  private final Object client;
  private final boolean ownsCache;
  private final Optional<TokenConstraint> constraint;
  private final Sampler sampler;
  private final Optional<TokenDecoder> decoder;
  private final StopScanner stops;
  private final GenerationListener listener;
  private final StringBuilder text = new StringBuilder();
  private Optional<PromptLookup> lookup = Optional.empty();

  /** The text, and behind it what is proposed to follow. */
  private int[] ids;

  private int length;
  private SequenceCache cache;

  /** So many ids are read before the next one is chosen. */
  private int readTo;

  private boolean preempted;
  private boolean ready = true;
  private boolean justRead;
  private int reused;
  private int scoredTo;
  private int logitRows;
  private boolean scoring;
  private volatile boolean cancelled;
  private Optional<FinishReason> finish = Optional.empty();
  private Optional<Throwable> failure = Optional.empty();
  private long firstTokenNanos;
  private int promptRead;
  private int drafted;
  private int matched;
  private int draftedTokens;
  private int acceptedTokens;

  /**
   * A text that is about to be continued.
   *
   * @param client whose it is: those who have many give way to those who have few
   * @param cache keys and values of the first tokens of the prompt, or of none
   * @param candidates what tokens are sorted in; may be others' too
   * @param ownsCache whether the cache is let go of at the end
   */
  Generation(
      Request request,
      Object client,
      SequenceCache cache,
      boolean ownsCache,
      Optional<TokenDecoder> decoder,
      GenerationListener listener,
      Candidates candidates) {
    this.request = request;
    this.client = client;
    this.cache = cache;
    this.ownsCache = ownsCache;
    constraint = request.constraint().map(Supplier::get);
    sampler = new Sampler(request.sampling(), request.adjustments(), constraint, candidates);
    this.decoder = decoder;
    this.stops = new StopScanner(request.stop());
    this.listener = listener;
    ids =
        Arrays.copyOf(
            request.prompt(), request.prompt().length + Math.min(request.maxTokens(), 64));
    length = request.prompt().length;
    readTo = length;
    for (int id : request.prompt()) {
      sampler.observe(id);
      decoder.ifPresent(
          d -> d.next(id)); // so that the answer's first piece knows what is before it
    }
    decoder.ifPresent(TokenDecoder::end);
    lookWhetherReady(); // so that it is, mostly, when the prompt has been read
  }

  /** What was asked for. */
  public Request request() {
    return request;
  }

  /** The ids generated so far; a token that ended the text is among them, as the last. */
  public int[] ids() {
    return Arrays.copyOfRange(ids, request.prompt().length, length);
  }

  /** The text generated so far. */
  public String text() {
    return text.toString();
  }

  /** Why it ended; empty while it goes on. */
  public Optional<FinishReason> finish() {
    return finish;
  }

  /** What went wrong, where it has failed. */
  public Optional<Throwable> failure() {
    return failure;
  }

  /** When its first token was there, by {@link System#nanoTime}; 0 before. */
  public long firstTokenNanos() {
    return firstTokenNanos;
  }

  /** How many tokens were proposed to be verified several in a step. */
  public int draftedTokens() {
    return draftedTokens;
  }

  /** How many of those were right: so many steps were saved. */
  public int acceptedTokens() {
    return acceptedTokens;
  }

  /** Ends it before the next token; from any thread. */
  public void cancel() {
    cancelled = true;
  }

  boolean isCancelled() {
    return cancelled;
  }

  /** Whose it is. */
  Object client() {
    return client;
  }

  /** Whether it waits to be read again. */
  boolean wasPreempted() {
    return preempted;
  }

  SequenceCache cache() {
    return cache;
  }

  /** Ids in the sequence, prompt and answer. */
  int length() {
    return length;
  }

  int[] sequence() {
    return ids;
  }

  /** How many ids have not been through the model yet. */
  int pending() {
    return length - cache.length();
  }

  /** How many of the prompt's tokens have been through the model. */
  public int promptTokensRead() {
    return promptRead;
  }

  /** How many of the prompt's tokens were in the cache already, from other texts. */
  public int promptTokensReused() {
    return reused;
  }

  /** Counts what the last step has read of the prompt. */
  void advance() {
    promptRead = Math.max(promptRead, Math.min(cache.length(), request.prompt().length));
  }

  /** Notes whether the step has read the last of its prompt. */
  void noteRead(boolean isNow) {
    justRead = isNow;
  }

  /** Whether the step has read the last of its prompt. */
  boolean wasJustRead() {
    return justRead;
  }

  /** Whether it has ended by an error. */
  boolean hasFailed() {
    return finish.isPresent() && finish.get() == FinishReason.FAILED;
  }

  /** Whether ids that are known have to be read before the next one can be chosen. */
  boolean isReadingPrompt() {
    return cache.length() < readTo;
  }

  /** Looks whether its next token can be chosen without making others wait. */
  boolean lookWhetherReady() {
    ready = constraint.isEmpty() || constraint.get().isReady();
    return ready;
  }

  /** What that has found. */
  boolean isReady() {
    return ready;
  }

  /** Whether its cache is its own, so that it can be given up and computed again. */
  boolean ownsCache() {
    return ownsCache;
  }

  /** Begins with what is cached of its first ids. */
  void begin(SequenceCache cached) {
    cache.close();
    cache = cached;
    if (!preempted) {
      reused = cached.length();
    }
    preempted = false;
    advance();
  }

  /** Gives up its cache: all of its ids will be read again, and nothing of the answer is lost. */
  void preempt() {
    drafted = 0;
    preempted = true;
    readTo = length;
    cache.close();
  }

  /** Whether the logits of all rows of its prompt are wanted. */
  boolean scoresPrompt() {
    return request.scoresPrompt() && isReadingPrompt() && readTo == request.prompt().length;
  }

  /** How many rows of logits come of the step that is put together. */
  int logitRows() {
    return logitRows;
  }

  /** Notes how many rows of logits come of the step that is put together. */
  void expect(int rows, boolean ofPrompt) {
    logitRows = rows;
    scoring = ofPrompt;
  }

  /** Whether those rows are of its prompt. */
  boolean isScoring() {
    return scoring;
  }

  /**
   * Proposes tokens that may follow, which stand behind its ids then.
   *
   * @param most how many at most
   * @return how many, 0 if there is nothing to go by or it would not pay
   */
  int propose(DraftPolicy policy, int most, TextLimits limits) {
    drafted = 0; // A step that failed may have left some.
    // Beside what is proposed the step brings a token that nobody had to propose.
    int room =
        Math.min(
            Math.min(most, DraftPolicy.MOST),
            Math.min(request.maxTokens() - answered(), limits.contextLength() - length) - 1);
    if (request.speculation() == Speculation.OFF || room < 1) {
      return 0;
    }
    if (lookup.isEmpty()) {
      int expected = length + Math.min(request.maxTokens(), EXPECTED_TOKENS);
      lookup = Optional.of(new PromptLookup(Math.min(expected, limits.contextLength())));
    }
    lookup.get().read(ids, length);
    matched = lookup.get().matched(ids);
    if (matched == 0 || !limits.isTurnedAlike(length, length + room)) {
      return 0;
    }
    drafted = policy.draft(matched, room);
    ensureIds(length + drafted);
    lookup.get().propose(ids, drafted);
    draftedTokens += drafted;
    return drafted;
  }

  /** Takes back what was proposed. */
  void dropDrafts() {
    drafted = 0;
  }

  /** How many proposed tokens stand behind its ids. */
  int drafted() {
    return drafted;
  }

  private int answered() {
    return length - request.prompt().length;
  }

  private void ensureIds(int count) {
    if (count > ids.length) {
      ids = Arrays.copyOf(ids, Math.max(count, ids.length * 2));
    }
  }

  /**
   * Scores tokens of the prompt.
   *
   * @param rows logits of its last rows, as many as the step had of this text
   * @param first the row of the first
   * @param logits has room for one row
   * @return how many rows were used up; the next one, if there is any, is for choosing
   */
  int score(FloatMatrix rows, int first, float[] logits) {
    int end = cache.length();
    int count = Math.min(logitRows, request.prompt().length - 1 - (end - logitRows));
    for (int i = 0; i < count && !cancelled; i++) {
      int position = end - logitRows + i + 1;
      if (position > scoredTo) { // not where it is read again
        rows.copyRow(first + i, logits, 0);
        listener.promptToken(scored(logits, ids[position]));
        scoredTo = position;
      }
    }
    if (end == request.prompt().length && request.maxTokens() == 0) {
      complete(FinishReason.LENGTH);
    }
    return count;
  }

  private ScoredToken scored(float[] logits, int id) {
    Sampler.requireFinite(logits);
    return ScoredToken.of(logits, id, request.scoring().orElseThrow().alternatives());
  }

  /**
   * Chooses the next token, and as many more as were proposed rightly: each from its own logits, as
   * if it had come in a step of its own. Of the cache only what belongs to the text remains.
   *
   * @param rows logits after the last id, and after each that was proposed behind it
   * @param first the row of the first
   * @param logits has room for one row
   */
  void accept(FloatMatrix rows, int first, float[] logits, TextLimits limits, DraftPolicy policy) {
    int proposed = drafted;
    drafted = 0;
    int computed = cache.length() - proposed;
    int taken = 0;
    int accepted = 0;
    try {
      boolean right = true;
      while (right && (taken == 0 || (finish.isEmpty() && !cancelled && lookWhetherReady()))) {
        rows.copyRow(first + taken, logits, 0);
        int guess = taken < proposed ? ids[length] : -1;
        taken++;
        accept(logits, limits);
        right = ids[length - 1] == guess;
        accepted += right ? 1 : 0;
      }
    } finally {
      acceptedTokens += accepted;
      if (proposed > 0) {
        policy.verified(matched, Math.min(taken, proposed), accepted);
      }
      // Without what was refused, or is behind the end. A last token has not been through the model
      // as far as the text is concerned, whether it was proposed or not.
      int kept = computed + taken - 1;
      if (cache.length() > kept) {
        cache.truncate(kept);
      }
    }
  }

  /** Takes the logits after the last id and chooses the next one. */
  private void accept(float[] logits, TextLimits limits) {
    float[] raw = request.scoring().isPresent() ? logits.clone() : logits;
    int id = sampler.sample(logits);
    sampler.choose(id);
    ensureIds(length + 1);
    ids[length++] = id;
    if (firstTokenNanos == 0) {
      firstTokenNanos = System.nanoTime();
    }
    if (request.scoring().isPresent()) {
      listener.token(scored(raw, id));
    }
    if (limits.isEnd(id) && !request.ignoreEnd()) {
      complete(FinishReason.STOP);
      return;
    }
    if (constraint.isPresent()) {
      constraint.get().accept(id);
    }
    if (decoder.isPresent()) {
      emit(stops.accept(decoded(decoder.get(), id)));
    }
    if (stops.found() || (constraint.isPresent() && constraint.get().isComplete())) {
      complete(FinishReason.STOP);
    } else if (answered() == request.maxTokens() || length >= limits.contextLength()) {
      complete(FinishReason.LENGTH);
    }
  }

  private String decoded(TokenDecoder tokens, int id) {
    String shown = request.shown().isEmpty() ? null : request.shown().get(id);
    return shown == null ? tokens.next(id) : tokens.mark(id, shown);
  }

  /** Ends it. */
  void complete(FinishReason reason) {
    if (!stops.found()) {
      decoder.ifPresent(d -> emit(stops.accept(d.end())));
      emit(stops.end());
    }
    finish = Optional.of(reason);
  }

  /** Ends it without another word, given up by its owner. */
  void abandon() {
    if (finish.isEmpty()) {
      finish = Optional.of(FinishReason.FAILED);
    }
  }

  /** Ends it without another word, after an error. */
  void abandon(Throwable cause) {
    failure = failure.or(() -> Optional.of(cause));
    abandon();
  }

  /** Tells that it has ended. */
  void announceEnd() {
    listener.finished(this);
  }

  /** Lets go of its cache, if that is its own. */
  void release() {
    if (ownsCache) {
      cache.close();
    }
  }

  private void emit(String piece) {
    if (!piece.isEmpty()) {
      text.append(piece);
      listener.text(piece);
    }
  }
}
