package org.gta4j.data.text;

import java.io.Serializable;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * Which documents are worth learning from, by what can be counted in them.
 *
 * @param leastCharacters characters of a document at least; 0 for no limit
 * @param mostCharacters characters at most
 * @param leastLetters which share of the characters that are no white space are letters, at least:
 *     0 to 1
 * @param mostRepeatedLines which share of the lines with anything in them were there before in the
 *     same document, at most: 0 to 1
 */
public record DocumentFilter(
    long leastCharacters, long mostCharacters, double leastLetters, double mostRepeatedLines)
    implements Serializable {
  /** Checks the numbers. */
  public DocumentFilter {
    if (leastCharacters < 0) {
      throw new IllegalArgumentException(
          "min-characters: expected an integer from 0 on, found " + leastCharacters);
    }
    if (mostCharacters < Math.max(1, leastCharacters)) {
      throw new IllegalArgumentException(
          "max-characters: expected an integer from %d on, found %d"
              .formatted(Math.max(1, leastCharacters), mostCharacters));
    }
    requireShare("min-letters", leastLetters);
    requireShare("max-repeated-lines", mostRepeatedLines);
  }

  private static void requireShare(String name, double value) {
    if (!(value >= 0 && value <= 1)) {
      throw new IllegalArgumentException(
          "%s: expected a share from 0 to 1, found %s".formatted(name, value));
    }
  }

  /** One that lets everything pass. */
  public static DocumentFilter none() {
    return new DocumentFilter(0, Long.MAX_VALUE, 0, 1);
  }

  /** Why a document is removed, if it is: the first reason that applies. */
  public Optional<Removal> removal(String text) {
    long characters = text.codePointCount(0, text.length());
    if (characters < leastCharacters) {
      return Optional.of(Removal.SHORT);
    }
    if (characters > mostCharacters) {
      return Optional.of(Removal.LONG);
    }
    if (leastLetters > 0 && letters(text) < leastLetters) {
      return Optional.of(Removal.FEW_LETTERS);
    }
    if (mostRepeatedLines < 1 && repeatedLines(text) > mostRepeatedLines) {
      return Optional.of(Removal.REPEATED_LINES);
    }
    return Optional.empty();
  }

  private static double letters(String text) {
    long letters = text.codePoints().filter(Character::isLetter).count();
    long all = text.codePoints().filter(c -> !Character.isWhitespace(c)).count();
    return all == 0 ? 0 : (double) letters / all;
  }

  private static double repeatedLines(String text) {
    Set<String> seen = new HashSet<>();
    long all = text.lines().map(String::strip).filter(line -> !line.isEmpty()).count();
    text.lines().map(String::strip).filter(line -> !line.isEmpty()).forEach(seen::add);
    return all == 0 ? 0 : (double) (all - seen.size()) / all;
  }
}
