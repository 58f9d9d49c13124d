package org.gta4j.cli;

import java.io.IOException;

/** Standard output that cannot be written. */
final class OutputException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** With what the system said. */
  OutputException(IOException cause) {
    super("standard output cannot be written: " + cause.getMessage(), cause);
  }

  /** Whether the reader has left, as {@code head} does when it has seen enough. */
  boolean isClosedPipe() {
    return String.valueOf(getMessage()).endsWith("Broken pipe");
  }
}
