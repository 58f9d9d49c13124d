package org.gta4j.cli;

/** A command that makes no sense, whatever the model and the files: exit code 2. */
public final class UsageException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** With the whole sentence. */
  public UsageException(String message) {
    super(message);
  }

  /** {@code --option: expected …, found …}. */
  public static UsageException of(String option, String expected, Object found) {
    String text = String.valueOf(found);
    return new UsageException(
        "%s: expected %s, found %s"
            .formatted(option, expected, text.isBlank() ? "\"%s\"".formatted(text) : text));
  }

  /**
   * What the library's own check of an option said: it names values as the options are named, so
   * its sentence is the user's.
   */
  public static UsageException of(IllegalArgumentException e) {
    return new UsageException("--" + e.getMessage());
  }
}
