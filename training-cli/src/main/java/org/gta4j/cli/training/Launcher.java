package org.gta4j.cli.training;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Predicate;
import org.gta4j.checkpoint.UnfinishedFiles;
import org.gta4j.cli.RefusedException;
import org.gta4j.cli.Terminal;
import org.gta4j.cli.Version;
import org.gta4j.train.run.Checkpoints;
import org.gta4j.train.workers.Nodes;
import org.gta4j.train.workers.Rendezvous;
import org.gta4j.train.workers.WorkerException;

/**
 * Starts the workers of a machine and looks after them: where one is lost, here or on another
 * machine, all begin again at the last checkpoint. It computes nothing itself.
 *
 * <p>Worker 0 speaks to the user; what the others say is kept in a folder of temporary files, where
 * workers of one machine also meet.
 */
final class Launcher {
  /** Tells a process that it is a worker, and which one. */
  static final String RANK = "GTA_WORKER_RANK";

  /** Which attempt it belongs to. */
  static final String ATTEMPT = "GTA_WORKER_ATTEMPT";

  /** The folder of temporary files. */
  static final String FOLDER = "GTA_WORKER_FOLDER";

  private static final String RESUME = "--resume";
  private static final Duration PAUSE = Duration.ofMillis(50);

  /** By then whoever knows more has said it: why a worker was left alone, or what it refuses. */
  private static final Duration GRACE = Duration.ofSeconds(8);

  /**
   * Who is to be started.
   *
   * @param nodes machines
   * @param node which of them this is, from 0 on
   * @param workers processes on each
   * @param host where launchers of several machines meet
   * @param patience how long one waits for another
   * @param restarts how often all may begin again
   */
  record Layout(
      int nodes,
      int node,
      int workers,
      Optional<Rendezvous.Host> host,
      Duration patience,
      int restarts) {
    /** What launchers of all machines must have been told alike. */
    private String introduction() {
      return """
      gta4j: %s
      nodes: %d
      workers: %d
      max-restarts: %d\
      """
          .formatted(Version.number(), nodes, workers, restarts);
    }
  }

  private final Terminal terminal;
  private final List<String> arguments;
  private final Layout layout;
  private final Path out;
  private final Path folder;
  private volatile List<WorkerProcess> processes = List.of();
  private volatile boolean stopped;
  private volatile boolean searching;

  /**
   * A launcher that has not started anything yet.
   *
   * @param arguments of the command
   * @param out where worker 0 keeps checkpoints
   */
  Launcher(Terminal terminal, List<String> arguments, Layout layout, Path out) {
    this.terminal = terminal;
    this.arguments = List.copyOf(arguments);
    this.layout = layout;
    this.out = out;
    try {
      folder = Files.createTempDirectory("gta-workers-");
    } catch (IOException e) {
      throw new RefusedException(
          "--workers: no folder for temporary files can be made: " + e.getMessage(), e);
    }
    UnfinishedFiles.addFolder(folder);
  }

  /**
   * Runs the training to its end.
   *
   * @return the exit code; whatever led to another one than 0 has been said
   * @throws RefusedException saying why it cannot go on
   */
  int run() {
    try (Interrupt _ = Interrupt.onSignal(this::askToStop)) {
      if (layout.host().isEmpty()) {
        return run(Optional.empty());
      }
      searching = true;
      try (Nodes nodes =
          Nodes.open(layout.host().get(), layout.node(), layout.nodes(), layout.patience())) {
        searching = false;
        try {
          return run(Optional.of(nodes));
        } finally {
          nodes.part();
        }
      }
    } catch (WorkerException e) {
      throw new RefusedException("%s. %s".formatted(e.getMessage(), lastGood()), e);
    } finally {
      end();
      UnfinishedFiles.deleteFolder(folder);
    }
  }

