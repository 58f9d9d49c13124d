package org.gta4j.cli;

/** A command that makes sense but cannot be carried out as things are: exit code 1. */
public final class RefusedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** With the whole sentence. */
  public RefusedException(String message) {
    super(message);
  }

  /** With the whole sentence and what caused it. */
  public RefusedException(String message, Throwable cause) {
    super(message, cause);
  }
}
