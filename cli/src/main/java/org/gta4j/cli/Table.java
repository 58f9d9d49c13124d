package org.gta4j.cli;

import java.util.List;

/** Lines whose columns stand below each other. */
final class Table {
  private Table() {}

  /** The rows as text, two spaces between the columns. */
  static String of(List<String[]> rows) {
    int[] widths = new int[rows.stream().mapToInt(row -> row.length).max().orElse(0)];
    for (String[] row : rows) {
      for (int i = 0; i < row.length; i++) {
        widths[i] = Math.max(widths[i], row[i].length());
      }
    }
    StringBuilder text = new StringBuilder();
    for (String[] row : rows) {
      for (int i = 0; i < row.length; i++) {
        text.append(row[i]);
        if (i + 1 < row.length) {
          text.repeat(' ', widths[i] - row[i].length() + 2);
        }
      }
      text.append('\n');
    }
    return text.toString();
  }
}
