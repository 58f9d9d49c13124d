package org.gta4j.eval;

/** A task or its data that cannot be used: says which file and field, what was wanted and found. */
public final class EvalException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** With the whole sentence. */
  public EvalException(String message) {
    super(message);
  }

  /** With the whole sentence and what caused it. */
  public EvalException(String message, Throwable cause) {
    super(message, cause);
  }
}
