package org.gta4j.generate;

import java.util.Arrays;
import java.util.Optional;
import java.util.function.Consumer;
import org.gta4j.cache.SequenceCache;
import org.gta4j.tokenizer.TokenDecoder;

/**
 * One text being continued: its ids so far, its cache, its sampler, and where its text goes. The
 * scheduler moves it on.
 *
 * <p>Not thread-safe, but for {@link #cancel}.
 */
public final class Generation {
  private final Request request;
  private final SequenceCache cache;
  private final boolean ownsCache;
  private final Sampler sampler;
  private final Optional<TokenDecoder> decoder;
  private final StopScanner stops;
  private final Consumer<String> listener;
  private final StringBuilder text = new StringBuilder();
  private int[] ids;
  private int length;
  private volatile boolean cancelled;
  private Optional<FinishReason> finish = Optional.empty();
  private long firstTokenNanos;
  private int promptRead;

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

  /** Ends it before the next step; from any thread. */
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

  /** Takes the logits after the last id and chooses the next one. */
  void accept(float[] logits, ModelEnd end) {
    int id = sampler.sample(logits);
    sampler.observe(id);
    if (length == ids.length) {
      ids = Arrays.copyOf(ids, length * 2);
    }
    ids[length++] = id;
    if (firstTokenNanos == 0) {
      firstTokenNanos = System.nanoTime();
    }
    if (end.isEnd(id) && !request.ignoreEnd()) {
      complete(FinishReason.STOP);
      return;
    }
    if (decoder.isPresent()) {
      emit(stops.accept(decoder.get().next(id)));
    }
    if (stops.found()) {
      complete(FinishReason.STOP);
    } else if (length - request.prompt().length == request.maxTokens()
        || length >= end.contextLength()) {
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

  /** What a model says about the end of texts. */
  interface ModelEnd {
    /** Whether the token ends a text. */
    boolean isEnd(int id);

    /** How many ids a sequence may have. */
    int contextLength();
  }
}
