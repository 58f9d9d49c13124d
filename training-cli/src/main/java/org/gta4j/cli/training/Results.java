package org.gta4j.cli.training;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.gta4j.cli.RefusedException;

/** What comes of work that other threads do. */
final class Results {
  private Results() {}

  /** Waits for it; what was thrown there is thrown here. */
  static <T> T of(Future<T> work) {
    try {
      return work.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new RefusedException("it was interrupted", e);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof RuntimeException cause
          ? cause
          : new IllegalStateException(e.getCause());
    }
  }
}
