package org.gta4j.cli.spark.prepare;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.gta4j.data.text.Cleaning;
import org.gta4j.data.text.CleaningCounts;
import org.gta4j.data.text.DocumentGate;
import org.gta4j.data.text.Piece;
import org.gta4j.data.text.Portions;
import org.gta4j.data.text.Removal;

/**
 * Some of a split's text, after cleaning.
 *
 * @param split whose
 * @param number its place among those of the split, from 0 on
 * @param pieces the text; empty at a split's end
 * @param removed at a split's end, what was left out of it
 */
record TextPortion(int split, int number, List<Piece> pieces, Map<Removal, Long> removed)
    implements Serializable {
  /**
   * Reads a split.
   *
   * @param duplicates numbers of its documents that are duplicates, ascending
   */
  static Iterator<TextPortion> of(TextSplit split, Cleaning cleaning, long[] duplicates) {
    return new Pulled<>(told -> {
      int[] count = new int[1];
      Portions portions =
          new Portions(pieces ->
              told.accept(
                  new TextPortion(split.index(), count[0]++, new ArrayList<>(pieces), Map.of())));
      CleaningCounts removed = new CleaningCounts();
      if (cleaning.isNone()) {
        split.read(portions);
      } else {
        split.read(
            new DocumentGate(
                cleaning.filter(),
                document -> Arrays.binarySearch(duplicates, document.number()) >= 0,
                document -> document.pieces().forEach(portions),
                removed));
      }
      portions.end();
      Map<Removal, Long> sent = new EnumMap<>(Removal.class);
      sent.putAll(removed.removed());
      told.accept(new TextPortion(split.index(), count[0], List.of(), sent));
    });
  }
}
