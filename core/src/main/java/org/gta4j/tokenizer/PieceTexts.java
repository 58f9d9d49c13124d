package org.gta4j.tokenizer;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/**
 * What SentencePiece's models have in common: pieces in which a space is {@code ▁}, tokens of
 * single bytes, and how a text is written before it is split.
 */
final class PieceTexts {
  static final char SPACE = '\u2581';

  private final Vocabulary vocabulary;
  private final SentencePieceNormalizer normalizer;
  private final Map<String, Integer> mergeIds;
  private final int[] byteIds;
  private final int unknown;
  private final int longest;

  PieceTexts(Vocabulary vocabulary, SentencePieceNormalizer normalizer) {
    this(vocabulary, normalizer, vocabulary.kinds().indexOf(Vocabulary.Kind.UNKNOWN));
  }

  /** With the id of the token for what is unknown; −1 where there is none. */
  PieceTexts(Vocabulary vocabulary, SentencePieceNormalizer normalizer, int unknown) {
    this.vocabulary = vocabulary;
    this.normalizer = normalizer;
    this.unknown = unknown;
    byteIds = vocabulary.byteIds();
    mergeIds = HashMap.newHashMap(vocabulary.size());
    int most = 0;
    for (int id = 0; id < vocabulary.size(); id++) {
      Vocabulary.Kind kind = vocabulary.kinds().get(id);
      String name = vocabulary.names().get(id);
      if ((kind.isText() || kind == Vocabulary.Kind.UNUSED) && !name.isEmpty()) {
        mergeIds.putIfAbsent(name, id);
        most = Math.max(most, name.length());
      }
    }
    longest = most;
  }

  Vocabulary vocabulary() {
    return vocabulary;
  }

  /** The text as the model's pieces write it. */
  String normalize(String text, boolean begins, boolean ends) {
    return normalizer.normalize(text, begins, ends).replace(' ', SPACE);
  }

  /** The id of a piece that text may become, used or not; −1 where there is none. */
  int mergeId(String piece) {
    return mergeIds.getOrDefault(piece, -1);
  }

  /** Chars of the longest such piece. */
  int longest() {
    return longest;
  }

  boolean isUnused(int id) {
    return vocabulary.kinds().get(id) == Vocabulary.Kind.UNUSED;
  }

  /**
   * Adds what stands for a symbol without a piece: its bytes, or one token for all unknown symbols
   * in a row, or nothing where the vocabulary has neither.
   *
   * @param again whether the symbol before became the token for what is unknown
   * @return whether this one did
   */
  boolean addUnknown(String symbol, boolean again, Ids ids) {
    byte[] bytes = symbol.getBytes(StandardCharsets.UTF_8);
    boolean complete = true;
    for (byte b : bytes) {
      complete &= byteIds[Byte.toUnsignedInt(b)] >= 0;
    }
    if (complete) {
      for (byte b : bytes) {
        ids.add(byteIds[Byte.toUnsignedInt(b)]);
      }
      return false;
    }
    if (unknown >= 0 && !again) {
      ids.add(unknown);
    }
    return unknown >= 0;
  }

  /** The bytes that a token stands for. */
  byte[] bytes(int id) {
    String name = vocabulary.name(id);
    if (vocabulary.kind(id) == Vocabulary.Kind.BYTE) {
      int value = byteOf(name);
      if (value >= 0) {
        return new byte[] {(byte) value};
      }
    }
    return name.replace(SPACE, ' ').getBytes(StandardCharsets.UTF_8);
  }

  /** The byte in {@code <0x0A>}; −1 where it is none. */
  private static int byteOf(String name) {
    if (name.length() != 6 || !name.startsWith("<0x") || name.charAt(5) != '>') {
      return -1;
    }
    int high = Character.digit(name.charAt(3), 16);
    int low = Character.digit(name.charAt(4), 16);
    return high < 0 || low < 0 ? -1 : high * 16 + low;
  }
}
