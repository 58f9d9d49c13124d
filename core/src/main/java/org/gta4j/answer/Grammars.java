package org.gta4j.answer;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.Semaphore;
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
 * one while there is room for it.
 */
public final class Grammars {
  private static final int KEPT = 8;

  private final LanguageModel model;
  private final FutureTask<GrammarVocabulary> vocabulary;

  /** So many are compiled at once: each may take a hundred megabytes while it is. */
  private final Semaphore compiling =
      new Semaphore(Math.max(2, Runtime.getRuntime().availableProcessors()));

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
    vocabulary = new FutureTask<>(() -> GrammarVocabulary.of(tokenizer(), model.config().endIds()));
  }

  /**
   * What an answer may be, by a grammar.
   *
   * @param key what is kept by; equal grammars have equal keys
   * @param grammar makes it, if it is not kept
   * @throws IllegalArgumentException if it cannot be enforced
   */
  public Supplier<TokenConstraint> constraint(String key, Supplier<Grammar> grammar) {
    return compiled(key, () -> CompiledGrammar.of(grammar.get(), done(vocabulary)))::begin;
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
          GrammarVocabulary words = done(vocabulary);
          return CompiledGrammar.of(
              grammar, end.isPresent() ? words.withEndIds(List.of(end.getAsInt())) : words);
        });
  }

  private CompiledGrammar compiled(Object key, Supplier<CompiledGrammar> compile) {
    FutureTask<CompiledGrammar> task;
    synchronized (kept) {
      task = kept.computeIfAbsent(key, k -> new FutureTask<>(() -> inTurn(compile)));
    }
    try {
      return done(task);
    } catch (RuntimeException | Error e) {
      synchronized (kept) {
        kept.remove(key, task);
      }
      throw e;
    }
  }

  private CompiledGrammar inTurn(Supplier<CompiledGrammar> compile) throws InterruptedException {
    compiling.acquire();
    try {
      return compile.get();
    } finally {
      compiling.release();
    }
  }

  /** What a task gives, which is done by whoever comes first. */
  private static <T> T done(FutureTask<T> task) {
    task.run();
    try {
      return task.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while a grammar was compiled", e);
    } catch (ExecutionException e) {
      switch (Objects.requireNonNull(e.getCause())) {
        case RuntimeException cause -> throw cause;
        case Error cause -> throw cause;
        default -> throw new IllegalStateException(e);
      }
    }
  }
}
