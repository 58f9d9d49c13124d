package org.gta4j.grammar;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.List;
import org.gta4j.tokenizer.Tokenizer;

/**
 * A model's tokens as bytes, by their beginnings: made once for a model, used by all its grammars.
 * Safe for use by several threads.
 *
 * <p>Tokens that steer the model, and those without text, are never allowed; those that end a text
 * are where it may end. Texts consist of bytes that the vocabulary has a token for, so that a text
 * that was begun can always be ended.
 */
public final class GrammarVocabulary {
  private final ByteTrie trie;
  private final List<byte[]> texts;
  private final BitSet bytes = new BitSet();
  private final BitSet endIds = new BitSet();

  private GrammarVocabulary(List<byte[]> texts, Collection<Integer> endIds) {
    this.texts = texts;
    for (int id : endIds) {
      if (id < 0 || id >= texts.size()) {
        throw Tokenizer.outOfRange(id, texts.size());
      }
      this.endIds.set(id);
      texts.set(id, new byte[0]);
    }
    for (byte[] text : texts) {
      if (text.length == 1) {
        bytes.set(text[0] & 0xFF);
      }
    }
    trie = new ByteTrie(texts);
  }

  /**
   * The vocabulary of a tokenizer.
   *
   * @param endIds the tokens that end a text
   * @throws IllegalArgumentException if one of them is out of range
   */
  public static GrammarVocabulary of(Tokenizer tokenizer, Collection<Integer> endIds) {
    List<byte[]> texts = new ArrayList<>(tokenizer.size());
    for (int id = 0; id < tokenizer.size(); id++) {
      texts.add(tokenizer.isControl(id) ? new byte[0] : tokenizer.bytes(id));
    }
    return new GrammarVocabulary(texts, endIds);
  }

  /**
   * The same whose texts end by other tokens.
   *
   * @throws IllegalArgumentException if one of them is out of range
   */
  public GrammarVocabulary withEndIds(Collection<Integer> ids) {
    return new GrammarVocabulary(new ArrayList<>(texts), ids);
  }

  /** How many tokens there are. */
  public int size() {
    return texts.size();
  }

  ByteTrie trie() {
    return trie;
  }

  /** A token's bytes; none where it is never a part of a text. */
  byte[] text(int id) {
    return texts.get(id);
  }

  /** The bytes that are tokens. */
  BitSet bytes() {
    return bytes;
  }

  BitSet endIds() {
    return endIds;
  }
}
