package org.gta4j.cli.training;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.gta4j.cli.Check;
import org.gta4j.cli.RefusedException;
import org.gta4j.cli.Setting;
import org.gta4j.cli.UsageException;
import org.gta4j.cli.Verb;
import org.gta4j.train.run.TrainingPlan;
import org.gta4j.train.workers.Rendezvous;
import org.gta4j.train.workers.Seat;

/** Options of trainings in several processes. */
final class WorkerOptions {
  /** More than a save or a validation takes, which the others wait for. */
  private static final int TIMEOUT_SECONDS = 600;

  private final Setting<Integer> workers =
      Setting.integer(
          "--workers",
          "N",
          "Processes on this machine that share the batches of each step (default: 1).");
  private final Setting<Integer> world =
      Setting.integer("--world", "N", "Or: how many processes, on several machines, share them.");
  private final Setting<Integer> rank =
      Setting.integer("--rank", "R", "Which of them this is, from 0 on; 0 writes everything.");
  private final Setting<String> rendezvous =
      Setting.text("--rendezvous", "HOST:PORT", "Where all of them can reach number 0.");
  private final Setting<Integer> timeout =
      Setting.integer(
          "--worker-timeout",
          "SECONDS",
          "How long a worker waits for another before it is lost (default: %d)."
              .formatted(TIMEOUT_SECONDS));

  /** Adds them to a verb. */
  void addTo(Verb verb) {
    verb.add(workers, world, rank, rendezvous, timeout);
  }

  /**
   * Who trains.
   *
   * @param arguments of the command, with which others can be started
   * @throws UsageException if the options contradict each other
   */
  Team team(List<String> arguments) {
    int count = Check.count(workers, 1, 1);
    Duration patience = Duration.ofSeconds(Check.count(timeout, 1, TIMEOUT_SECONDS));
    boolean elsewhere = world.isGiven() || rank.isGiven() || rendezvous.isGiven();
    if (elsewhere && workers.isGiven()) {
      throw UsageException.of("--workers or --world", "one of the two", "both");
    }
    if (elsewhere) {
      return new Member(seat(patience), 1);
    }
    if (count == 1) {
      return new Team.Alone();
    }
    Map<String, String> environment = System.getenv();
    String store = environment.get(LocalTeam.STORE);
    String number = environment.get(LocalTeam.RANK);
    if (store == null || number == null) {
      return new LocalTeam(arguments, count, patience);
    }
    Path file = Path.of(store);
    Member.followStarter(file.resolveSibling(""));
    Rendezvous place = new Rendezvous.File(file);
    return new Member(new Seat(Integer.parseInt(number), count, place, patience), count);
  }

  /** Refuses more workers than there are batches to share. */
  void requireWork(TrainingPlan plan) {
    Setting<Integer> option = world.isGiven() ? world : workers;
    int count = option.or(1);
    if (count > plan.parts()) {
      throw new RefusedException(
          "%s: expected at most %d, one for each batch of a step, found %d: give larger --batch-tokens or smaller --micro-tokens, or fewer workers"
              .formatted(option.name(), plan.parts(), count));
    }
  }

  private Seat seat(Duration patience) {
    for (Setting<?> needed : List.of(world, rank, rendezvous)) {
      if (!needed.isGiven()) {
        throw UsageException.of(
            needed.name(), "--world, --rank and --rendezvous together", "none of it");
      }
    }
    try {
      return new Seat(
          rank.or(0), Check.count(world, 1, 1), Rendezvous.Host.parse(rendezvous.or("")), patience);
    } catch (IllegalArgumentException e) {
      throw UsageException.of(e);
    }
  }
}
