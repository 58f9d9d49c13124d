package org.gta4j.cli;

import java.util.List;
import org.jline.reader.CompletingParsedLine;
import org.jline.reader.EOFError;
import org.jline.reader.ParsedLine;
import org.jline.reader.Parser;

/**
 * Knows when a typed message is complete: not after a backslash at a line's end, and not within
 * three double quotes. Nothing else in a message has a meaning.
 */
final class ChatLineParser implements Parser {
  private static final String QUOTES = "\"\"\"";

  @Override
  public ParsedLine parse(String line, int cursor, ParseContext context) {
    if (context == ParseContext.ACCEPT_LINE && !isComplete(line)) {
      throw new EOFError(-1, cursor, "the message goes on");
    }
    return new Words(line, cursor);
  }

  /** Whether a message that was typed so far is whole. */
  static boolean isComplete(String line) {
    return line.startsWith(QUOTES)
        ? line.length() >= 2 * QUOTES.length() && line.stripTrailing().endsWith(QUOTES)
        : !line.endsWith("\\");
  }

  /** The message that was typed, without what only says that it goes on. */
  static String message(String typed) {
    if (typed.startsWith(QUOTES) && isComplete(typed)) {
      String inner = typed.stripTrailing();
      return inner.substring(QUOTES.length(), inner.length() - QUOTES.length()).strip();
    }
    return typed.replace("\\\n", "\n").strip();
  }

  /** A line seen as one word, which is all that completing a command needs. */
  private record Words(String line, int cursor) implements CompletingParsedLine {
    @Override
    public String word() {
      return line.substring(0, cursor);
    }

    @Override
    public int wordCursor() {
      return cursor;
    }

    @Override
    public int wordIndex() {
      return 0;
    }

    @Override
    public List<String> words() {
      return List.of(line);
    }

    @Override
    public CharSequence escape(CharSequence candidate, boolean complete) {
      return candidate;
    }

    @Override
    public int rawWordCursor() {
      return cursor;
    }

    @Override
    public int rawWordLength() {
      return cursor;
    }
  }
}
