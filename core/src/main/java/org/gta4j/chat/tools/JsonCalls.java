package org.gta4j.chat.tools;

import java.util.List;
import java.util.Optional;

/**
 * Reads calls that are written as JSON objects: one, a list, or several behind one another, and
 * what stands behind them, where the notation has something there.
 */
final class JsonCalls implements CallReader {
  private enum State {
    FIRST,
    OBJECT,
    NEXT_IN_LIST,
    BEHIND_IN_LIST,
    BEHIND
  }

  private final CallSink sink;
  private final List<String> closers;
  private final boolean isBare;
  private State state = State.FIRST;
  private CallObject object;
  private Expected closer;
  private boolean isClosing;
  private boolean isList;

  private JsonCalls(CallSink sink, List<String> closers, boolean isBare) {
    this.sink = sink;
    this.closers = closers;
    this.isBare = isBare;
    this.object = new CallObject(sink, isBare);
    this.closer = new Expected(closers);
  }

  /** Calls behind a marker, and what ends them, where something does. */
  static JsonCalls marked(CallSink sink, Optional<String> closer) {
    return new JsonCalls(sink, closer.stream().toList(), false);
  }

  /**
   * Calls that nothing marks: JSON objects with the names of functions that were offered, with
   * white space or a semicolon between them.
   */
  static JsonCalls bare(CallSink sink) {
    return new JsonCalls(sink, List.of(), true);
  }

  @Override
  public Step accept(char c) {
    return switch (state) {
      case FIRST -> first(c);
      case OBJECT -> object(c);
      case NEXT_IN_LIST -> nextInList(c);
      case BEHIND_IN_LIST -> behindInList(c);
      case BEHIND -> behind(c);
    };
  }

  private Step first(char c) {
    if (c == '[' && !isList) {
      isList = true;
      return Step.MORE;
    }
    return JsonScanner.isSpace(c) ? Step.MORE : beginObject(c);
  }

  private Step beginObject(char c) {
    object = new CallObject(sink, isBare);
    state = State.OBJECT;
    return object.accept(c);
  }

  private Step object(char c) {
    Step step = object.accept(c);
    if (step == Step.DONE) {
      return close() ? Step.MORE : Step.FAILED;
    }
    boolean isUnclosed = step == Step.FAILED && object.isAllButClosed() && !isList;
    if (isUnclosed && closers.stream().anyMatch(text -> text.charAt(0) == c) && close()) {
      return Step.BEFORE;
    }
    return step;
  }

  private boolean close() {
    state = isList ? State.BEHIND_IN_LIST : State.BEHIND;
    isClosing = false;
    closer = new Expected(closers);
    return sink.close();
  }

  private Step behindInList(char c) {
    if (c == ',') {
      state = State.NEXT_IN_LIST;
      return Step.MORE;
    }
    if (c == ']') {
      state = State.BEHIND;
      sink.settle();
      return Step.MORE;
    }
    return JsonScanner.isSpace(c) ? Step.MORE : Step.FAILED;
  }

  private Step nextInList(char c) {
    return JsonScanner.isSpace(c) ? Step.MORE : beginObject(c);
  }

  private Step behind(char c) {
    boolean isNext = c == '{' && !isList && !isClosing;
    if (isNext) {
      return beginObject(c);
    }
    if (isBare && c == ';') {
      return Step.MORE;
    }
    Step step = closer.accept(c);
    isClosing = !closer.text().isEmpty();
    return step;
  }

  @Override
  public boolean end() {
    return switch (state) {
      case FIRST -> false;
      case OBJECT -> object.isAllButClosed() && !isList && close();
      case NEXT_IN_LIST, BEHIND_IN_LIST, BEHIND -> true;
    };
  }
}
