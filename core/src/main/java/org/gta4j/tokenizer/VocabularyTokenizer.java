package org.gta4j.tokenizer;

import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;

/**
 * A tokenizer made of a vocabulary and a way to split text into its pieces. Sought tokens are found
 * first, and what is between them is split.
 *
 * @param size how many ids there are; those beyond the vocabulary stand for no text
 * @param begin the id that begins texts
 * @param end the id that ends texts
 * @param addsBegin whether prompts get the first
 * @param space where the model writes a space before a text, which decoding takes away
 */
record VocabularyTokenizer(
    int size,
    Vocabulary vocabulary,
    TokenScanner scanner,
    SubwordModel model,
    OptionalInt begin,
    OptionalInt end,
    boolean addsBegin,
    Space space)
    implements Tokenizer {

  /** Where a space is put before text. */
  enum Space {
    /** Nowhere. */
    NEVER,
    /** Where a text begins. */
    AT_BEGIN,
    /** Where a text begins, and after each sought token. */
    AFTER_TOKENS
  }

  VocabularyTokenizer(
      Vocabulary vocabulary,
      TokenScanner scanner,
      SubwordModel model,
      OptionalInt begin,
      OptionalInt end,
      boolean addsBegin,
      Space space) {
    this(vocabulary.size(), vocabulary, scanner, model, begin, end, addsBegin, space);
  }

  /** With as many ids as the model has, at least as many as the vocabulary. */
  VocabularyTokenizer withSize(int ids) {
    return new VocabularyTokenizer(ids, vocabulary, scanner, model, begin, end, addsBegin, space);
  }

  /** Whether only the model has an id. */
  private boolean isBeyond(int id) {
    return id >= vocabulary.size() && id < size;
  }

  @Override
  public int[] encode(String text, Framing framing, ControlTokens control) {
    Ids ids = new Ids(text.length() / 3);
    if (framing == Framing.PROMPT && addsBegin) {
      begin.ifPresent(ids::add);
    }
    int at = 0;
    int from = 0;
    boolean begins = true;
    while (at < text.length() || from < text.length()) {
      TokenScanner.Match match = scanner.next(text, from, at, control);
      if (match.begin() > at) {
        boolean ends = match.begin() == text.length();
        model.encode(text.substring(at, match.begin()), begins, ends, ids);
        begins = false;
      }
      if (match.id() >= 0) {
        ids.add(match.id());
        begins = space == Space.AFTER_TOKENS;
      }
      at = Math.max(at, match.after());
      from = match.end();
    }
    return ids.toArray();
  }

  @Override
  public TokenDecoder decoder() {
    return new TokenDecoder((previous, id) -> {
      byte[] bytes = bytes(id);
      boolean strips = bytes.length > 0 && bytes[0] == ' ' && isBehindSpace(previous);
      return strips ? Arrays.copyOfRange(bytes, 1, bytes.length) : bytes;
    });
  }

  /** Whether encoding puts a space between a token and what comes after it. */
  private boolean isBehindSpace(int previous) {
    return switch (space) {
      case NEVER -> false;
      case AT_BEGIN -> previous < 0 || OptionalInt.of(previous).equals(begin);
      case AFTER_TOKENS ->
          previous < 0 || isBeyond(previous) || vocabulary.kind(previous).isSought();
    };
  }

  @Override
  public byte[] bytes(int id) {
    return isControl(id) ? new byte[0] : model.bytes(id);
  }

  @Override
  public String name(int id) {
    return isBeyond(id) ? "" : vocabulary.name(id);
  }

  @Override
  public OptionalInt id(String name) {
    return vocabulary.id(name);
  }

  @Override
  public List<String> controlTokens() {
    return vocabulary.controlTokens();
  }

  @Override
  public boolean isControl(int id) {
    return isBeyond(id) || vocabulary.kind(id).isControl();
  }
}
