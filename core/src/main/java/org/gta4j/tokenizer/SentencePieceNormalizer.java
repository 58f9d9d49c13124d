package org.gta4j.tokenizer;

import java.util.Optional;

/**
 * What SentencePiece does to a text before it splits it.
 *
 * @param addsSpace whether a space is put before a text
 * @param removesSpaces whether spaces at both ends and repeated ones are removed
 * @param characters how characters are replaced
 */
record SentencePieceNormalizer(
    boolean addsSpace, boolean removesSpaces, Optional<CharacterMap> characters) {

  /** The text as it will be split; spaces are still spaces. */
  String normalize(String text, boolean begins) {
    String normal = characters.isPresent() ? characters.get().apply(text) : text;
    if (removesSpaces) {
      normal = withoutExtraSpaces(normal);
    }
    return addsSpace && begins && !normal.isEmpty() ? " " + normal : normal;
  }

  private static String withoutExtraSpaces(String text) {
    StringBuilder result = new StringBuilder(text.length());
    boolean space = true; // so that leading ones go
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean isSpace = c == ' ' || c == PieceTexts.SPACE;
      if (!isSpace) {
        result.append(c);
      } else if (!space) {
        result.append(' ');
      }
      space = isSpace;
    }
    if (!result.isEmpty() && result.charAt(result.length() - 1) == ' ') {
      result.setLength(result.length() - 1);
    }
    return result.toString();
  }
}
