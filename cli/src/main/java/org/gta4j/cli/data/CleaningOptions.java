package org.gta4j.cli.data;

import org.gta4j.cli.Setting;
import org.gta4j.cli.UsageException;
import org.gta4j.cli.Verb;
import org.gta4j.data.text.Cleaning;
import org.gta4j.data.text.DocumentFilter;
import org.gta4j.data.text.Duplicates;

/** What is left out of what a model learns from; nothing where nobody asks. */
final class CleaningOptions {
  private static final double USUAL_SIMILARITY = 0.8;

  private final Setting<Long> leastCharacters =
      Setting.wide("--min-characters", "N", "Leave out documents of fewer characters.");
  private final Setting<Long> mostCharacters =
      Setting.wide("--max-characters", "N", "Leave out documents of more characters.");
  private final Setting<Double> leastLetters =
      Setting.number(
          "--min-letters",
          "SHARE",
          "Leave out documents in which fewer of the characters that are no white space are"
              + " letters: 0.6, say.");
  private final Setting<Double> mostRepeatedLines =
      Setting.number(
          "--max-repeated-lines",
          "SHARE",
          "Leave out documents in which more of the lines were there before: 0.3, say.");
  private final Setting<String> duplicates =
      Setting.text(
          "--deduplicate",
          "KIND",
          "exact: leave out documents that are equal to an earlier one. near (--engine spark): and"
              + " those that are nearly so.");
  private final Setting<Double> similarity =
      Setting.number(
          "--similarity",
          "SHARE",
          "Of runs of five words that two documents have, how many both must have to be nearly equal (default: %s)."
              .formatted(USUAL_SIMILARITY));

  void addTo(Verb verb) {
    verb.add(
        leastCharacters, mostCharacters, leastLetters, mostRepeatedLines, duplicates, similarity);
  }

  /** The checked options. */
  Cleaning cleaning() {
    DocumentFilter none = DocumentFilter.none();
    try {
      return new Cleaning(
          new DocumentFilter(
              leastCharacters.or(none.leastCharacters()),
              mostCharacters.or(none.mostCharacters()),
              leastLetters.or(none.leastLetters()),
              mostRepeatedLines.or(none.mostRepeatedLines())),
          duplicates());
    } catch (IllegalArgumentException e) {
      throw UsageException.of(e);
    }
  }

  private Duplicates duplicates() {
    String kind = duplicates.or("none");
    if (similarity.isGiven() && !kind.equals("near")) {
      throw new UsageException("--similarity is for --deduplicate near: add that");
    }
    return switch (kind) {
      case "none" -> new Duplicates.Kept();
      case "exact" -> new Duplicates.Exact();
      case "near" -> new Duplicates.Near(similarity.or(USUAL_SIMILARITY));
      default -> throw UsageException.of("--deduplicate", "none, exact or near", kind);
    };
  }
}
