package org.gta4j.grammar;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The formats of strings that can be held to, each as an expression. Some allow less than the
 * standards do: no leap seconds, no quoted names before the @ of an address.
 */
final class Formats {
  private static final String LEAP_YEAR =
      "(\\d\\d(0[48]|[2468][048]|[13579][26])|([02468][048]|[13579][26])00)";
  private static final String DATE =
      "(\\d{4}-((0[13578]|1[02])-(0[1-9]|[12]\\d|3[01])|(0[469]|11)-(0[1-9]|[12]\\d|30)"
          + "|02-(0[1-9]|1\\d|2[0-8]))|"
          + LEAP_YEAR
          + "-02-29)";
  private static final String TIME =
      "([01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d(\\.\\d{1,9})?(Z|[+-]([01]\\d|2[0-3]):[0-5]\\d)";
  private static final String BYTE = "(25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)";
  private static final String GROUP = "[0-9a-fA-F]{1,4}";
  private static final String LABEL = "[A-Za-z0-9]([A-Za-z0-9-]{0,30}[A-Za-z0-9])?";
  private static final String NAME = "[A-Za-z0-9_+-]{1,20}(\\.[A-Za-z0-9_+-]{1,20}){0,2}";
  private static final String HOST = "[A-Za-z0-9]{1,30}(\\." + LABEL + "){0,4}";
  private static final String DAYS =
      "(\\d{1,6}Y(\\d{1,6}M(\\d{1,6}D)?)?|\\d{1,6}M(\\d{1,6}D)?|\\d{1,6}D)";
  private static final String CLOCK =
      "T(\\d{1,6}H(\\d{1,6}M(\\d{1,6}S)?)?|\\d{1,6}M(\\d{1,6}S)?|\\d{1,6}S)";

  private static final Map<String, String> EXPRESSIONS =
      new TreeMap<>(
          Map.ofEntries(
              Map.entry("date", DATE),
              Map.entry("time", TIME),
              Map.entry("date-time", DATE + "T" + TIME),
              Map.entry("duration", "P(" + DAYS + "(" + CLOCK + ")?|" + CLOCK + "|\\d{1,6}W)"),
              Map.entry("uuid", "[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"),
              Map.entry("ipv4", BYTE + "(\\." + BYTE + "){3}"),
              Map.entry("ipv6", ipv6()),
              Map.entry("email", NAME + "@" + LABEL + "(\\." + LABEL + "){0,2}\\.[A-Za-z]{2,20}"),
              Map.entry("hostname", HOST),
              Map.entry(
                  "uri",
                  "[a-z][a-z0-9]{1,15}://"
                      + HOST
                      + "(:[1-9]\\d{0,3})?(/[A-Za-z0-9._~-]{1,100}){0,20}/?"
                      + "(\\?[A-Za-z0-9._~=&-]{1,200})?(#[A-Za-z0-9._~-]{1,100})?")));

  private Formats() {}

  /** All groups, or a run of them left out. */
  private static String ipv6() {
    StringBuilder ways = new StringBuilder("(" + GROUP + ":){7}" + GROUP);
    ways.append("|::(" + GROUP + "(:" + GROUP + "){0,5})?");
    for (int before = 1; before <= 6; before++) {
      ways.append("|" + GROUP + "(:" + GROUP + "){" + (before - 1) + "}::");
      if (before < 6) {
        ways.append("(" + GROUP + "(:" + GROUP + "){0," + (5 - before) + "})?");
      }
    }
    return ways.toString();
  }

  /** The strings of a format, where it can be held to. */
  static Optional<TextNetwork> network(String format) {
    return Optional.ofNullable(EXPRESSIONS.get(format))
        .map(expression -> TextNetwork.of(RegularExpression.parse("^(?:" + expression + ")$")));
  }

  /** What the formats are called. */
  static String names() {
    return String.join(", ", EXPRESSIONS.keySet());
  }
}
