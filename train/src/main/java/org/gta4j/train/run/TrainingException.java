package org.gta4j.train.run;

import java.io.IOException;
import java.nio.file.Path;

/** A training that cannot go on; the message says why, what is saved, and what to try. */
public final class TrainingException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /** With what to tell the user. */
  public TrainingException(String message) {
    super(message);
  }

  /** With what to tell the user, and what was thrown. */
  public TrainingException(String message, Throwable cause) {
    super(message, cause);
  }

  /** That a file cannot be written. */
  public static TrainingException unwritable(Path file, IOException e) {
    return new TrainingException("%s: cannot be written: %s".formatted(file, e.getMessage()), e);
  }
}
