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

  /**
   * The text as it will be split; spaces are still spaces.
   *
   * @param begins whether the text begins here
   * @param ends whether it ends here
   */
  String normalize(String text, boolean begins, boolean ends) {
    String normal = characters.isPresent() ? characters.get().apply(text) : text;
    if (removesSpaces) {
      normal = withoutExtraSpaces(normal, begins, ends);
    }
    return addsSpace && begins && !normal.isEmpty() ? " " + normal : normal;
  }

  private static String withoutExtraSpaces(String text, boolean begins, boolean ends) {
    StringBuilder result = new StringBuilder(text.length());
    boolean space = begins; // so that leading ones go
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c != ' ' || !space) {
        result.append(c);
      }
      space = c == ' ';
    }
    int end = result.length();
    while (ends && end > 0 && isSpace(result.charAt(end - 1))) {
      end--;
    }
    return result.substring(0, end);
  }

  /** A written-out space as well, which SentencePiece removes at the end only. */
  private static boolean isSpace(char c) {
    return c == ' ' || c == PieceTexts.SPACE;
  }
}
