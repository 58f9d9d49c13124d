package org.gta4j.cli;

/** A command that makes sense but cannot be carried out as things are: exit code 1. */
final class RefusedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** With the whole sentence. */
  RefusedException(String message) {
    super(message);
  }

  /** With the whole sentence and what caused it. */
  RefusedException(String message, Throwable cause) {
    super(message, cause);
  }
}
