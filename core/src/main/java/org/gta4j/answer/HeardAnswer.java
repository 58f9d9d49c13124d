package org.gta4j.answer;

import java.util.function.Consumer;
import org.gta4j.chat.tools.AnswerEvents;
import org.gta4j.chat.tools.ParsedAnswer;

/** Collects an answer, and hands its text on as it comes. */
final class HeardAnswer implements AnswerEvents {
  private final Consumer<String> pieces;
  private final ParsedAnswer whole = new ParsedAnswer();

  HeardAnswer(Consumer<String> pieces) {
    this.pieces = pieces;
  }

  ParsedAnswer whole() {
    return whole;
  }

  @Override
  public void reasoning(String text) {
    whole.reasoning(text);
  }

  @Override
  public void content(String text) {
    whole.content(text);
    pieces.accept(text);
  }

  @Override
  public void callBegan(int index, String name) {
    whole.callBegan(index, name);
  }

  @Override
  public void argumentsPiece(int index, String text) {
    whole.argumentsPiece(index, text);
  }

  @Override
  public void callEnded(int index) {
    whole.callEnded(index);
  }

  @Override
  public void callBroken(int index, Fault fault, String text) {
    whole.callBroken(index, fault, text);
    if (fault == Fault.MALFORMED) {
      pieces.accept(text); // it is content
    }
  }
}
