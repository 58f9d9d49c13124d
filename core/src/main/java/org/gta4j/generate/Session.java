package org.gta4j.generate;

import java.util.Arrays;
import java.util.Optional;
import java.util.function.Consumer;
import org.gta4j.cache.BlockPool;
import org.gta4j.cache.SequenceCache;
import org.gta4j.model.rope.RotaryEmbedding;

/**
 * Answers to one growing text, such as a chat: keys and values of everything that was computed stay
 * cached, and of each new prompt only what comes after the longest beginning it has in common with
 * the text so far is computed.
 *
 * <p>Not thread-safe, but for {@link #cancel}.
 */
public final class Session implements AutoCloseable {
  private final LanguageModel model;
  private final BlockPool pool;
  private final Scheduler scheduler;
  private final SequenceCache cache;
  private int[] cached = new int[0];

  /** The lengths that cached keys were turned by, from one to the other. */
  private int shortest;

  private int longest;
  private volatile Optional<Generation> running = Optional.empty();

  Session(LanguageModel model) {
    this.model = model;
    pool = model.pool(1);
    scheduler = model.scheduler(pool);
    cache = new SequenceCache(pool);
  }

  /**
   * Continues a prompt to its end.
   *
   * @param request the whole prompt, what was said before included
   * @param listener gets the answer's text piece by piece
   * @return the finished answer
   * @throws IllegalArgumentException if the prompt leaves no room in the context or has an id that
   *     is out of range
   */
  public Generation answer(Request request, Consumer<String> listener) {
    return answer(request, listener, generation -> {});
  }

  /** Follows the computing of an answer. */
  @FunctionalInterface
  public interface Listener {
    /** A step was computed. */
    void stepped(Generation generation);
  }

  /** The same, telling of each step. */
  public Generation answer(Request request, Consumer<String> listener, Listener steps) {
    Generation generation = begin(request, listener);
    try {
      while (!scheduler.isIdle()) {
        scheduler.step();
        steps.stepped(generation);
      }
    } catch (ModelOutputException e) {
      throw model.explained(e);
    } finally {
      end(generation);
    }
    return generation;
  }

  private Generation begin(Request request, Consumer<String> listener) {
    int common = Arrays.mismatch(cached, request.prompt());
    int shared = common < 0 ? cached.length : common;
    RotaryEmbedding rotary = model.config().rotary();
    int length = request.prompt().length;
    if (cache.length() > 0
        && !(rotary.isTurnedAlike(shortest, length) && rotary.isTurnedAlike(longest, length))) {
      shared = 0; // cached keys were turned by another length's frequencies
    }
    shortest = shared == 0 ? length : Math.min(shortest, length);
    // Logits come from computing the last token of the prompt, so that one is never taken as read.
    cache.truncate(Math.min(shared, request.prompt().length - 1));
    cached = Arrays.copyOf(cached, cache.length());
    Generation generation = scheduler.continueFrom(cache, request, listener);
    running = Optional.of(generation);
    return generation;
  }

  private void end(Generation generation) {
    running = Optional.empty();
    generation.abandon();
    cached = Arrays.copyOf(generation.sequence(), cache.length());
    longest = Math.max(shortest, cached.length + 1);
  }

  /** Ends the answer that is being computed, if one is, before its next token; from any thread. */
  public void cancel() {
    running.ifPresent(Generation::cancel);
  }

  /** How many tokens are cached: the text so far, but for the last token of the last answer. */
  public int length() {
    return cache.length();
  }

  /** What the answers are computed by: it knows how much that was, and how fast. */
  public Scheduler scheduler() {
    return scheduler;
  }

  /** Forgets everything that was said. */
  public void reset() {
    cache.truncate(0);
    cached = new int[0];
  }

  /** Frees the cache. */
  @Override
  public void close() {
    cache.close();
    pool.close();
  }
}
