package org.gta4j.grammar;

import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.gta4j.generate.TokenConstraint;
import org.gta4j.tokenizer.Tokenizer;
import org.jspecify.annotations.Nullable;

/** One text's way through a grammar. */
final class GrammarConstraint implements TokenConstraint {
  private final CompiledGrammar grammar;
  private final long[] bits;
  private Configuration at;
  private @Nullable Configuration masked;
  private boolean ended;

  /** Where the text was when something began to be searched for, and the search. */
  private @Nullable Configuration sought;

  private FutureTask<?> search = new FutureTask<>(() -> true);

  GrammarConstraint(CompiledGrammar grammar) {
    this.grammar = grammar;
    bits = new long[grammar.words()];
    at = grammar.start();
  }

  @Override
  public void restrict(float[] logits) {
    int size = grammar.vocabulary().size();
    if (logits.length < size) {
      throw new IllegalArgumentException(
          "a logit for each of the vocabulary's %d tokens is needed; found %d"
              .formatted(size, logits.length));
    }
    if (isComplete() && grammar.vocabulary().endIds().isEmpty()) {
      throw new IllegalStateException(
          "the text is complete, and the vocabulary has no token that ends it");
    }
    if (ended) {
      Arrays.fill(bits, 0);
      grammar.vocabulary().endIds().stream().forEach(id -> bits[id >> 6] |= 1L << id);
    } else {
      findMask();
    }
    for (int word = 0; word < bits.length; word++) {
      int from = word << 6;
      long allowed = bits[word];
      if (allowed == 0) {
        Arrays.fill(logits, from, Math.min(from + 64, size), Float.NEGATIVE_INFINITY);
        continue;
      }
      int beyond = Math.min(64, size - from);
      long refused = ~allowed & (beyond == 64 ? -1L : (1L << beyond) - 1);
      for (; refused != 0; refused &= refused - 1) {
        logits[from + Long.numberOfTrailingZeros(refused)] = Float.NEGATIVE_INFINITY;
      }
    }
    Arrays.fill(logits, size, logits.length, Float.NEGATIVE_INFINITY);
  }

  /** The mask of the place where the text is: it comes back to the same place within strings. */
  private void findMask() {
    Configuration now = at;
    if (masked == now) {
      return;
    }
    if (sought == now) {
      awaitSearch();
    }
    masked = null; // an error below must not leave half a mask that counts as one
    grammar.mask(now, bits);
    masked = now;
  }

  @Override
  public boolean isReady() {
    Configuration now = at;
    if (ended || masked == now) {
      return true;
    }
    if (sought != now) {
      if (grammar.isFound(now)) {
        return true;
      }
      sought = now;
      search = Searches.begin(() -> grammar.find(now));
    }
    return search.isDone();
  }

  private void awaitSearch() {
    if (Searches.takeBack(search)) {
      sought = null; // It would wait for others' searches; this thread begins at once.
      return;
    }
    try {
      search.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // what is not found yet is found below
    } catch (ExecutionException e) {
      switch (Objects.requireNonNull(e.getCause())) {
        case RuntimeException cause -> throw cause;
        case Error cause -> throw cause;
        default -> throw new IllegalStateException(e);
      }
    }
  }

  @Override
  public void accept(int id) {
    GrammarVocabulary vocabulary = grammar.vocabulary();
    if (id < 0 || id >= vocabulary.size()) {
      throw Tokenizer.outOfRange(id, vocabulary.size());
    }
    if (vocabulary.endIds().get(id)) {
      if (!at.ends && !ended) {
        throw refused(id, "the text cannot end here");
      }
      ended = true;
      return;
    }
    byte[] text = vocabulary.text(id);
    if (ended || text.length == 0) {
      throw refused(id, ended ? "the text has ended" : "it is no part of a text");
    }
    Configuration next = grammar.after(at, text);
    if (next.isDead()) {
      throw refused(id, "the grammar does not allow it");
    }
    at = next;
  }

  private static IllegalArgumentException refused(int id, String why) {
    return new IllegalArgumentException("token id %d may not come here: %s".formatted(id, why));
  }

  @Override
  public boolean isComplete() {
    return ended || (at.ends && !at.goesOn());
  }
}