  private int run(Optional<Nodes> nodes) {
    int attempt = nodes.map(Nodes::attempt).orElse(0);
    while (true) {
      if (nodes.isPresent()) {
        OptionalInt met =
            nodes.get().meet(attempt, layout.introduction(), terminal::say, () -> stopped);
        if (met.isEmpty()) {
          return Interrupt.INTERRUPTED;
        }
        attempt = met.getAsInt();
      }
      try {
        start(attempt);
      } catch (RefusedException e) {
        Nodes.Failure own = new Nodes.Failure(true, String.valueOf(e.getMessage()));
        int failed = attempt;
        nodes.ifPresent(others -> others.fail(failed, own));
        throw e;
      }
      Optional<Nodes.Failure> failure = watch(attempt, nodes);
      if (failure.isEmpty()) {
        return 0;
      }
      Optional<Integer> said = exitOfSpeaker();
      end();
      if (failure.get().isFinal() && said.isPresent()) {
        return said.get();
      }
      requireAnother(failure.get(), attempt);
      terminal.say(
          "%s. Restart %d of %d%s"
              .formatted(failure.get().what(), attempt + 1, layout.restarts(), from()));
      attempt++;
    }
  }

  private void requireAnother(Nodes.Failure failure, int attempt) {
    if (failure.isFinal() || stopped || attempt >= layout.restarts()) {
      boolean used = !failure.isFinal() && !stopped && layout.restarts() > 0;
      throw new RefusedException(
          "%s%s. %s"
              .formatted(
                  failure.what(),
                  used ? ", and all %d restarts are used up".formatted(layout.restarts()) : "",
                  lastGood()));
    }
  }

  private Checkpoints checkpoints() {
    return new Checkpoints(out.resolve(TrainingSession.CHECKPOINTS), 1, Map.of());
  }

  private String lastGood() {
    return layout.node() == 0 ? checkpoints().lastGood() : "Node 0 has the checkpoints";
  }

  private String from() {
    if (layout.node() > 0) {
      return "";
    }
    return checkpoints()
        .newest()
        .map(path -> ": going on from " + path)
        .orElse(": from the beginning, as there is no checkpoint yet");
  }

  private void start(int attempt) {
    List<String> again = new ArrayList<>(arguments);
    if (attempt > 0 && !again.contains(RESUME)) {
      again.add(RESUME);
    }
    List<WorkerProcess> started = new ArrayList<>();
    for (int i = 0; i < layout.workers(); i++) {
      int rank = layout.node() * layout.workers() + i;
      Map<String, String> environment = new HashMap<>();
      environment.put(RANK, Integer.toString(rank));
      environment.put(ATTEMPT, Integer.toString(attempt));
      environment.put(FOLDER, folder.toString());
      Path log = folder.resolve("worker-%d-%d.log".formatted(rank, attempt));
      started.add(
          WorkerProcess.start(
              rank, again, environment, rank == 0 ? Optional.empty() : Optional.of(log)));
      processes = List.copyOf(started); // those that must end if the next one cannot be started
    }
    if (stopped) {
      passOn();
    }
  }

  /** How an attempt failed; nothing where it came to its end. */
  private Optional<Nodes.Failure> watch(int attempt, Optional<Nodes> nodes) {
    boolean finished = false;
    long noticed = 0;
    while (true) {
      if (processes.stream().allMatch(WorkerProcess::isDone)) {
        if (nodes.isEmpty() || nodes.get().isFinished(attempt)) {
          return Optional.empty();
        }
        if (!finished) {
          nodes.get().finish(attempt);
          finished = true;
        }
      } else if (processes.stream().anyMatch(each -> !each.isRunning() && !each.isDone())) {
        noticed = noticed == 0 ? System.nanoTime() : noticed;
        boolean late = System.nanoTime() - noticed > GRACE.toNanos();
        Optional<Nodes.Failure> own = own(late);
        if (own.isPresent()) {
          return nodes.isPresent() ? Optional.of(told(nodes.get(), attempt, own.get())) : own;
        }
      }
      Optional<Nodes.Failure> others = nodes.flatMap(all -> all.failure(attempt));
      if (others.isPresent()) {
        return others.map(this::inOwnWords);
      }
      pause();
    }
  }

