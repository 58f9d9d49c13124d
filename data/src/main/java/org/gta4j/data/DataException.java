package org.gta4j.data;

/** Data cannot be read or written; the message says which file, what was wanted, what was found. */
public final class DataException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /** Something is wrong in a file. */
  public DataException(String message) {
    super(message);
  }

  /** Something went wrong with a file, for a reason. */
  public DataException(String message, Throwable cause) {
    super(message, cause);
  }
}
