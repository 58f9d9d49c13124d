package org.gta4j.answer;

import java.util.Optional;
import org.gta4j.chat.tools.AnswerEvents;
import org.gta4j.chat.tools.ReasoningSplitter;
import org.gta4j.chat.tools.ToolCallParser;

/**
 * Takes one answer apart while it comes: thoughts, text and calls.
 *
 * <p>Not thread-safe.
 */
public final class AnswerReader {
  private final AnswerEvents events;
  private final Optional<ReasoningSplitter> splitter;
  private final Optional<ToolCallParser> parser;

  /**
   * A reader.
   *
   * @param prompt what is answered
   * @param events is told what is found
   */
  public AnswerReader(ChatPrompt prompt, AnswerEvents events) {
    this.events = events;
    parser =
        prompt
            .prompt()
            .format()
            .map(format -> new ToolCallParser(format, prompt.prompt().functions(), events));
    splitter =
        prompt
            .reasoning()
            .map(marks ->
                new ReasoningSplitter(
                    marks, prompt.isThinking(), events::reasoning, this::addAnswer));
  }

  /** More text of the model. */
  public void accept(String piece) {
    if (splitter.isPresent()) {
      splitter.get().accept(piece);
    } else {
      addAnswer(piece);
    }
  }

  /** Nothing more comes. */
  public void end() {
    splitter.ifPresent(ReasoningSplitter::end);
    parser.ifPresent(ToolCallParser::end);
  }

  /** Nothing more comes, since there was no room for more: see {@link ToolCallParser#cutOff}. */
  public void cutOff() {
    splitter.ifPresent(ReasoningSplitter::end);
    parser.ifPresent(ToolCallParser::cutOff);
  }

  private void addAnswer(String piece) {
    if (parser.isPresent()) {
      parser.get().accept(piece);
    } else if (!piece.isEmpty()) {
      events.content(piece);
    }
  }
}
