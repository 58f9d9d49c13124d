package org.gta4j.answer;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.gta4j.generate.LanguageModel;
import org.gta4j.generate.TokenConstraint;
import org.gta4j.grammar.CompiledGrammar;
import org.gta4j.grammar.Grammar;
import org.gta4j.grammar.GrammarVocabulary;
import org.gta4j.tokenizer.Tokenizer;

/**
 * Grammars over a model's vocabulary. What callers ask for again and again is kept. Safe for use by
 * several threads: who asks for a grammar that is being compiled waits for that, and for no other
 * one while there is a thread for it. A supplier of a grammar must not ask for another one: it
 * would wait for the thread that it is in.
 */
public final class Grammars {
  private static final int KEPT = 8;

  /**
   * So many are compiled at once: each may take a hundred megabytes while it is. Threads of their
   * own do that, since it computes all the while: of virtual threads, a few that do would keep all
   * others from running.
   */
  private static final ThreadPoolExecutor COMPILERS = compilers();

  private static ThreadPoolExecutor compilers() {
    int threads = Math.max(2, Runtime.getRuntime().availableProcessors());
    ThreadPoolExecutor pool =
        new ThreadPoolExecutor(
            threads,
            threads,
            10,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            Thread.ofPlatform().name("gta4j-compile-", 0).daemon(true).factory());
    pool.allowCoreThreadTimeOut(true);
    return pool;
  }

  private final LanguageModel model;

  private final Object vocabularyLock = new Object();

  /** Made for the first grammar; a failure is not kept. */
  private Optional<GrammarVocabulary> vocabulary = Optional.empty();

  private final Map<Object, FutureTask<CompiledGrammar>> kept =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Object, FutureTask<CompiledGrammar>> eldest) {
          return size() > KEPT;
        }
      };

  /** What the key of a grammar is that comes as such. */
  private record Of(Grammar grammar, OptionalInt end) {}

  /** Of a model; its vocabulary is looked at when the first grammar comes. */
  public Grammars(LanguageModel model) {
    this.model = model;
  }

  private GrammarVocabulary vocabulary() {
    synchronized (vocabularyLock) {
      if (vocabulary.isEmpty()) {
        vocabulary = Optional.of(GrammarVocabulary.of(tokenizer(), model.config().endIds()));
      }
      return vocabulary.get();
    }
  }

  /**
   * What an answer may be, by a grammar.
   *
   * @param key what is kept by; equal grammars have equal keys
   * @param grammar makes it, if it is not kept
   * @throws IllegalArgumentException if it cannot be enforced
   */
  public Supplier<TokenConstraint> constraint(String key, Supplier<Grammar> grammar) {
    return compiled(key, () -> CompiledGrammar.of(grammar.get(), vocabulary()))::begin;
  }

  /** What turns the model's texts into ids, where it has any. */
  Tokenizer tokenizer() {
    return model
        .tokenizer()
        .orElseThrow(() ->
            new IllegalArgumentException(
                "expected a model with a tokenizer to hold answers by, found none"));
  }

  /**
   * A grammar that another token ends than those that end texts.
   *
   * @param end that token; empty: those that end texts
   */
  CompiledGrammar compile(Grammar grammar, OptionalInt end) {
    return compiled(
        new Of(grammar, end),
        () -> {
          GrammarVocabulary words = vocabulary();
          return CompiledGrammar.of(
              grammar, end.isPresent() ? words.withEndIds(List.of(end.getAsInt())) : words);
        });
  }

  private CompiledGrammar compiled(Object key, Supplier<CompiledGrammar> compile) {
    FutureTask<CompiledGrammar> task;
    synchronized (kept) {
      task = kept.computeIfAbsent(key, k -> begin(compile));
    }
    try {
      return await(task);
    } catch (ExecutionException e) {
      synchronized (kept) {
        kept.remove(key, task);
      }
      switch (Objects.requireNonNull(e.getCause())) {
        case RuntimeException cause -> throw cause;
        case Error cause -> throw cause;
        default -> throw new IllegalStateException(e);
      }
    }
  }

  private static FutureTask<CompiledGrammar> begin(Supplier<CompiledGrammar> compile) {
    FutureTask<CompiledGrammar> task = new FutureTask<>(compile::get);
    COMPILERS.execute(task);
    return task;
  }

  /** Who is interrupted no longer waits; the others do. */
  private static <T> T await(FutureTask<T> task) throws ExecutionException {
    try {
      return task.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while a grammar was compiled", e);
    }
  }
}
