package org.gta4j.chat.tools;

import java.util.List;
import java.util.function.UnaryOperator;

/**
 * Reads calls whose name stands before the JSON object of their arguments, between markers.
 *
 * @see Marks
 */
final class NamedCalls implements CallReader {
  /**
   * The markers; those that a notation does not have are empty.
   *
   * @param section what all calls begin with
   * @param call what a call begins with
   * @param nameEnd what the name ends with
   * @param callEnd what a call ends with
   * @param sectionEnd what all calls end with
   * @param name takes what is no name from what stands before {@code nameEnd}
   */
  record Marks(
      String section,
      String call,
      String nameEnd,
      String callEnd,
      String sectionEnd,
      UnaryOperator<String> name) {}

  /** Names are short; what goes on for longer is text. */
  private static final int LONGEST_NAME = 256;

  private enum State {
    SECTION,
    NAME,
    BEFORE_ARGUMENTS,
    NAME_ON_LINE,
    FENCE,
    ARGUMENTS,
    BEHIND,
    BETWEEN
  }

  private final CallSink sink;
  private final Marks marks;
  private final StringBuilder text = new StringBuilder();
  private State state;
  private ArgumentsText arguments;
  private Expected expected;

  private NamedCalls(CallSink sink, Marks marks, State state) {
    this.sink = sink;
    this.marks = marks;
    this.state = state;
    this.arguments = new ArgumentsText(sink);
    this.expected = new Expected(List.of(marks.call()));
  }

  /**
   * A reader.
   *
   * @param opener what it is behind: the mark of a section or of a call
   */
  static NamedCalls behind(String opener, CallSink sink, Marks marks) {
    boolean isSection = !marks.section().isEmpty() && opener.equals(marks.section());
    return new NamedCalls(sink, marks, isSection ? State.SECTION : State.NAME);
  }

  @Override
  public Step accept(char c) {
    return switch (state) {
      case SECTION -> section(c);
      case NAME -> name(c);
      case BEFORE_ARGUMENTS -> beforeArguments(c);
      case NAME_ON_LINE -> nameOnLine(c);
      case FENCE -> fence(c);
      case ARGUMENTS -> arguments(c);
      case BEHIND -> behind(c);
      case BETWEEN -> between(c);
    };
  }

  private Step section(char c) {
    Step step = expected.accept(c);
    return step == Step.DONE ? beginCall() : step;
  }

  private Step beginCall() {
    text.setLength(0);
    arguments = new ArgumentsText(sink);
    state = State.NAME;
    return Step.MORE;
  }

  private Step name(char c) {
    if (text.length() == LONGEST_NAME || c == '\n' || c == '{') {
      return Step.FAILED;
    }
    text.append(c);
    if (text.indexOf(marks.nameEnd(), Math.max(0, text.length() - marks.nameEnd().length())) >= 0) {
      text.setLength(text.length() - marks.nameEnd().length());
      state = State.BEFORE_ARGUMENTS;
    }
    return Step.MORE;
  }

  private Step beforeArguments(char c) {
    if (JsonScanner.isSpace(c)) {
      return Step.MORE;
    }
    if (c == '{' || c == '"') {
      return begin(text.toString(), c);
    }
    if (marks.section().isEmpty() || !text.toString().strip().equals("function")) {
      return Step.FAILED;
    }
    // DeepSeek's older form: function<sep>NAME, and the arguments in a block of code.
    text.setLength(0);
    text.append(c);
    state = State.NAME_ON_LINE;
    return Step.MORE;
  }

  private Step begin(String written, char c) {
    String name = marks.name().apply(written.strip());
    if (name.isEmpty() || name.chars().anyMatch(Character::isWhitespace)) {
      return Step.FAILED;
    }
    sink.name(name);
    state = State.ARGUMENTS;
    return arguments(c);
  }

  private Step nameOnLine(char c) {
    if (text.length() == LONGEST_NAME) {
      return Step.FAILED;
    }
    if (c == '\n') {
      state = State.FENCE;
    } else {
      text.append(c);
    }
    return Step.MORE;
  }

  private Step fence(char c) {
    if (c == '{') {
      return begin(text.toString(), c);
    }
    return "`json \r\n".indexOf(c) >= 0 ? Step.MORE : Step.FAILED;
  }

  private Step arguments(char c) {
    Step step = arguments.accept(c);
    if (step != Step.DONE) {
      return step;
    }
    state = marks.callEnd().isEmpty() ? State.BETWEEN : State.BEHIND;
    expected = new Expected(List.of(marks.callEnd()));
    if (!sink.close()) {
      return Step.FAILED;
    }
    return marks.callEnd().isEmpty() ? Step.DONE : Step.MORE;
  }

  private Step behind(char c) {
    if (c == '`' && expected.text().isEmpty()) {
      return Step.MORE;
    }
    Step step = expected.accept(c);
    if (step != Step.DONE || marks.section().isEmpty()) {
      return step;
    }
    state = State.BETWEEN;
    expected = new Expected(List.of(marks.call(), marks.sectionEnd()));
    return Step.MORE;
  }

  private Step between(char c) {
    Step step = expected.accept(c);
    return step == Step.DONE && expected.text().equals(marks.call()) ? beginCall() : step;
  }

  @Override
  public boolean end() {
    return state == State.BEHIND || state == State.BETWEEN;
  }
}
