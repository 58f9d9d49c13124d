package org.gta4j.data.text;

import java.util.EnumMap;
import java.util.Map;
import java.util.stream.Collectors;

/** How many documents were removed, and why. Not thread-safe. */
public final class CleaningCounts {
  private final Map<Removal, Long> removed = new EnumMap<>(Removal.class);

  /** Nothing was removed yet. */
  public CleaningCounts() {}

  /** Counts documents. */
  public void add(Removal why, long count) {
    if (count > 0) {
      removed.merge(why, count, Long::sum);
    }
  }

  /** Documents by reasons; without reasons that did not occur. */
  public Map<Removal, Long> removed() {
    return Map.copyOf(removed);
  }

  /** For people: how many of what; empty where nothing was removed. */
  public String sentence() {
    return removed.entrySet().stream()
        .map(each -> "%,d %s".formatted(each.getValue(), each.getKey().label().replace('_', ' ')))
        .collect(Collectors.joining(", "));
  }
}
