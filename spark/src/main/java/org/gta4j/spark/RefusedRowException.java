package org.gta4j.spark;

/** A row that nothing can be computed from; the message is what its error column says. */
final class RefusedRowException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** With the whole sentence. */
  RefusedRowException(String message) {
    super(message);
  }

  /** Of what was wrong with the row. */
  RefusedRowException(RuntimeException cause) {
    super(String.valueOf(cause.getMessage()), cause);
  }
}
