package org.gta4j.grammar;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.gta4j.generate.TokenConstraint;

/** Questions that tests ask a grammar. */
final class Held {
  private static final ByteVocabulary BYTES = ByteVocabulary.with();
  private static final GrammarVocabulary VOCABULARY = BYTES.vocabulary();

  private Held() {}

  static CompiledGrammar compiled(Grammar grammar) {
    return CompiledGrammar.of(grammar, VOCABULARY);
  }

  /** The tokens that may come next. */
  static List<Integer> allowed(TokenConstraint constraint, int size) {
    float[] logits = new float[size];
    constraint.restrict(logits);
    List<Integer> ids = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      if (logits[i] == 0) {
        ids.add(i);
      }
    }
    return ids;
  }

  /** Whether a whole text fits, a byte at a time; masks and steps must say the same. */
  static boolean accepts(CompiledGrammar grammar, String text) {
    TokenConstraint constraint = grammar.begin();
    for (byte value : text.getBytes(StandardCharsets.UTF_8)) {
      try {
        constraint.accept(value & 0xFF);
      } catch (IllegalArgumentException e) {
        return false;
      }
    }
    boolean may = mayEnd(constraint);
    if (may) {
      constraint.accept(BYTES.endId());
    }
    return may;
  }

  private static boolean mayEnd(TokenConstraint constraint) {
    return allowed(constraint, BYTES.size()).contains(BYTES.endId());
  }

  /** Whether a text may be the begin of one that fits. */
  static boolean begins(CompiledGrammar grammar, byte... bytes) {
    TokenConstraint constraint = grammar.begin();
    for (byte value : bytes) {
      if (!allowed(constraint, BYTES.size()).contains(value & 0xFF)) {
        return false;
      }
      constraint.accept(value & 0xFF);
    }
    return true;
  }
}
