package org.gta4j.generate;

import java.util.List;

/**
 * Looks for stop texts in a text that comes in pieces, and keeps back what may be the beginning of
 * one.
 */
final class StopScanner {
  private final List<String> stops;
  private final StringBuilder held = new StringBuilder();
  private boolean found;

  StopScanner(List<String> stops) {
    this.stops = stops;
  }

  /** Whether a stop text has come. */
  boolean found() {
    return found;
  }

  /** Takes a piece; returns the text that is certain to belong to the answer. */
  String accept(String piece) {
    held.append(piece);
    int first = -1;
    int end = Integer.MAX_VALUE;
    for (String stop : stops) {
      int at = held.indexOf(stop);
      // The one that is complete first, of several the longest: so pieces of any size end alike.
      if (at >= 0 && (at + stop.length() < end || (at + stop.length() == end && at < first))) {
        first = at;
        end = at + stop.length();
      }
    }
    if (first >= 0) {
      found = true;
      held.setLength(first);
      return end();
    }
    int keep = 0;
    for (String stop : stops) {
      keep = Math.max(keep, overlap(stop));
    }
    String certain = held.substring(0, held.length() - keep);
    held.delete(0, certain.length());
    return certain;
  }

  /** What was kept back, at the end of the text. */
  String end() {
    String rest = held.toString();
    held.setLength(0);
    return rest;
  }

  /** How long the longest end of the held text is that {@code stop} begins with. */
  private int overlap(String stop) {
    for (int length = Math.min(stop.length() - 1, held.length()); length > 0; length--) {
      if (stop.startsWith(held.substring(held.length() - length))) {
        return length;
      }
    }
    return 0;
  }
}
