package org.gta4j.data.text;

import java.util.List;
import java.util.stream.Collectors;

/**
 * A whole document.
 *
 * @param number how many documents stand before it where it was read, from 0 on
 * @param pieces what it is read in, at least one; the last one ends it
 */
public record Document(long number, List<Piece> pieces) {
  /** Copies the list. */
  public Document {
    pieces = List.copyOf(pieces);
  }

  /** All of its text. */
  public String text() {
    return pieces.size() == 1
        ? pieces.getFirst().text()
        : pieces.stream().map(Piece::text).collect(Collectors.joining());
  }
}
