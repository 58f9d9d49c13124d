package org.gta4j.grammar;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/**
 * Reads the regular expressions of a schema's {@code pattern}. Where dialects differ in what is a
 * space or a line break, what is allowed is what all of them allow; what is no regular language
 * (back references, looking around) is refused.
 *
 * <p>As a schema wants it, an expression is sought anywhere in a string unless it is anchored.
 */
final class RegularExpression {
  private static final int MAX_LENGTH = 2_000;
  private static final int MAX_NESTING = 50;
  private static final int MAX_COUNT_DIGITS = 4;

  private static final CodePoints DIGIT = CodePoints.of('0', '9');
  private static final CodePoints WORD =
      DIGIT.or(CodePoints.of('a', 'z')).or(CodePoints.of('A', 'Z')).or(CodePoints.of("_"));
  private static final CodePoints SPACE = CodePoints.of(" \t\n\u000B\f\r");
  private static final CodePoints ALL_SPACES =
      SPACE
          .or(CodePoints.of("\u0085\u00A0\u1680\u180E\u2028\u2029\u202F\u205F\u3000\uFEFF"))
          .or(CodePoints.of(0x2000, 0x200A));
  private static final CodePoints LINE_BREAKS = CodePoints.of("\n\r\u0085\u2028\u2029");

  /** What a class has in every dialect, and what it has in any. */
  private record Set(CodePoints sure, CodePoints possible) {
    static Set of(CodePoints set) {
      return new Set(set, set);
    }

    Set or(Set other) {
      return new Set(sure.or(other.sure), possible.or(other.possible));
    }

    Set not() {
      return new Set(possible.not(), sure.not());
    }
  }

  private final int[] text;
  private int at;
  private int nesting;

  private RegularExpression(String pattern) {
    text = pattern.codePoints().toArray();
  }

  /**
   * The strings in which an expression is found, as characters, sequences, choices and repeats.
   *
   * @throws GrammarException if the expression is wrong or not regular
   */
  static Grammar parse(String pattern) {
    if (pattern.length() > MAX_LENGTH) {
      throw new GrammarException(
          "an expression of %d characters (at most %d)".formatted(pattern.length(), MAX_LENGTH));
    }
    RegularExpression expression = new RegularExpression(pattern);
    List<Grammar> ways = new ArrayList<>();
    do {
      List<Grammar> parts = new ArrayList<>();
      if (!expression.take('^')) {
        parts.add(Grammar.anyText());
      }
      parts.add(expression.sequence());
      if (!expression.take('$')) {
        parts.add(Grammar.anyText());
      } else if (!expression.atEnd() && !expression.isAt('|')) {
        throw expression.wrong("$ before the end of an alternative");
      }
      ways.add(new Grammar.Sequence(parts));
    } while (expression.take('|'));
    if (!expression.atEnd()) {
      throw expression.wrong("an unexpected character");
    }
    return new Grammar.Choice(ways);
  }

  private boolean atEnd() {
    return at == text.length;
  }

  private boolean isAt(int character) {
    return at < text.length && text[at] == character;
  }

  private boolean take(int character) {
    if (isAt(character)) {
      at++;
      return true;
    }
    return false;
  }

  private int next() {
    if (atEnd()) {
      throw wrong("an early end");
    }
    return text[at++];
  }

  private GrammarException wrong(String what) {
    return new GrammarException(
        "%s at character %d of the expression %s"
            .formatted(what, at, new String(text, 0, text.length)));
  }

  private Grammar alternatives() {
    if (++nesting > MAX_NESTING) {
      throw wrong("groups nested more than %d deep".formatted(MAX_NESTING));
    }
    List<Grammar> ways = new ArrayList<>();
    do {
      ways.add(sequence());
    } while (take('|'));
    nesting--;
    return new Grammar.Choice(ways);
  }

  private Grammar sequence() {
    List<Grammar> parts = new ArrayList<>();
    while (!atEnd() && !isAt('|') && !isAt(')') && !isAt('$')) {
      parts.add(quantified(atom()));
    }
    return new Grammar.Sequence(parts);
  }

  private Grammar atom() {
    int character = next();
    return switch (character) {
      case '(' -> group();
      case '[' -> Grammar.characters(bracketed());
      case '.' -> Grammar.characters(LINE_BREAKS.not());
      case '\\' -> Grammar.characters(escape(false).sure());
      case '^' -> throw wrong("^ behind the begin of an alternative");
      case '*', '+', '?', '{' -> throw wrong("a count of nothing");
      default -> Grammar.characters(CodePoints.of(character, character));
    };
  }

