package org.gta4j.grammar;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.gta4j.grammar.Grammar.Edge;
import org.gta4j.grammar.Grammar.Graph;
import tools.jackson.databind.JsonNode;

/**
 * The parts of JSON as models write it: spaces where they write them, and nothing of which a model
 * could write more and more without getting anywhere.
 */
final class JsonText {
  /** Of a run of indentation; what is nested more deeply is indented no further. */
  private static final int MAX_INDENTATION = 20;

  private static final int MAX_EXPONENT_DIGITS = 2;

  /** As many digits as a 64-bit integer may have. */
  static final int MAX_DIGITS = 19;

  static final int MAX_FRACTION_DIGITS = 16;

  static final CodePoints DIGITS = CodePoints.of('0', '9');
  static final CodePoints NOT_ZERO = CodePoints.of('1', '9');
  private static final CodePoints HEX =
      DIGITS.or(CodePoints.of('a', 'f')).or(CodePoints.of('A', 'F'));
  private static final CodePoints CONTROL = CodePoints.of(0, 0x1F);
  private static final CodePoints RAW = CONTROL.or(CodePoints.of("\"\\")).not();
  private static final CodePoints HIGH = CodePoints.of("89abAB");

  /** What JSON has a letter for, and the letters. */
  private static final String SHORT = "\b\f\n\r\t\"\\";

  private static final String SHORT_LETTERS = "bfnrt\"\\";

  /** Nothing, one space, or at most two line breaks and an indentation. */
  static final Grammar SPACE =
      Grammar.choice(
          Grammar.literal(""),
          Grammar.literal(" "),
          Grammar.sequence(
              Grammar.repeat(Grammar.literal("\n"), 1, 2),
              Grammar.repeat(Grammar.characters(CodePoints.of(" \t")), 0, MAX_INDENTATION)));

  /** Between a key and its value. */
  static final Grammar COLON =
      Grammar.sequence(Grammar.literal(":"), Grammar.optional(Grammar.literal(" ")));

  static final Grammar COMMA = Grammar.sequence(Grammar.literal(","), SPACE);

  private JsonText() {}

  /** What begins an object or a list. */
  static Grammar open(String bracket) {
    return Grammar.sequence(Grammar.literal(bracket), SPACE);
  }

  /** What ends one that is not empty. */
  static Grammar close(String bracket) {
    return Grammar.sequence(SPACE, Grammar.literal(bracket));
  }

  /** Any string, with all of JSON's escapes but halves of characters. */
  static Grammar anyString() {
    return new Graph(
        3,
        List.of(
            new Edge(0, Grammar.literal("\""), 1),
            new Edge(1, Grammar.characters(RAW), 1),
            new Edge(1, escape(), 1),
            new Edge(1, Grammar.literal("\""), 2)),
        List.of(2));
  }

  /** What may follow the place in a string where it differs from all names. */
  static Grammar restOfString() {
    return Grammar.sequence(
        Grammar.repeat(Grammar.choice(Grammar.characters(RAW), escape()), 0),
        Grammar.literal("\""));
  }

  private static Grammar escape() {
    Grammar hex = Grammar.characters(HEX);
    Grammar notSurrogate =
        Grammar.choice(
            Grammar.sequence(Grammar.characters(HEX.and(CodePoints.of("dD").not())), hex, hex, hex),
            Grammar.sequence(
                Grammar.characters(CodePoints.of("dD")),
                Grammar.characters(CodePoints.of('0', '7')),
                hex,
                hex));
    Grammar pair =
        Grammar.sequence(
            Grammar.characters(CodePoints.of("dD")),
            Grammar.characters(HIGH),
            hex,
            hex,
            Grammar.literal("\\u"),
            Grammar.characters(CodePoints.of("dD")),
            Grammar.characters(CodePoints.of("cdefCDEF")),
            hex,
            hex);
    return Grammar.sequence(
        Grammar.literal("\\"),
        Grammar.choice(
            Grammar.characters(CodePoints.of(SHORT_LETTERS + "/")),
            Grammar.sequence(Grammar.literal("u"), Grammar.choice(notSurrogate, pair))));
  }

