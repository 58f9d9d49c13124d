package org.gta4j.generate;

/** A model computed something that is not a distribution over tokens. */
public final class ModelOutputException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** With the whole sentence. */
  public ModelOutputException(String message) {
    super(message);
  }

  /** With the whole sentence and what caused it. */
  public ModelOutputException(String message, Throwable cause) {
    super(message, cause);
  }
}
