package org.gta4j.chat.tools;

import java.util.List;
import java.util.function.Consumer;

/**
 * Tells a model's thoughts from its answer while they come: what stands before {@code </think>} is
 * {@code reasoning_content} for DeepSeek's interface and for the servers that followed it. White
 * space around the marks belongs to neither. Thoughts without an end are thoughts.
 *
 * <p>Give what it takes for content to a {@link ToolCallParser}: thoughts make no calls. Not
 * thread-safe.
 */
public final class ReasoningSplitter {
  private enum State {
    BEGINNING,
    THINKING,
    BEHIND,
    ANSWERING
  }

  private final Consumer<String> reasoning;
  private final Consumer<String> content;
  private final MarkScanner opens;
  private final MarkScanner closes;
  private final PieceText thoughts = new PieceText();
  private final PieceText answer = new PieceText();

  /** White space that may stand beside a mark. */
  private final StringBuilder blank = new StringBuilder();

  private final boolean isOpen;
  private boolean hasThought;
  private State state = State.BEGINNING;

  /**
   * A splitter of one answer.
   *
   * @param marks what thoughts stand between
   * @param isOpen whether the answer begins within them; see {@link Reasoning#isOpenIn}
   * @param reasoning takes pieces of the thoughts
   * @param content takes pieces of the answer
   */
  public ReasoningSplitter(
      Reasoning marks, boolean isOpen, Consumer<String> reasoning, Consumer<String> content) {
    this.reasoning = reasoning;
    this.content = content;
    this.opens = new MarkScanner(List.of(marks.open()));
    this.closes = new MarkScanner(List.of(marks.close()));
    this.isOpen = isOpen;
  }

  /** The answer's next piece; may be empty. */
  public void accept(String piece) {
    for (int i = 0; i < piece.length(); i++) {
      next(piece.charAt(i));
    }
    thoughts.next().ifPresent(reasoning);
    answer.next().ifPresent(content);
  }

  /** The answer is over: gives out what was kept. */
  public void end() {
    if (state == State.BEGINNING) {
      beginWithout();
    }
    if (state == State.THINKING) {
      think(closes.kept());
      thoughts.add(hasThought ? blank.toString() : "");
    }
    state = State.ANSWERING;
    thoughts.rest().ifPresent(reasoning);
    answer.rest().ifPresent(content);
  }

  private void next(char c) {
    switch (state) {
      case BEGINNING -> begin(c);
      case THINKING -> {
        boolean isEnd = closes.accept(c);
        think(closes.passed());
        if (isEnd) {
          state = State.BEHIND;
          thoughts.rest().ifPresent(reasoning);
        }
      }
      case BEHIND -> {
        if (!JsonScanner.isSpace(c)) {
          state = State.ANSWERING;
          answer.add(String.valueOf(c));
        }
      }
      case ANSWERING -> answer.add(String.valueOf(c));
    }
  }

  private void begin(char c) {
    boolean isMark = opens.accept(c);
    String passed = opens.passed();
    blank.append(passed);
    if (isMark) { // where the prompt has one already, models may still repeat it
      state = State.THINKING;
      blank.setLength(0);
    } else if (!passed.isBlank()) {
      beginWithout();
    }
  }

  private void beginWithout() {
    String text = blank + opens.kept();
    blank.setLength(0);
    state = isOpen ? State.THINKING : State.ANSWERING;
    for (int i = 0; i < text.length(); i++) {
      next(text.charAt(i));
    }
  }

  private void think(String text) {
    int end = text.length();
    while (end > 0 && JsonScanner.isSpace(text.charAt(end - 1))) {
      end--;
    }
    if (end > 0) {
      int begin = hasThought ? 0 : leadingSpace(text);
      thoughts.add((hasThought ? blank.toString() : "") + text.substring(begin, end));
      hasThought = true;
      blank.setLength(0);
    }
    blank.append(text, end, text.length());
  }

  private static int leadingSpace(String text) {
    int begin = 0;
    while (JsonScanner.isSpace(text.charAt(begin))) {
      begin++;
    }
    return begin;
  }
}
