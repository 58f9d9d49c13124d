package org.gta4j.cli;

import java.util.ArrayList;
import java.util.List;

/** Token ids as users write them: {@code 1,403,407}, also with spaces and in brackets. */
final class TokenIds {
  private TokenIds() {}

  /**
   * The ids.
   *
   * @throws UsageException if one is not an integer, or there is none
   * @throws RefusedException if one is larger than any vocabulary
   */
  static int[] parse(String text) {
    String list = text.strip();
    if (list.startsWith("[") && list.endsWith("]")) {
      list = list.substring(1, list.length() - 1);
    }
    List<String> items = split(list);
    int[] ids = new int[items.size()];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = id(items.get(i).strip());
    }
    return ids;
  }

  /**
   * The ids in a file, between commas or white space.
   *
   * @throws RefusedException if one is not an id, or there is none
   */
  static int[] parseFile(String file, String text) {
    String list = text.strip();
    try {
      return parse(list.replaceAll("\\s*,\\s*|\\s+", ","));
    } catch (UsageException e) {
      throw new RefusedException(
          file + String.valueOf(e.getMessage()).substring("--ids".length()), e);
    }
  }

  private static List<String> split(String list) {
    List<String> items = new ArrayList<>();
    int begin = 0;
    for (int comma = list.indexOf(','); comma >= 0; comma = list.indexOf(',', begin)) {
      items.add(list.substring(begin, comma));
      begin = comma + 1;
    }
    items.add(list.substring(begin));
    return items;
  }

  private static int id(String text) {
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException e) {
      if (isInteger(text)) {
        throw new RefusedException("token id %s is out of range".formatted(text), e);
      }
      throw UsageException.of(
          "--ids",
          "token ids such as 1,403,407",
          text.isEmpty() ? "nothing where one should be" : text);
    }
  }

  private static boolean isInteger(String text) {
    int digits = text.startsWith("-") || text.startsWith("+") ? 1 : 0;
    return text.length() > digits && text.chars().skip(digits).allMatch(c -> c >= '0' && c <= '9');
  }

  /** The ids as {@link #parse} reads them. */
  static String format(int... ids) {
    StringBuilder text = new StringBuilder();
    for (int id : ids) {
      text.append(text.isEmpty() ? "" : ",").append(id);
    }
    return text.toString();
  }
}
