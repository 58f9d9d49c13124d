package org.gta4j.chat.tools;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Finds the calls in one answer while it comes. What it reports does not depend on how the text is
 * cut into pieces, and takes the same time for each character.
 *
 * <p>Whatever turns out to be no call is content, with its marks: nothing is lost but white space
 * beside calls, which is a part of how they are written. Only where a call's arguments had begun to
 * be given out before, {@link AnswerEvents#callBroken} says so.
 *
 * <p>Marks may be control tokens, which decoders give no text for: see {@link MarkedDecoder}. Not
 * thread-safe.
 */
public final class ToolCallParser {
  /** The call that is being read. */
  private final class OpenCall implements CallSink {
    private Optional<String> name = Optional.empty();
    private final PieceText arguments = new PieceText();
    private boolean began;

    @Override
    public void name(String given) {
      name = Optional.of(given);
    }

    @Override
    public boolean isOffered(String given) {
      return offered.contains(given);
    }

    @Override
    public void arguments(String text) {
      arguments.add(text);
      begin();
    }

    /** A call begins once it has a name and arguments, since it is malformed most often before. */
    private void begin() {
      if (!arguments.isEmpty()) {
        beginAnyway();
      }
    }

    private void beginAnyway() {
      if (!began && name.isPresent()) {
        began = true;
        blank.setLength(0);
        content.rest().ifPresent(events::content);
        isBesideCall = true;
        events.callBegan(index, name.get());
      }
    }

    @Override
    public boolean close() {
      if (name.isEmpty()) {
        return false;
      }
      if (!began && arguments.isEmpty()) {
        arguments.add("{}");
      }
      begin();
      rest();
      events.callEnded(index);
      next();
      return true;
    }

    @Override
    public void settle() {
      raw.setLength(0);
      isSettled = true;
    }

    private void rest() {
      arguments.rest().ifPresent(text -> events.argumentsPiece(index, text));
    }

    private void next() {
      index++;
      name = Optional.empty();
      began = false;
      arguments.clear();
      settle();
    }
  }

  private final Notation notation;
  private final List<ToolFunction> functions;
  private final Set<String> offered;
  private final AnswerEvents events;
  private final MarkScanner marks;
  private final OpenCall call = new OpenCall();

  /** Content that may be given out; none of it is white space at the end. */
  private final PieceText content = new PieceText();

  /** White space that is content unless a call follows. */
  private final StringBuilder blank = new StringBuilder();

  /** What was read since the last call ended, of one that may still turn out to be none. */
  private final StringBuilder raw = new StringBuilder();

  private Optional<CallReader> reader = Optional.empty();
  private boolean isBeginning = true;

  /** Whether a mark stands before what is read. */
  private boolean isMarked;

  private boolean isBesideCall;
  private boolean isEnded;

  /** Whether the present character was the last one of a call. */
  private boolean isSettled;

  private int index;

  /**
   * A parser of one answer.
   *
   * @param functions those that were offered
   * @param events is told what is found
   */
  public ToolCallParser(ToolFormat format, List<ToolFunction> functions, AnswerEvents events) {
    this.notation = format.notation();
    this.functions = List.copyOf(functions);
    this.offered = functions.stream().map(ToolFunction::name).collect(Collectors.toSet());
    this.events = events;
    this.marks = new MarkScanner(notation.openers());
  }

  /** How many calls there were, complete or broken. */
  public int calls() {
    return index;
  }

  /**
   * The answer's next piece; may be empty.
   *
   * @throws IllegalStateException after the end
   */
  public void accept(String piece) {
    if (isEnded) {
      throw new IllegalStateException("the answer has ended");
    }
    for (int i = 0; i < piece.length(); i++) {
      next(piece.charAt(i));
    }
    content.next().ifPresent(events::content);
    if (call.began) {
      call.arguments.next().ifPresent(text -> events.argumentsPiece(index, text));
    }
  }

  /** The answer is over: gives out what was kept. Further calls do nothing. */
  public void end() {
    end(false);
  }

  /**
   * The answer was cut off where there was no room for more of it: gives out what was kept, but for
   * what only a call can have begun with. A call whose name is known has begun and is broken then,
   * as far as it came; of another one there is nothing to tell.
   */
  public void cutOff() {
    end(true);
  }

  private void end(boolean isCutOff) {
    if (isEnded) {
      return;
    }
    isEnded = true;
    boolean isComplete = reader.map(CallReader::end).orElse(true);
    if (!isComplete) {
      if (isCutOff) {
        call.beginAnyway();
      }
      boolean isLost = isCutOff && isMarked && !call.began;
      isBesideCall |= isLost;
      leave(AnswerEvents.Fault.TRUNCATED, isLost ? "" : raw.toString());
    }
    String begun = marks.kept();
    boolean isLost = isCutOff && begun.length() > 1; // one character may be anything
    isBesideCall |= isLost;
    write(isLost ? "" : begun);
    if (!isBesideCall) {
      content.add(blank.toString());
    }
    content.rest().ifPresent(events::content);
  }

  private void next(char c) {
    if (reader.isEmpty()) {
      outside(c);
      return;
    }
    isSettled = false;
    Step step = reader.get().accept(c);
    switch (step) {
      case MORE -> {
        if (!isSettled) {
          raw.append(c);
        }
      }
      case DONE -> {
        raw.setLength(0);
        reader = Optional.empty();
      }
      case BEFORE -> next(c);
      case FAILED -> {
        int end = raw.length() - begunOpener();
        String begun = raw.substring(end);
        leave(AnswerEvents.Fault.MALFORMED, raw.substring(0, end));
        for (int i = 0; i < begun.length(); i++) {
          outside(begun.charAt(i));
        }
        outside(c);
      }
    }
  }

  /** A character that belongs to no call. */
  private void outside(char c) {
    if (isBeginning && !JsonScanner.isSpace(c)) {
      isBeginning = false;
      reader = c == '{' ? notation.bare(call) : Optional.empty();
      isMarked = false;
      if (reader.isPresent()) {
        next(c);
        return;
      }
    }
    boolean isMark = marks.accept(c);
    write(marks.passed());
    if (isMark) {
      String mark = marks.kept();
      raw.append(mark);
      isMarked = true;
      reader = Optional.of(notation.reader(mark, call, functions));
    }
  }

  /**
   * How many of the last characters may begin another call: what ends a call often begins like what
   * begins one.
   */
  private int begunOpener() {
    int longest = 0;
    for (String opener : notation.openers()) {
      for (int n = longest + 1; n < opener.length() && n < raw.length(); n++) {
        if (opener.startsWith(raw.substring(raw.length() - n))) {
          longest = n;
        }
      }
    }
    return longest;
  }

  /** What was read since the last call is none. */
  private void leave(AnswerEvents.Fault fault, String text) {
    reader = Optional.empty();
    if (call.began) {
      call.rest();
      events.callBroken(index, fault, text);
      call.next();
      return;
    }
    write(text);
    raw.setLength(0);
    call.name = Optional.empty();
    call.arguments.clear();
  }

  private void write(String text) {
    int end = text.length();
    while (end > 0 && JsonScanner.isSpace(text.charAt(end - 1))) {
      end--;
    }
    if (end > 0) {
      content.add(blank.toString());
      content.add(text.substring(0, end));
      blank.setLength(0);
      isBesideCall = false;
    }
    blank.append(text, end, text.length());
  }
}
