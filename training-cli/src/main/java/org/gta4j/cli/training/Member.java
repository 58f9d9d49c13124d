package org.gta4j.cli.training;

import java.util.Optional;
import org.gta4j.cli.Terminal;
import org.gta4j.train.workers.GlooWorkers;
import org.gta4j.train.workers.Seat;
import org.gta4j.train.workers.Workers;

/**
 * One of several processes, which a launcher or somebody else started.
 *
 * @param seat which one
 * @param here how many of them are on this machine
 * @param isDivided whether AdamW's moments are divided among them
 * @param starter the launcher, if there is one
 */
record Member(Seat seat, int here, boolean isDivided, Optional<Starter> starter) implements Team {
  @Override
  public int rank() {
    return seat.rank();
  }

  @Override
  public int count() {
    return seat.count();
  }

  @Override
  public Division division() {
    return isDivided ? new Division(seat.rank(), seat.count()) : Division.NONE;
  }

  @Override
  public Workers join(String introduction) {
    return GlooWorkers.join(seat, introduction, other -> Optional.empty());
  }

  @Override
  public Interrupt interruptible(Terminal terminal, Runnable stop) {
    return starter.isEmpty()
        ? Interrupt.bySignal(terminal, stop)
        : starter
            .get()
            .whenAsked(() -> {
              stop.run();
              terminal.say(Interrupt.STOPPING);
            });
  }

  @Override
  public boolean isLaunched() {
    return starter.isPresent();
  }
}
