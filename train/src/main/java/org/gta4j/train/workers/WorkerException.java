package org.gta4j.train.workers;

/** Workers cannot go on together; the message says which of them is missing, and why if it told. */
public final class WorkerException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /** With what to tell the user. */
  public WorkerException(String message) {
    super(message);
  }

  /** With what to tell the user, and what was thrown. */
  public WorkerException(String message, Throwable cause) {
    super(message, cause);
  }
}
