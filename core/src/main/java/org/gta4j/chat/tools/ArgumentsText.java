package org.gta4j.chat.tools;

/**
 * Reads a call's arguments and gives them on while they come: a JSON object as it is written; a
 * JSON text whose content is an object as that object; {@code null} and an empty text as an empty
 * one. Control characters within texts are escaped, as JSON wants it and models forget.
 */
final class ArgumentsText {
  private enum State {
    BEGIN,
    OBJECT,
    QUOTED,
    NOTHING
  }

  private static final String NOTHING = "null";

  private final CallSink sink;
  private final JsonScanner object = new JsonScanner();
  private final JsonString quoted = new JsonString(this::unquoted);
  private State state = State.BEGIN;

  /** How the object within a text goes; {@code BEFORE} as long as there is none. */
  private Step inner = Step.BEFORE;

  private int read;

  ArgumentsText(CallSink sink) {
    this.sink = sink;
  }

  /** The next character; the first one is the value's. */
  Step accept(char c) {
    return switch (state) {
      case BEGIN -> begin(c);
      case OBJECT -> write(c);
      case QUOTED -> quoted(c);
      case NOTHING -> nothing(c);
    };
  }

  private Step begin(char c) {
    return switch (c) {
      case '{' -> {
        state = State.OBJECT;
        yield write(c);
      }
      case '"' -> {
        state = State.QUOTED;
        yield Step.MORE;
      }
      case 'n' -> {
        state = State.NOTHING;
        yield nothing(c);
      }
      default -> Step.FAILED;
    };
  }

  private Step nothing(char c) {
    if (NOTHING.charAt(read) != c) {
      return Step.FAILED;
    }
    return ++read < NOTHING.length() ? Step.MORE : empty();
  }

  private Step empty() {
    sink.arguments("{}");
    return Step.DONE;
  }

  private Step write(char c) {
    boolean isEscaped = c < ' ' && object.isInText();
    Step step = object.accept(c);
    if (step != Step.FAILED) {
      sink.arguments(isEscaped ? JsonScanner.escape(c) : String.valueOf(c));
    }
    return step;
  }

  private Step quoted(char c) {
    Step step = quoted.accept(c);
    if (inner == Step.FAILED) {
      return Step.FAILED;
    }
    if (step != Step.DONE) {
      return step;
    }
    return switch (inner) {
      case DONE -> Step.DONE;
      case BEFORE -> empty();
      default -> Step.FAILED;
    };
  }

  private void unquoted(char c) {
    boolean isOutside = inner == Step.BEFORE || inner == Step.DONE;
    if (isOutside && JsonScanner.isSpace(c)) {
      return;
    }
    boolean fits = inner == Step.MORE || (inner == Step.BEFORE && c == '{');
    inner = fits ? write(c) : Step.FAILED;
  }
}