  private Grammar group() {
    if (take('?')) {
      if (take('<')) {
        if (isAt('=') || isAt('!')) {
          throw wrong("looking behind");
        }
        while (next() != '>') {
          // A group's name means nothing without references to it.
        }
      } else if (!take(':')) {
        throw wrong("looking ahead, or an option of a group");
      }
    }
    Grammar inside = alternatives();
    if (isAt('$')) {
      throw wrong("$ within a group");
    }
    if (!take(')')) {
      throw wrong("a group that is not closed");
    }
    return inside;
  }

  private Grammar quantified(Grammar atom) {
    int min;
    OptionalInt max = OptionalInt.empty();
    if (take('*')) {
      min = 0;
    } else if (take('+')) {
      min = 1;
    } else if (take('?')) {
      min = 0;
      max = OptionalInt.of(1);
    } else if (take('{')) {
      min = number();
      if (!take(',')) {
        max = OptionalInt.of(min);
      } else if (!isAt('}')) {
        max = OptionalInt.of(number());
      }
      if (!take('}') || (max.isPresent() && max.getAsInt() < min)) {
        throw wrong("a count other than {n}, {n,} and {n,m}");
      }
    } else {
      return atom;
    }
    take('?'); // the same strings, found in another order
    if (isAt('+') || isAt('*') || isAt('?') || isAt('{')) {
      throw wrong("a count of a count");
    }
    return new Grammar.Repeat(atom, min, max);
  }

  private int number() {
    int value = 0;
    int digits = 0;
    while (!atEnd() && DIGIT.contains(text[at])) {
      value = 10 * value + next() - '0';
      if (++digits > MAX_COUNT_DIGITS) {
        throw wrong("a count of more than %d digits".formatted(MAX_COUNT_DIGITS));
      }
    }
    if (digits == 0) {
      throw wrong("a count other than {n}, {n,} and {n,m}");
    }
    return value;
  }

  private CodePoints bracketed() {
    boolean negated = take('^');
    Set set = Set.of(CodePoints.of(""));
    if (isAt(']')) {
      throw wrong("an empty class");
    }
    while (!take(']')) {
      int begin = at;
      Set first = item();
      if (isAt('-') && at + 1 < text.length && text[at + 1] != ']') {
        int from = single(first);
        at++;
        int to = single(item());
        if (from > to) {
          throw wrong("a range that ends before it begins");
        }
        first = Set.of(CodePoints.of(from, to));
      } else if (text[begin] == '&' && isAt('&')) {
        throw wrong("&& in a class");
      }
      set = set.or(first);
    }
    return negated ? set.not().sure() : set.sure();
  }

  private Set item() {
    int character = next();
    return switch (character) {
      case '\\' -> escape(true);
      case '[' -> throw wrong("[ in a class (write \\[)");
      default -> Set.of(CodePoints.of(character, character));
    };
  }

  private int single(Set set) {
    List<CodePoints.Range> ranges = set.possible().ranges();
    if (ranges.size() != 1 || ranges.getFirst().first() != ranges.getFirst().last()) {
      throw wrong("a range that begins or ends with a class");
    }
    return ranges.getFirst().first();
  }

  private Set escape(boolean inClass) {
    int character = next();
    return switch (character) {
      case 'd' -> Set.of(DIGIT);
      case 'D' -> Set.of(DIGIT).not();
      case 'w' -> Set.of(WORD);
      case 'W' -> Set.of(WORD).not();
      case 's' -> new Set(SPACE, ALL_SPACES);
      case 'S' -> new Set(SPACE, ALL_SPACES).not();
      case 'n' -> Set.of(CodePoints.of("\n"));
      case 'r' -> Set.of(CodePoints.of("\r"));
      case 't' -> Set.of(CodePoints.of("\t"));
      case 'f' -> Set.of(CodePoints.of("\f"));
      case 'x' -> Set.of(hex(2));
      case 'u' -> Set.of(hex(4));
      default -> {
        if (WORD.contains(character) || character > 0x7F) {
          throw wrong(
              "\\%s%s"
                  .formatted(
                      Character.toString(character),
                      inClass ? " in a class" : ", which is no character or set of them"));
        }
        yield Set.of(CodePoints.of(character, character));
      }
    };
  }

  private CodePoints hex(int digits) {
    int value = 0;
    for (int i = 0; i < digits; i++) {
      int digit = Character.digit(next(), 16);
      if (digit < 0) {
        throw wrong("\\x and \\u want %d hexadecimal digits".formatted(digits));
      }
      value = 16 * value + digit;
    }
    CodePoints set = CodePoints.of(value, value);
    if (set.isEmpty()) {
      throw wrong("half a character");
    }
    return set;
  }
}
