package org.gta4j.cli.training;

import java.io.IOException;
import java.util.Optional;
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
   */
  static void followStarter() {
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
          Runtime.getRuntime().halt(ABANDONED);
        });
  }

  @Override
  public int rank() {
    return seat.rank();
  }

  @Override
  public Workers join(String introduction) {
    return GlooWorkers.join(seat, introduction, other -> Optional.empty());
  }

  @Override
  public void close() {}
}
