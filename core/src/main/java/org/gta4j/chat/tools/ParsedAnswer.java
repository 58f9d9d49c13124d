package org.gta4j.chat.tools;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Collects what is found in an answer, for those who want all of it at once. */
public final class ParsedAnswer implements AnswerEvents {
  /**
   * A call.
   *
   * @param name the function's name
   * @param arguments the text of a JSON object, or the beginning of one
   * @param isComplete whether it is the whole object; else the answer ended within it
   */
  public record Call(String name, String arguments, boolean isComplete) {}

  private final StringBuilder reasoning = new StringBuilder();
  private final StringBuilder content = new StringBuilder();
  private final List<Call> calls = new ArrayList<>();
  private final StringBuilder arguments = new StringBuilder();
  private String name = "";

  /** Nothing yet. */
  public ParsedAnswer() {}

  @Override
  public void reasoning(String text) {
    reasoning.append(text);
  }

  @Override
  public void content(String text) {
    content.append(text);
  }

  @Override
  public void callBegan(int index, String function) {
    name = function;
    arguments.setLength(0);
  }

  @Override
  public void argumentsPiece(int index, String text) {
    arguments.append(text);
  }

  @Override
  public void callEnded(int index) {
    calls.add(new Call(name, arguments.toString(), true));
  }

  /** A malformed call becomes content again; a truncated one stays, as far as it came. */
  @Override
  public void callBroken(int index, Fault fault, String text) {
    switch (fault) {
      case TRUNCATED -> calls.add(new Call(name, arguments.toString(), false));
      case MALFORMED -> content.append(text);
    }
  }

  /** What the model thought; empty where it did not. */
  public Optional<String> reasoning() {
    return reasoning.isEmpty() ? Optional.empty() : Optional.of(reasoning.toString());
  }

  /** The answer's text; empty where it is nothing but calls. */
  public Optional<String> content() {
    return content.isEmpty() ? Optional.empty() : Optional.of(content.toString());
  }

  /** The calls. */
  public List<Call> calls() {
    return List.copyOf(calls);
  }
}
