package org.gta4j.tokenizer;

/**
 * The alphabet of vocabularies that were SentencePiece's: a word's letters are its characters;
 * those without a token are their bytes' tokens, or one for what is unknown.
 */
final class CharacterLetters implements Alphabet {
  private final PieceTexts texts;
  private final Normalizing normalizing;
  private final boolean fusesUnknown;

  /**
   * An alphabet.
   *
   * @param fusesUnknown whether unknown characters in a row are one token
   */
  CharacterLetters(PieceTexts texts, Normalizing normalizing, boolean fusesUnknown) {
    this.texts = texts;
    this.normalizing = normalizing;
    this.fusesUnknown = fusesUnknown;
  }

  @Override
  public String normalize(String text, boolean begins) {
    return normalizing.normalize(text, begins);
  }

  @Override
  public void letters(String word, Ids ids) {
    boolean unknown = false;
    for (int at = 0; at < word.length(); ) {
      int end = at + Character.charCount(word.codePointAt(at));
      String letter = word.substring(at, end);
      int id = texts.mergeId(letter);
      if (id >= 0) {
        ids.add(id);
        unknown = false;
      } else {
        unknown = texts.addUnknown(letter, unknown && fusesUnknown, ids);
      }
      at = end;
    }
  }

  @Override
  public int whole(String word) {
    return texts.mergeId(word);
  }

  @Override
  public byte[] bytes(int id) {
    return texts.bytes(id);
  }
}
