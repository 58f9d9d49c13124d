package org.gta4j.generate;

import java.util.Arrays;
import java.util.Optional;
import java.util.function.Consumer;
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
  private final SequenceCache cache;
  private final boolean ownsCache;
  private final Sampler sampler;
  private final Optional<TokenDecoder> decoder;
  private final StopScanner stops;
  private final Consumer<String> listener;
  private final StringBuilder text = new StringBuilder();
  private Optional<PromptLookup> lookup = Optional.empty();

  /** The text, and behind it what is proposed to follow. */
  private int[] ids;

  private int length;
  private volatile boolean cancelled;
  private Optional<FinishReason> finish = Optional.empty();
  private long firstTokenNanos;
  private int promptRead;
  private int drafted;
  private int matched;
  private int draftedTokens;
  private int acceptedTokens;

  /**
   * A text that is about to be continued.
   *
   * @param cache keys and values of the first tokens of the prompt, or of none
   * @param ownsCache whether the cache is let go of at the end
   */
  Generation(
      Request request,
      SequenceCache cache,
      boolean ownsCache,
      Optional<TokenDecoder> decoder,
      Consumer<String> listener) {
    this.request = request;
    this.cache = cache;
    this.ownsCache = ownsCache;
    this.sampler = new Sampler(request.sampling());
    this.decoder = decoder;
    this.stops = new StopScanner(request.stop());
    this.listener = listener;
    ids =
        Arrays.copyOf(
            request.prompt(), request.prompt().length + Math.min(request.maxTokens(), 64));
    length = request.prompt().length;
    for (int id : request.prompt()) {
      sampler.observe(id);
      decoder.ifPresent(
          d -> d.next(id)); // so that the answer's first piece knows what is before it
    }
    decoder.ifPresent(TokenDecoder::end);
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

  /** Counts what the last step has read of the prompt. */
  void advance() {
    promptRead = Math.min(cache.length(), request.prompt().length);
  }

  boolean isReadingPrompt() {
    return cache.length() < request.prompt().length;
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
      while (right && (taken == 0 || (finish.isEmpty() && !cancelled))) {
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
    int id = sampler.sample(logits);
    sampler.observe(id);
    ensureIds(length + 1);
    ids[length++] = id;
    if (firstTokenNanos == 0) {
      firstTokenNanos = System.nanoTime();
    }
    if (limits.isEnd(id) && !request.ignoreEnd()) {
      complete(FinishReason.STOP);
      return;
    }
    if (decoder.isPresent()) {
      emit(stops.accept(decoder.get().next(id)));
    }
    if (stops.found()) {
      complete(FinishReason.STOP);
    } else if (answered() == request.maxTokens() || length >= limits.contextLength()) {
      complete(FinishReason.LENGTH);
    }
  }

  /** Ends it, and lets go of its cache if that is its own. */
  void complete(FinishReason reason) {
    if (!stops.found()) {
      decoder.ifPresent(d -> emit(stops.accept(d.end())));
      emit(stops.end());
    }
    finish = Optional.of(reason);
    closeCache();
  }

  /** Ends it without another word, after an error. */
  void abandon() {
    if (finish.isEmpty()) {
      finish = Optional.of(FinishReason.FAILED);
      closeCache();
    }
  }

  private void closeCache() {
    if (ownsCache) {
      cache.close();
    }
  }

  private void emit(String piece) {
    if (!piece.isEmpty()) {
      text.append(piece);
      listener.accept(piece);
    }
  }
}
