package org.gta4j.chat.tools;

/** Decodes a JSON text character by character, from behind its first quotation mark. */
final class JsonString {
  /** Takes decoded characters. */
  @FunctionalInterface
  interface Chars {
    void add(char c);
  }

  private enum State {
    PLAIN,
    ESCAPE,
    HEX
  }

  private final Chars chars;
  private State state = State.PLAIN;
  private int code;
  private int hexDigits;

  JsonString(Chars chars) {
    this.chars = chars;
  }

  /** The next character; done with the quotation mark at the end. */
  Step accept(char c) {
    return switch (state) {
      case PLAIN -> plain(c);
      case ESCAPE -> escaped(c);
      case HEX -> hex(c);
    };
  }

  private Step plain(char c) {
    if (c == '"') {
      return Step.DONE;
    }
    if (c == '\\') {
      state = State.ESCAPE;
    } else {
      chars.add(c);
    }
    return Step.MORE;
  }

  private Step escaped(char c) {
    if (c == 'u') {
      state = State.HEX;
      code = 0;
      hexDigits = 0;
      return Step.MORE;
    }
    int at = "\"\\/bfnrt".indexOf(c);
    if (at < 0) {
      return Step.FAILED;
    }
    chars.add("\"\\/\b\f\n\r\t".charAt(at));
    state = State.PLAIN;
    return Step.MORE;
  }

  private Step hex(char c) {
    if (!JsonScanner.isHex(c)) {
      return Step.FAILED;
    }
    code = code * 16 + Character.digit(c, 16);
    if (++hexDigits == 4) {
      chars.add((char) code);
      state = State.PLAIN;
    }
    return Step.MORE;
  }
}
