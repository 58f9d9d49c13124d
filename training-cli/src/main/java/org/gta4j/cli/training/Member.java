package org.gta4j.cli.training;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.gta4j.checkpoint.UnfinishedFiles;
import org.gta4j.train.workers.GlooWorkers;
import org.gta4j.train.workers.Seat;
import org.gta4j.train.workers.Workers;
import org.jline.utils.Signals;

/**
 * One of several processes, which somebody else started.
 *
 * @param seat which one
 * @param here how many of them are on this machine
 */
record Member(Seat seat, int here) implements Team {
  private static final int ABANDONED = 1;

  /**
   * Has this process end when the one that started it does, however that happens: it holds the
   * other end of the standard input. Ctrl-C reaches all processes of a terminal; what it asks for
   * the first one tells the others.
   *
   * @param folder what the starter made for all, and cannot delete any more where it was killed
   */
  static void followStarter(Path folder) {
    Optional<Long> starter = parent();
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(() -> {
              // This process may notice by the connection that the other one is gone.
              if (!parent().equals(starter)) {
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
              // Nothing is said on it.
            }
          } catch (IOException e) {
            // Gone as well.
          }
          UnfinishedFiles.deleteFolder(folder);
          Runtime.getRuntime().halt(ABANDONED);
        });
  }

  private static Optional<Long> parent() {
    return ProcessHandle.current().parent().map(ProcessHandle::pid);
  }

  @Override
  public int rank() {
    return seat.rank();
  }

  @Override
  public int count() {
    return seat.count();
  }

  @Override
  public Workers join(String introduction) {
    return GlooWorkers.join(seat, introduction, other -> Optional.empty());
  }

  @Override
  public void close() {}
}
