package org.gta4j.cli;

import java.util.Collection;
import java.util.Optional;

/** What somebody meant who mistyped a name. */
public final class Similar {
  private Similar() {}

  /** The name that a slip of the finger or two turns into {@code typed}, if there is one. */
  public static Optional<String> to(String typed, Collection<String> names) {
    String nearest = "";
    int least = Integer.MAX_VALUE;
    for (String name : names) {
      int distance = distance(typed, name);
      if (distance < least) {
        nearest = name;
        least = distance;
      }
    }
    return least <= 1 + typed.length() / 4 ? Optional.of(nearest) : Optional.empty();
  }

  /** Levenshtein's distance: characters inserted, left out or exchanged. */
  private static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j < row.length; j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j < row.length; j++) {
        int exchanged = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(exchanged, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[b.length()];
  }
}
