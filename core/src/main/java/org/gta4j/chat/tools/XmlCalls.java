package org.gta4j.chat.tools;

import java.util.List;
import java.util.Optional;

/**
 * Reads calls as Qwen3-Coder writes them: {@code <function=NAME>}, then each argument between
 * {@code <parameter=KEY>} and {@code </parameter>}, on lines of its own. Texts are written as they
 * are, everything else as JSON: so the function's schema says what a value is. Where it says
 * nothing, a value is JSON if it can be, and a text otherwise.
 */
final class XmlCalls implements CallReader {
  static final String BLOCK = "<tool_call>";
  static final String BLOCK_END = "</tool_call>";
  static final String FUNCTION = "<function=";
  static final String FUNCTION_END = "</function>";
  static final String PARAMETER = "<parameter=";
  static final String PARAMETER_END = "</parameter>";

  private static final int LONGEST_NAME = 256;

  private enum State {
    FUNCTION,
    NAME,
    PARAMETER_OR_END,
    KEY,
    VALUE,
    BEHIND
  }

  private final CallSink sink;
  private final List<ToolFunction> functions;
  private final StringBuilder text = new StringBuilder();
  private Optional<ToolFunction> function = Optional.empty();
  private Expected expected = new Expected(List.of(FUNCTION));
  private XmlValue value;
  private State state;
  private boolean hasArguments;

  private XmlCalls(CallSink sink, List<ToolFunction> functions, State state) {
    this.sink = sink;
    this.functions = functions;
    this.state = state;
    this.value = XmlValue.text(sink);
  }

  /** A reader behind a block's or a function's mark. */
  static XmlCalls behind(String opener, CallSink sink, List<ToolFunction> functions) {
    return new XmlCalls(sink, functions, opener.equals(FUNCTION) ? State.NAME : State.FUNCTION);
  }

  @Override
  public Step accept(char c) {
    return switch (state) {
      case FUNCTION -> function(c);
      case NAME -> name(c);
      case PARAMETER_OR_END -> parameter(c);
      case KEY -> key(c);
      case VALUE -> value(c);
      case BEHIND -> behind(c);
    };
  }

  private Step function(char c) {
    Step step = expected.accept(c);
    return step == Step.DONE ? begin(State.NAME) : step;
  }

  private Step begin(State next) {
    text.setLength(0);
    state = next;
    return Step.MORE;
  }

  /** Reads up to an angle bracket. */
  private Step label(char c) {
    if (c == '>') {
      return text.isEmpty() ? Step.FAILED : Step.DONE;
    }
    if (c == '\n' || c == '<' || text.length() == LONGEST_NAME) {
      return Step.FAILED;
    }
    text.append(c);
    return Step.MORE;
  }

  private Step name(char c) {
    Step step = label(c);
    if (step != Step.DONE) {
      return step;
    }
    String name = text.toString().strip();
    function = functions.stream().filter(f -> f.name().equals(name)).findFirst();
    hasArguments = false;
    sink.name(name);
    return expectParameter();
  }

  private Step expectParameter() {
    expected = new Expected(List.of(PARAMETER, FUNCTION_END));
    state = State.PARAMETER_OR_END;
    return Step.MORE;
  }

  private Step parameter(char c) {
    Step step = expected.accept(c);
    if (step != Step.DONE) {
      return step;
    }
    if (expected.text().equals(PARAMETER)) {
      return begin(State.KEY);
    }
    sink.arguments(hasArguments ? "}" : "{}");
    expected = new Expected(List.of(BLOCK_END, FUNCTION));
    state = State.BEHIND;
    return sink.close() ? Step.MORE : Step.FAILED;
  }

  private Step key(char c) {
    Step step = label(c);
    if (step != Step.DONE) {
      return step;
    }
    String key = text.toString().strip();
    sink.arguments((hasArguments ? ", " : "{") + XmlValue.quote(key) + ": ");
    hasArguments = true;
    boolean isText = function.map(f -> f.isText(key)).orElse(false);
    value = isText ? XmlValue.text(sink) : XmlValue.any(sink);
    state = State.VALUE;
    return Step.MORE;
  }

  private Step value(char c) {
    return value.accept(c) == Step.DONE ? expectParameter() : Step.MORE;
  }

  private Step behind(char c) {
    Step step = expected.accept(c);
    boolean isNext = step == Step.DONE && expected.text().equals(FUNCTION);
    return isNext ? begin(State.NAME) : step;
  }

  @Override
  public boolean end() {
    return state == State.BEHIND;
  }
}