  /** Tells the other nodes; where one of them was first, what it said is why. */
  private Nodes.Failure told(Nodes nodes, int attempt, Nodes.Failure own) {
    Nodes.Failure first = nodes.fail(attempt, own);
    return first.equals(own) ? own : inOwnWords(first);
  }

  /** What workers all refuse they say here too, but for worker 0, who says it to its user. */
  private Nodes.Failure inOwnWords(Nodes.Failure failure) {
    long end = System.nanoTime() + 2 * GRACE.toNanos();
    while (failure.isFinal() && exitOfSpeaker().isEmpty() && System.nanoTime() < end) {
      Optional<String> word = first(WorkerProcess::hasRefused).flatMap(WorkerProcess::lastWord);
      if (word.isPresent()) {
        return new Nodes.Failure(true, word.get());
      }
      pause();
    }
    return failure;
  }

  /**
   * What went wrong on this machine.
   *
   * @param late whether nobody else will say any more
   */
  private Optional<Nodes.Failure> own(boolean late) {
    Optional<WorkerProcess> lost = first(WorkerProcess::isLost);
    if (lost.isPresent()) {
      return Optional.of(
          new Nodes.Failure(
              false, "worker %d was lost: %s".formatted(lost.get().rank(), lost.get().ending())));
    }
    Optional<WorkerProcess> refused = first(WorkerProcess::hasRefused);
    if (refused.isPresent() && (late || !isSpeakerStillThere())) {
      String reason =
          refused.get().rank() == 0
              ? "as it says on its machine"
              : refused.get().lastWord().orElse(refused.get().ending());
      return Optional.of(
          new Nodes.Failure(true, "worker %d ended: %s".formatted(refused.get().rank(), reason)));
    }
    Optional<WorkerProcess> alone = first(WorkerProcess::isLeftAlone);
    return late && alone.isPresent()
        ? Optional.of(
            new Nodes.Failure(
                false,
                alone
                    .get()
                    .lastWord()
                    .orElse(
                        "worker %d was left alone by another one".formatted(alone.get().rank()))))
        : Optional.empty();
  }

  private Optional<WorkerProcess> first(Predicate<WorkerProcess> wanted) {
    return processes.stream().filter(wanted).findFirst();
  }

  /** What one worker refuses all do, and worker 0 says it to the user. */
  private boolean isSpeakerStillThere() {
    return layout.node() == 0 && processes.getFirst().isRunning();
  }

  /** What worker 0 ended with, if it has told the user why. */
  private Optional<Integer> exitOfSpeaker() {
    return layout.node() == 0 && processes.getFirst().hasRefused()
        ? Optional.of(processes.getFirst().process().exitValue())
        : Optional.empty();
  }

  /** Worker 0 says itself what it does; where it is not, or is not yet, nobody else would. */
  private void askToStop() {
    stopped = true;
    if (searching) { // by a call of libtorch's, which nothing ends
      UnfinishedFiles.deleteFolder(folder);
      Runtime.getRuntime().halt(Interrupt.INTERRUPTED);
    }
    if (processes.isEmpty()) {
      terminal.say("stopping before workers begin; Ctrl-C again ends at once");
    } else if (layout.node() > 0) {
      terminal.say(Interrupt.STOPPING);
    }
    passOn();
  }

  private void passOn() {
    processes.stream().findFirst().ifPresent(WorkerProcess::askToStop);
  }

  private void end() {
    processes.forEach(WorkerProcess::end);
    processes = List.of();
  }

  private static void pause() {
    try {
      Thread.sleep(PAUSE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new WorkerException("interrupted while workers were running", e);
    }
  }
}
