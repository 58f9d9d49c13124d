package org.gta4j.checkpoint;

/**
 * A model on disk that cannot be used as it is. The message names the file and the field, what was
 * wanted and found.
 */
public class CheckpointException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** With the whole sentence. */
  public CheckpointException(String message) {
    super(message);
  }

  /** With the whole sentence and what caused it. */
  public CheckpointException(String message, Throwable cause) {
    super(message, cause);
  }

  /** {@code file: field: expected …, found …}. */
  public static CheckpointException of(String file, String field, String expected, Object found) {
    return new CheckpointException(
        "%s: %s: expected %s, found %s".formatted(file, field, expected, brief(found)));
  }

  /** What was found, cut to a length people read. */
  private static String brief(Object found) {
    String text = String.valueOf(found).replaceAll("\\s+", " ");
    return text.length() <= 120 ? text : text.substring(0, 117) + "...";
  }
}
