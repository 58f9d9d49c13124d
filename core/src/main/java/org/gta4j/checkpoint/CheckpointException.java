package org.gta4j.checkpoint;

/**
 * A model on disk that cannot be used as it is. The message names the file and the field, what was
 * wanted and found, on one line; what comes from the file is cut to a length people read, and holds
 * nothing that would steer a terminal.
 */
public class CheckpointException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private static final int LONGEST_PART = 200;

  /** With the whole sentence. */
  public CheckpointException(String message) {
    super(printable(message));
  }

  /** With the whole sentence and what caused it. */
  public CheckpointException(String message, Throwable cause) {
    super(printable(message), cause);
  }

  /** {@code file: field: expected …, found …}. */
  public static CheckpointException of(String file, String field, String expected, Object found) {
    return new CheckpointException(sentence(file, field, expected, found));
  }

  /** {@code file: field: expected …, found …}, with what caused it. */
  static CheckpointException of(
      String file, String field, String expected, Object found, Throwable cause) {
    return new CheckpointException(sentence(file, field, expected, found), cause);
  }

  /** A mapped file that became shorter while it was read. */
  public static CheckpointException cutOff(String file, InternalError cause) {
    return of(
        file,
        "size",
        "the bytes it had when it was opened",
        "fewer: is another process writing to it?",
        cause);
  }

  private static String sentence(String file, String field, String expected, Object found) {
    return "%s: %s: expected %s, found %s".formatted(file, brief(field), expected, brief(found));
  }

  /** What a file says, cut to a length people read. */
  private static String brief(Object part) {
    String text = printable(String.valueOf(part));
    if (text.isBlank()) {
      return "\"%s\"".formatted(text);
    }
    return text.length() <= LONGEST_PART ? text : text.substring(0, LONGEST_PART - 3) + "...";
  }

  /** The text on one line: control characters and the like become spaces. */
  private static String printable(String text) {
    StringBuilder line = new StringBuilder(text.length());
    text.codePoints()
        .forEach(character ->
            line.appendCodePoint(
                switch (Character.getType(character)) {
                  case Character.CONTROL,
                      Character.FORMAT,
                      Character.LINE_SEPARATOR,
                      Character.PARAGRAPH_SEPARATOR,
                      Character.SURROGATE ->
                      ' ';
                  default -> character;
                }));
    return line.toString();
  }
}
