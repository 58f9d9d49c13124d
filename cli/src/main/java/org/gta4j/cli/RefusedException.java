package org.gta4j.cli;

/**
 * A command that makes sense but cannot be carried out as things are: exit code 1, where nobody
 * wants to know more.
 */
public final class RefusedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int exitCode;

  /** With the whole sentence. */
  public RefusedException(String message) {
    super(message);
    exitCode = Main.FAILED;
  }

  /** With the whole sentence and what caused it. */
  public RefusedException(String message, Throwable cause) {
    this(message, cause, Main.FAILED);
  }

  /** The same for a process that somebody watches, with what its exit code tells them. */
  public RefusedException(String message, Throwable cause, int exitCode) {
    super(message, cause);
    this.exitCode = exitCode;
  }

  /** What the process ends with. */
  public int exitCode() {
    return exitCode;
  }
}
