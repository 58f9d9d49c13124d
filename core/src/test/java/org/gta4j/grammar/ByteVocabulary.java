package org.gta4j.grammar;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.gta4j.tokenizer.ControlTokens;
import org.gta4j.tokenizer.TokenDecoder;
import org.gta4j.tokenizer.Tokenizer;

/**
 * All bytes as tokens of the same number, some longer texts behind them, and a last one that ends
 * texts.
 */
record ByteVocabulary(List<byte[]> texts) implements Tokenizer {
  static ByteVocabulary with(String... longer) {
    List<byte[]> texts = new ArrayList<>();
    for (int i = 0; i < 256; i++) {
      texts.add(new byte[] {(byte) i});
    }
    for (String text : longer) {
      texts.add(text.getBytes(StandardCharsets.UTF_8));
    }
    texts.add(new byte[0]);
    return new ByteVocabulary(texts);
  }

  int endId() {
    return texts.size() - 1;
  }

  GrammarVocabulary vocabulary() {
    return GrammarVocabulary.of(this, List.of(endId()));
  }

  @Override
  public int size() {
    return texts.size();
  }

  @Override
  public int[] encode(String text, Framing framing, ControlTokens control) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    int[] ids = new int[bytes.length];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = bytes[i] & 0xFF;
    }
    return ids;
  }

  @Override
  public TokenDecoder decoder() {
    throw new UnsupportedOperationException();
  }

  @Override
  public byte[] bytes(int id) {
    return texts.get(id);
  }

  @Override
  public String name(int id) {
    return "token " + id;
  }

  @Override
  public OptionalInt id(String name) {
    return OptionalInt.empty();
  }

  @Override
  public List<String> controlTokens() {
    return List.of(name(endId()));
  }

  @Override
  public boolean isControl(int id) {
    return id == endId();
  }

  @Override
  public OptionalInt begin() {
    return OptionalInt.empty();
  }

  @Override
  public OptionalInt end() {
    return OptionalInt.of(endId());
  }
}
