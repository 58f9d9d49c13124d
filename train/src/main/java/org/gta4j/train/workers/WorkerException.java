package org.gta4j.train.workers;

/** Workers cannot go on together; the message says which of them is missing, and why if it told. */
public final class WorkerException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final boolean disagreement;

  /** With what to tell the user. */
  public WorkerException(String message) {
    this(message, false);
  }

  private WorkerException(String message, boolean disagreement) {
    super(message);
    this.disagreement = disagreement;
  }

  /** With what to tell the user, and what was thrown. */
  public WorkerException(String message, Throwable cause) {
    super(message, cause);
    disagreement = false;
  }

  /** That all are there but want different things. */
  static WorkerException ofDisagreement(String message) {
    return new WorkerException(message, true);
  }

  /** Whether it would be the same if all came once more. */
  public boolean isDisagreement() {
    return disagreement;
  }
}
