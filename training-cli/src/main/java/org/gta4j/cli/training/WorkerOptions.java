package org.gta4j.cli.training;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
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

  private static final int RESTARTS = 3;

  private final Setting<Integer> workers =
      Setting.integer(
          "--workers",
          "N",
          "Processes on each machine that share the batches of each step (default: 1).");
  private final Setting<Integer> nodes =
      Setting.integer(
          "--nodes", "N", "Machines that share them; start the same command on each (default: 1).");
  private final Setting<Integer> nodeRank =
      Setting.integer(
          "--node-rank", "R", "Which of them this is, from 0 on; node 0 writes everything.");
  private final Setting<String> rendezvous =
      Setting.text("--rendezvous", "HOST:PORT", "Where all machines can reach number 0.");
  private final Setting<Integer> restarts =
      Setting.integer(
          "--max-restarts",
          "N",
          "How often all begin again at the last checkpoint when a worker is lost (default: %d)."
              .formatted(RESTARTS));
  private final Setting<Integer> world =
      Setting.integer(
          "--world",
          "N",
          "In place of --workers and --nodes, where something else starts each process and watches it: how many there are.");
  private final Setting<Integer> rank =
      Setting.integer("--rank", "R", "Which of them this is, from 0 on; 0 writes everything.");
  private final Setting<Integer> timeout =
      Setting.integer(
          "--worker-timeout",
          "SECONDS",
          "How long a worker or a machine waits for another before it is lost (default: %d)."
              .formatted(TIMEOUT_SECONDS));
  private final Setting<Integer> zero =
      Setting.integer(
          "--zero",
          "STAGE",
          "1: each process keeps its part of AdamW's moments; 0: each keeps all (default: 1).");

  /** Adds them to a verb. */
  void addTo(Verb verb) {
    verb.add(workers, nodes, nodeRank, rendezvous, restarts, world, rank, timeout, zero);
  }

  /**
   * What to launch, where this process is to compute nothing itself.
   *
   * @throws UsageException if the options contradict each other
   */
  Optional<Launcher.Layout> layout() {
    requireOneWay();
    if (world.isGiven() || System.getenv(Launcher.RANK) != null) {
      return Optional.empty();
    }
    int machines = Check.count(nodes, 1, 1);
    int here = Check.count(workers, 1, 1);
    int most = restarts.or(RESTARTS);
    if (most < 0) {
      throw UsageException.of(restarts.name(), "an integer from 0 on", most);
    }
    if (machines > 1) {
      requireTogether(nodes, nodeRank, rendezvous);
      if (nodeRank.or(0) < 0 || nodeRank.or(0) >= machines) {
        throw UsageException.of(nodeRank.name(), "0 to %d".formatted(machines - 1), nodeRank.or(0));
      }
      return Optional.of(
          new Launcher.Layout(
              machines, nodeRank.or(0), here, Optional.of(host()), patience(), most));
    }
    return here == 1
        ? Optional.empty()
        : Optional.of(new Launcher.Layout(1, 0, here, Optional.empty(), patience(), most));
  }

  private void requireOneWay() {
    boolean processes = world.isGiven() || rank.isGiven();
    boolean machines = nodes.isGiven() || nodeRank.isGiven();
    if (processes && (machines || workers.isGiven())) {
      throw UsageException.of(
          "--world or %s".formatted(machines ? "--nodes" : "--workers"), "one of the two", "both");
    }
    if (processes) {
      requireTogether(world, rank, rendezvous);
    } else if (rendezvous.isGiven() || nodeRank.isGiven()) {
      requireTogether(nodes, nodeRank, rendezvous);
    }
    int stage = zero.or(1);
    if (stage != 0 && stage != 1) {
      throw UsageException.of(zero.name(), "0 or 1", stage);
    }
  }

  /**
   * Who trains; not of a launcher.
   *
   * @throws UsageException if the options contradict each other
   */
  Team team() {
    requireOneWay();
    boolean divided = zero.or(1) == 1;
    String number = System.getenv(Launcher.RANK);
    if (number != null) {
      return new Member(
          launched(Integer.parseInt(number)),
          workers.or(1),
          divided,
          Optional.of(Starter.follow(folder())));
    }
    if (!world.isGiven()) {
      return new Team.Alone();
    }
    try {
      Seat seat = new Seat(rank.or(0), Check.count(world, 1, 1), host(), patience());
      return new Member(seat, 1, divided, Optional.empty());
    } catch (IllegalArgumentException e) {
      throw UsageException.of(e);
    }
  }

  private Seat launched(int number) {
    int attempt = Integer.parseInt(System.getenv().getOrDefault(Launcher.ATTEMPT, "0"));
    Rendezvous place =
        nodes.or(1) > 1
            ? new Rendezvous.Kept(host(), attempt)
            : new Rendezvous.File(folder().resolve("store-%d".formatted(attempt)));
    return new Seat(number, count(), place, patience());
  }

  private static Path folder() {
    return Path.of(System.getenv().getOrDefault(Launcher.FOLDER, ""));
  }

  private Duration patience() {
    return Duration.ofSeconds(Check.count(timeout, 1, TIMEOUT_SECONDS));
  }

  private int count() {
    return world.isGiven() ? world.or(1) : workers.or(1) * nodes.or(1);
  }

  /** Refuses more workers than there are batches to share. */
  void requireWork(TrainingPlan plan) {
    int count = count();
    if (count > plan.parts()) {
      String option =
          world.isGiven()
              ? world.name()
              : nodes.isGiven() ? "--nodes times --workers" : workers.name();
      throw new RefusedException(
          "%s: expected at most %d, one for each batch of a step, found %d: give larger --batch-tokens or smaller --micro-tokens, or fewer workers"
              .formatted(option, plan.parts(), count));
    }
  }

  private static void requireTogether(Setting<?>... all) {
    for (Setting<?> needed : all) {
      if (!needed.isGiven()) {
        throw UsageException.of(
            needed.name(),
            "%s, %s and %s together".formatted(all[0].name(), all[1].name(), all[2].name()),
            "none of it");
      }
    }
  }

  private Rendezvous.Host host() {
    try {
      return Rendezvous.Host.parse(rendezvous.or(""));
    } catch (IllegalArgumentException e) {
      throw UsageException.of(e);
    }
  }
}
