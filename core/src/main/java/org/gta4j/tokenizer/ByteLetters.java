package org.gta4j.tokenizer;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/**
 * GPT-2's alphabet: a word's letters are its bytes. A byte that has no token is left out, as
 * Hugging Face's library does.
 */
final class ByteLetters implements Alphabet {
  private final Vocabulary vocabulary;
  private final Normalizing normalizing;
  private final int[] ids = new int[256];

  ByteLetters(Vocabulary vocabulary) {
    this(vocabulary, Normalizing.NOTHING);
  }

  ByteLetters(Vocabulary vocabulary, Normalizing normalizing) {
    this.vocabulary = vocabulary;
    this.normalizing = normalizing;
    for (int b = 0; b < ids.length; b++) {
      ids[b] = vocabulary.textId(String.valueOf(ByteAlphabet.letter(b)));
    }
  }

  @Override
  public String normalize(String text, boolean begins) {
    return normalizing.normalize(text, begins);
  }

  @Override
  public void letters(String word, Ids out) {
    for (byte b : word.getBytes(StandardCharsets.UTF_8)) {
      int id = ids[Byte.toUnsignedInt(b)];
      if (id >= 0) {
        out.add(id);
      }
    }
  }

  @Override
  public int whole(String word) {
    return vocabulary.textId(ByteAlphabet.letters(word.getBytes(StandardCharsets.UTF_8)));
  }

  @Override
  public byte[] bytes(int id) {
    String name = vocabulary.name(id);
    if (vocabulary.kind(id) == Vocabulary.Kind.USER_DEFINED) {
      return name.getBytes(StandardCharsets.UTF_8); // written as it is
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(name.length());
    for (int i = 0; i < name.length(); i++) {
      int b = ByteAlphabet.value(name.charAt(i));
      if (b < 0) {
        return name.getBytes(StandardCharsets.UTF_8); // no name in the alphabet: a text as it is
      }
      bytes.write(b);
    }
    return bytes.toByteArray();
  }
}
