package org.gta4j.generate;

/** What went wrong in one thread or step, to be thrown in another. */
final class Unchecked {
  private Unchecked() {}

  /**
   * The exception to throw for a failure; an error is thrown at once.
   *
   * @param cause what went wrong
   * @return itself where it is unchecked, and otherwise one that has it as its cause
   */
  static RuntimeException of(Throwable cause) {
    if (cause instanceof Error error) {
      throw error;
    }
    return cause instanceof RuntimeException exception
        ? exception
        : new IllegalStateException(cause);
  }
}