  /** A character of a set, as it is written within a string: as itself wherever it can be. */
  static Grammar encoded(CodePoints set) {
    List<Grammar> ways = new ArrayList<>();
    CodePoints raw = set.and(RAW);
    if (!raw.isEmpty()) {
      ways.add(Grammar.characters(raw));
    }
    StringBuilder letters = new StringBuilder();
    for (int i = 0; i < SHORT.length(); i++) {
      if (set.contains(SHORT.charAt(i))) {
        letters.append(SHORT_LETTERS.charAt(i));
      }
    }
    if (!letters.isEmpty()) {
      ways.add(
          Grammar.sequence(
              Grammar.literal("\\"), Grammar.characters(CodePoints.of(letters.toString()))));
    }
    CodePoints control = set.and(CONTROL);
    for (int high = 0; high < 2; high++) {
      CodePoints low = CodePoints.of("");
      for (int i = 0; i < 16; i++) {
        if (control.contains(16 * high + i)) {
          String digit = Integer.toHexString(i);
          low = low.or(CodePoints.of(digit + digit.toUpperCase(Locale.ROOT)));
        }
      }
      if (!low.isEmpty()) {
        ways.add(Grammar.sequence(Grammar.literal("\\u00" + high), Grammar.characters(low)));
      }
    }
    return new Grammar.Choice(ways);
  }

  /** One string. */
  static Grammar string(String text) {
    List<Grammar> parts = new ArrayList<>();
    parts.add(Grammar.literal("\""));
    StringBuilder plain = new StringBuilder();
    text.codePoints()
        .forEach(character -> {
          if (RAW.contains(character)) {
            plain.appendCodePoint(character);
          } else if (Character.MIN_SURROGATE <= character && character <= Character.MAX_SURROGATE) {
            throw new GrammarException("a string has half a character: " + text);
          } else {
            parts.add(Grammar.literal(plain.toString()));
            plain.setLength(0);
            parts.add(encoded(CodePoints.of(character, character)));
          }
        });
    plain.append('"');
    parts.add(Grammar.literal(plain.toString()));
    return new Grammar.Sequence(parts);
  }

  /** A whole number of at most 19 digits. */
  static Grammar anyInteger() {
    return Grammar.choice(
        Grammar.literal("0"),
        Grammar.sequence(
            Grammar.optional(Grammar.literal("-")),
            Grammar.characters(NOT_ZERO),
            digits(0, MAX_DIGITS - 1)));
  }

  /** A number with a bounded number of digits. */
  static Grammar anyNumber() {
    return Grammar.sequence(
        Grammar.optional(Grammar.literal("-")),
        Grammar.choice(
            Grammar.literal("0"),
            Grammar.sequence(Grammar.characters(NOT_ZERO), digits(0, MAX_DIGITS - 1))),
        Grammar.optional(Grammar.sequence(Grammar.literal("."), digits(1, MAX_FRACTION_DIGITS))),
        Grammar.optional(
            Grammar.sequence(
                Grammar.characters(CodePoints.of("eE")),
                Grammar.optional(Grammar.characters(CodePoints.of("+-"))),
                digits(1, MAX_EXPONENT_DIGITS))));
  }

  private static Grammar digits(int min, int max) {
    return Grammar.repeat(Grammar.characters(DIGITS), min, max);
  }

  /** One value, with an object's keys in their order. */
  static Grammar constant(JsonNode value) {
    if (value.isString()) {
      return string(value.stringValue());
    }
    if (!value.isContainer()) {
      return Grammar.literal(value.toString());
    }
    List<Grammar> members = new ArrayList<>();
    if (value.isObject()) {
      value
          .properties()
          .forEach(member ->
              members.add(
                  Grammar.sequence(string(member.getKey()), COLON, constant(member.getValue()))));
    } else {
      value.forEach(item -> members.add(constant(item)));
    }
    String brackets = value.isObject() ? "{}" : "[]";
    List<Grammar> parts = new ArrayList<>();
    parts.add(open(brackets.substring(0, 1)));
    for (int i = 0; i < members.size(); i++) {
      if (i > 0) {
        parts.add(COMMA);
      }
      parts.add(members.get(i));
    }
    parts.add(
        members.isEmpty() ? Grammar.literal(brackets.substring(1)) : close(brackets.substring(1)));
    return new Grammar.Sequence(parts);
  }
}
