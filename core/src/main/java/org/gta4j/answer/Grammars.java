package org.gta4j.answer;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Supplier;
import org.gta4j.generate.LanguageModel;
import org.gta4j.generate.TokenConstraint;
import org.gta4j.grammar.CompiledGrammar;
import org.gta4j.grammar.Grammar;
import org.gta4j.grammar.GrammarVocabulary;
import org.gta4j.tokenizer.Tokenizer;

/**
 * Grammars over a model's vocabulary. What callers ask for again and again is kept. Safe for use by
 * several threads.
 */
public final class Grammars {
  private static final int KEPT = 8;

  private final LanguageModel model;
  private Optional<GrammarVocabulary> vocabulary = Optional.empty();
  private final Map<String, CompiledGrammar> kept =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, CompiledGrammar> eldest) {
          return size() > KEPT;
        }
      };

  /** Of a model; its vocabulary is looked at when the first grammar comes. */
  public Grammars(LanguageModel model) {
    this.model = model;
  }

  /**
   * What an answer may be, by a grammar.
   *
   * @param key what is kept by; equal grammars have equal keys
   * @param grammar makes it, if it is not kept
   * @throws IllegalArgumentException if it cannot be enforced
   */
  public synchronized Supplier<TokenConstraint> constraint(String key, Supplier<Grammar> grammar) {
    CompiledGrammar compiled = kept.get(key);
    if (compiled == null) {
      compiled = CompiledGrammar.of(grammar.get(), vocabulary());
      kept.put(key, compiled);
    }
    return compiled::begin;
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
  synchronized CompiledGrammar compile(Grammar grammar, OptionalInt end) {
    GrammarVocabulary words = vocabulary();
    return CompiledGrammar.of(
        grammar, end.isPresent() ? words.withEndIds(List.of(end.getAsInt())) : words);
  }

  private GrammarVocabulary vocabulary() {
    if (vocabulary.isEmpty()) {
      vocabulary = Optional.of(GrammarVocabulary.of(tokenizer(), model.config().endIds()));
    }
    return vocabulary.get();
  }
}
