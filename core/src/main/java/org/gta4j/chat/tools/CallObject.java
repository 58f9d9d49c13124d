package org.gta4j.chat.tools;

/**
 * Reads one call that is written as an object: {@code {"name": ..., "arguments": {...}}}, in any
 * order; {@code parameters} are arguments too. Other fields are checked and left out.
 */
final class CallObject {
  private enum State {
    OPEN,
    KEY_OR_END,
    KEY,
    IN_KEY,
    COLON,
    VALUE,
    IN_NAME,
    IN_ARGUMENTS,
    IN_OTHER,
    COMMA_OR_END
  }

  private final CallSink sink;
  private final boolean isStrict;
  private final StringBuilder text = new StringBuilder();
  private State state = State.OPEN;
  private JsonString string = new JsonString(text::append);
  private JsonScanner other = new JsonScanner();
  private final ArgumentsText arguments;
  private boolean hasName;
  private boolean hasArguments;

  /**
   * A call.
   *
   * @param isStrict whether an object with any other field, or with the name of a function that was
   *     not offered, is no call: where nothing else tells calls from JSON that is an answer
   */
  CallObject(CallSink sink, boolean isStrict) {
    this.sink = sink;
    this.isStrict = isStrict;
    this.arguments = new ArgumentsText(sink);
  }

  /** Whether everything is there but the brace at the end. */
  boolean isAllButClosed() {
    return state == State.COMMA_OR_END && hasName && hasArguments;
  }

  /** The next character. */
  Step accept(char c) {
    return switch (state) {
      case IN_KEY -> key(c);
      case IN_NAME -> name(c);
      case IN_ARGUMENTS -> value(arguments.accept(c));
      case IN_OTHER -> other(c);
      default -> JsonScanner.isSpace(c) ? Step.MORE : structure(c);
    };
  }

  private Step structure(char c) {
    return switch (state) {
      case OPEN -> c == '{' ? go(State.KEY_OR_END) : Step.FAILED;
      case KEY_OR_END -> c == '}' ? Step.DONE : beginKey(c);
      case KEY -> beginKey(c);
      case COLON -> c == ':' ? go(State.VALUE) : Step.FAILED;
      case VALUE -> beginValue(c);
      default -> c == '}' ? Step.DONE : c == ',' ? go(State.KEY) : Step.FAILED;
    };
  }

  private Step go(State next) {
    state = next;
    return Step.MORE;
  }

  private void beginText() {
    text.setLength(0);
    string = new JsonString(text::append);
  }

  private Step beginKey(char c) {
    beginText();
    return c == '"' ? go(State.IN_KEY) : Step.FAILED;
  }

  private Step key(char c) {
    Step step = string.accept(c);
    return step == Step.DONE ? go(State.COLON) : step;
  }

  private Step beginValue(char c) {
    return switch (text.toString()) {
      case "name" -> beginName(c);
      case "arguments", "parameters" -> beginArguments(c);
      case "id", "type" -> beginOther(c);
      default -> isStrict ? Step.FAILED : beginOther(c);
    };
  }

  private Step beginName(char c) {
    if (hasName || c != '"') {
      return Step.FAILED;
    }
    beginText();
    return go(State.IN_NAME);
  }

  private Step beginArguments(char c) {
    if (hasArguments) {
      return Step.FAILED;
    }
    hasArguments = true;
    state = State.IN_ARGUMENTS;
    return value(arguments.accept(c));
  }

  private Step beginOther(char c) {
    other = new JsonScanner();
    state = State.IN_OTHER;
    return value(other.accept(c));
  }

  private Step other(char c) {
    Step step = other.accept(c);
    if (step != Step.BEFORE) {
      return value(step);
    }
    state = State.COMMA_OR_END; // a number's end shows by what follows
    return accept(c);
  }

  private Step name(char c) {
    Step step = string.accept(c);
    if (step == Step.DONE) {
      String name = text.toString();
      if (name.isEmpty() || (isStrict && !sink.isOffered(name))) {
        return Step.FAILED;
      }
      hasName = true;
      sink.name(name);
    }
    return value(step);
  }

  private Step value(Step step) {
    return step == Step.DONE ? go(State.COMMA_OR_END) : step;
  }
}
