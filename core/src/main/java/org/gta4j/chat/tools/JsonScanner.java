package org.gta4j.chat.tools;

import java.util.BitSet;

/**
 * Checks one JSON value (RFC 8259) character by character: no recursion, and the same work for each
 * character. Control characters within a text are let through, since models write line breaks
 * there; whoever writes them on has to escape them.
 */
final class JsonScanner {
  /** What a template can still be given among its messages, where 100 levels are the most. */
  static final int MOST_NESTING = 90;

  private enum State {
    VALUE,
    ITEM_OR_END,
    KEY_OR_END,
    KEY,
    COLON,
    COMMA_OR_END,
    TEXT,
    ESCAPE,
    HEX,
    NUMBER,
    WORD
  }

  private enum Digits {
    SIGN,
    ZERO,
    WHOLE,
    POINT,
    FRACTION,
    EXPONENT,
    EXPONENT_SIGN,
    EXPONENT_DIGITS
  }

  /** Whether the value at a depth is an object; else it is a list. */
  private final BitSet objects = new BitSet();

  private int depth;
  private State state = State.VALUE;
  private Digits digits = Digits.SIGN;
  private boolean isKey;
  private int hexDigits;
  private String word = "";
  private int at;

  /** White space between the parts of JSON. */
  static boolean isSpace(char c) {
    return c == ' ' || c == '\n' || c == '\t' || c == '\r';
  }

  /** The escape of a character that may not stand in a text as it is; others as they are. */
  static String escape(char c) {
    return switch (c) {
      case '"' -> "\\\"";
      case '\\' -> "\\\\";
      case '\n' -> "\\n";
      case '\r' -> "\\r";
      case '\t' -> "\\t";
      default -> c < ' ' ? "\\u%04x".formatted((int) c) : String.valueOf(c);
    };
  }

  /** Whether the next character is one of a text, so that control characters must be escaped. */
  boolean isInText() {
    return state == State.TEXT;
  }

  /** The value's next character; one white space before it is allowed. */
  Step accept(char c) {
    return switch (state) {
      case TEXT -> text(c);
      case ESCAPE -> escaped(c);
      case HEX -> hex(c);
      case NUMBER -> number(c);
      case WORD -> word(c);
      default -> isSpace(c) ? Step.MORE : structure(c);
    };
  }

  private Step structure(char c) {
    return switch (state) {
      case KEY_OR_END -> c == '}' ? close() : key(c);
      case KEY -> key(c);
      case COLON -> c == ':' ? go(State.VALUE) : Step.FAILED;
      case ITEM_OR_END -> c == ']' ? close() : value(c);
      case COMMA_OR_END -> commaOrEnd(c);
      default -> value(c);
    };
  }

  private Step commaOrEnd(char c) {
    boolean isObject = objects.get(depth - 1);
    if (c == ',') {
      return go(isObject ? State.KEY : State.VALUE);
    }
    return c == (isObject ? '}' : ']') ? close() : Step.FAILED;
  }

  private Step go(State next) {
    state = next;
    return Step.MORE;
  }

  private Step key(char c) {
    isKey = true;
    return c == '"' ? go(State.TEXT) : Step.FAILED;
  }

  private Step value(char c) {
    return switch (c) {
      case '{', '[' -> open(c);
      case '"' -> {
        isKey = false;
        yield go(State.TEXT);
      }
      case 't' -> word("true");
      case 'f' -> word("false");
      case 'n' -> word("null");
      default -> {
        digits = Digits.SIGN;
        yield c == '-' || digit(c) ? go(State.NUMBER) : Step.FAILED;
      }
    };
  }

  private Step open(char c) {
    if (depth == MOST_NESTING) {
      return Step.FAILED;
    }
    objects.set(depth++, c == '{');
    return go(c == '{' ? State.KEY_OR_END : State.ITEM_OR_END);
  }

  private Step close() {
    depth--;
    return ended();
  }

  /** After a value. */
  private Step ended() {
    state = State.COMMA_OR_END;
    return depth == 0 ? Step.DONE : Step.MORE;
  }

  private Step text(char c) {
    if (c == '\\') {
      return go(State.ESCAPE);
    }
    if (c != '"') {
      return Step.MORE;
    }
    return isKey ? go(State.COLON) : ended();
  }

  private Step escaped(char c) {
    if (c == 'u') {
      hexDigits = 0;
      return go(State.HEX);
    }
    return "\"\\/bfnrt".indexOf(c) >= 0 ? go(State.TEXT) : Step.FAILED;
  }

  private Step hex(char c) {
    if (!isHex(c)) {
      return Step.FAILED;
    }
    return ++hexDigits == 4 ? go(State.TEXT) : Step.MORE;
  }

  static boolean isHex(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
  }

  private Step word(String expected) {
    word = expected;
    at = 1;
    return go(State.WORD);
  }

  private Step word(char c) {
    if (word.charAt(at) != c) {
      return Step.FAILED;
    }
    return ++at == word.length() ? ended() : Step.MORE;
  }

  private Step number(char c) {
    if (digit(c)) {
      return Step.MORE;
    }
    if (!isNumberComplete()) {
      return Step.FAILED;
    }
    return ended() == Step.DONE ? Step.BEFORE : accept(c);
  }

  /** Whether a number stands here that may end: it is the one value whose end does not show. */
  boolean isNumberComplete() {
    return state == State.NUMBER
        && switch (digits) {
          case ZERO, WHOLE, FRACTION, EXPONENT_DIGITS -> true;
          case SIGN, POINT, EXPONENT, EXPONENT_SIGN -> false;
        };
  }

  /** Takes a number's next character, where it is one. */
  private boolean digit(char c) {
    boolean isDigit = c >= '0' && c <= '9';
    boolean isExponent = c == 'e' || c == 'E';
    Digits next =
        switch (digits) {
          case SIGN -> c == '0' ? Digits.ZERO : isDigit ? Digits.WHOLE : digits;
          case ZERO -> c == '.' ? Digits.POINT : isExponent ? Digits.EXPONENT : digits;
          case WHOLE -> c == '.' ? Digits.POINT : isExponent ? Digits.EXPONENT : digits;
          case POINT -> isDigit ? Digits.FRACTION : digits;
          case FRACTION -> isExponent ? Digits.EXPONENT : digits;
          case EXPONENT ->
              isDigit
                  ? Digits.EXPONENT_DIGITS
                  : c == '+' || c == '-' ? Digits.EXPONENT_SIGN : digits;
          case EXPONENT_SIGN -> isDigit ? Digits.EXPONENT_DIGITS : digits;
          case EXPONENT_DIGITS -> digits;
        };
    boolean goesOn =
        isDigit
            && (digits == Digits.WHOLE
                || digits == Digits.FRACTION
                || digits == Digits.EXPONENT_DIGITS);
    boolean taken = goesOn || next != digits;
    digits = next;
    return taken;
  }
}
