package org.gta4j.cli.training;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.gta4j.checkpoint.UnfinishedFiles;
import org.jline.utils.Signals;

/**
 * The launcher that started this process, seen by it: it holds the other end of the standard input,
 * so that this process ends when the launcher does, however that happens. A byte that comes there
 * asks it to stop where it may. Ctrl-C, which reaches all processes of a terminal, is the
 * launcher's to answer.
 *
 * <p>Thread-safe.
 */
final class Starter {
  private static final int ABANDONED = 1;

  private Runnable stop = () -> {};
  private boolean asked;

  private Starter() {}

  /**
   * Follows it from now on.
   *
   * @param folder what the launcher made for all, and cannot delete any more where it was killed
   */
  static Starter follow(Path folder) {
    Starter starter = new Starter();
    Optional<Long> parent = parent();
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(() -> {
              // This process may notice by the connection that the other one is gone.
              if (!parent().equals(parent)) {
                UnfinishedFiles.deleteFolder(folder);
              }
            }));
    Signals.register("INT", () -> {});
    Thread.ofPlatform()
        .daemon()
        .name("gta4j-starter")
        .start(() -> {
          try {
            while (System.in.read() >= 0) {
              starter.ask();
            }
          } catch (IOException e) {
            // Gone as well.
          }
          UnfinishedFiles.deleteFolder(folder);
          Runtime.getRuntime().halt(ABANDONED);
        });
    return starter;
  }

  private static Optional<Long> parent() {
    return ProcessHandle.current().parent().map(ProcessHandle::pid);
  }

  private synchronized void ask() {
    if (!asked) {
      asked = true;
      stop.run();
    }
  }

  /** Has something done when the launcher asks to stop; at once if it has asked already. */
  synchronized Interrupt whenAsked(Runnable todo) {
    stop = todo;
    if (asked) {
      todo.run();
    }
    return this::forget;
  }

  private synchronized void forget() {
    stop = () -> {};
  }
}
