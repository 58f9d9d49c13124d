package org.gta4j.train.workers;

import java.time.Duration;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.gta4j.train.torch.Torch;

/**
 * The launchers of a training on several machines, one a machine, seen by one of them. They meet
 * before their workers do, once for each attempt, and hear from each other how an attempt ended.
 * All of it is written into a store of c10d that node 0's launcher keeps, so that it outlives
 * workers.
 *
 * <p>Calls fail with a {@link WorkerException} where node 0's launcher is gone, or has not answered
 * for as long as one waits for another.
 */
public final class Nodes implements AutoCloseable {
  private static final String ATTEMPT = "attempt";
  private static final String LOOPBACK = "127.";
  private static final Duration PAUSE = Duration.ofMillis(50);

  /** Those who want to read what is written here have done so by then. */
  private static final Duration GRACE = Duration.ofSeconds(5);

  private final Board board;
  private final Rendezvous.Host host;
  private final int node;
  private final int count;
  private final Duration timeout;
  private final String self = UUID.randomUUID().toString();
  private OptionalInt met = OptionalInt.empty();

  private Nodes(Board board, Rendezvous.Host host, int node, int count, Duration timeout) {
    this.board = board;
    this.host = host;
    this.node = node;
    this.count = count;
    this.timeout = timeout;
  }

  /**
   * How an attempt failed.
   *
   * @param isFinal whether another attempt would end alike
   * @param what happened, in words
   */
  public record Failure(boolean isFinal, String what) {
    private static final String FINAL = "final ";
    private static final String LOST = "lost ";

    private static Failure read(String text) {
      boolean last = text.startsWith(FINAL);
      return new Failure(last, text.substring((last ? FINAL : LOST).length()));
    }

    private String written() {
      return (isFinal ? FINAL : LOST) + what;
    }
  }

  /**
   * Finds the store; node 0's launcher makes it.
   *
   * @param node which one this is, from 0 on
   * @param count how many there are
   * @param timeout how long one waits for another
   * @throws WorkerException if it cannot be reached in time
   */
  public static Nodes open(Rendezvous.Host host, int node, int count, Duration timeout) {
    host.ownAddress(); // says what is wrong with a name sooner than a store does
    Torch.onThisThreadAlone(); // loads libtorch as we want it
    return new Nodes(Board.ofLaunchers(host, node == 0, timeout), host, node, count, timeout);
  }

  /** The attempt that the others are at; 0 before the first. */
  public int attempt() {
    return asked(() -> board.read(ATTEMPT).map(Integer::parseInt).orElse(0));
  }

  /**
   * Waits until the launchers of all nodes have come to an attempt. Where this node's is at it
   * already, it may have ended unnoticed: then that is waited for, and it is the next one.
   *
   * @param introduction lines that have to be the same for all
   * @param news hears whom it waits for, where that takes long
   * @param stopped whether this node's user does not want to wait any more; the others hear of it
   * @return the attempt that they have come to; nothing where this node was stopped before
   * @throws WorkerException if one does not come, or there are two of one, or one has other lines,
   *     or was stopped
   */
  public OptionalInt meet(
      int attempt, String introduction, Consumer<String> news, BooleanSupplier stopped) {
    String entry = self + "\n" + address() + "\n" + introduction;
    int wanted = attempt;
    while (!enter(wanted, entry)) {
      int taken = wanted;
      if (!await(() -> taken(taken), patience(), news, stopped)) {
        return OptionalInt.empty();
      }
      wanted++;
    }
    int attained = wanted;
    met = OptionalInt.of(attained);
    if (node == 0) {
      asked(() -> {
        board.write(ATTEMPT, Integer.toString(attained));
        return attained;
      });
    }
    if (!await(() -> incomplete(attained), timeout, news, stopped)) {
      fail(attained, new Failure(true, "node %d was stopped before all had come".formatted(node)));
      return OptionalInt.empty();
    }
    return met;
  }

  private static String place(int attempt) {
    return "node/%d/".formatted(attempt);
  }

  private boolean enter(int attempt, String entry) {
    return asked(() -> board.writeFirst(place(attempt) + node, entry)).equals(entry);
  }

  /** The workers of a node that was lost are missed by others some time after these waited. */
  private Duration patience() {
    return timeout.multipliedBy(2);
  }

  /** Where this node has come to an attempt before, by a command that may have ended. */
  private Optional<Absence> taken(int attempt) {
    return failure(attempt).isPresent()
        ? Optional.empty()
        : Optional.of(
            new Absence(
                "node %d is at %s already: waiting until the others miss it, for %d s at most"
                    .formatted(node, host, patience().toSeconds()),
                "node %d is at %s already, and was not missed within %d s: another command has its --node-rank, or the others still wait for the one before"
                    .formatted(node, host, patience().toSeconds())));
  }

  private Optional<Absence> incomplete(int attempt) {
    Optional<Failure> failure = failure(attempt).filter(Failure::isFinal);
    if (failure.isPresent()) {
      throw new WorkerException(failure.get().what());
    }
    return compared(place(attempt)).stream()
        .findFirst()
        .map(other ->
            new Absence(
                "waiting for node %d at %s, for %d s at most"
                    .formatted(other, host, timeout.toSeconds()),
                "node %d did not come to %s within %d s"
                    .formatted(other, host, timeout.toSeconds())));
  }

  /**
   * What is waited for.
   *
   * @param news said where that takes long
   * @param inVain said where it took too long
   */
  private record Absence(String news, String inVain) {}

  /** Returns whether it was waited for to the end. */
  private static boolean await(
      Supplier<Optional<Absence>> look,
      Duration patience,
      Consumer<String> news,
      BooleanSupplier stopped) {
    long begin = System.nanoTime();
    boolean told = false;
    for (Optional<Absence> missing = look.get(); missing.isPresent(); missing = look.get()) {
      if (stopped.getAsBoolean()) {
        return false;
      }
      Duration waited = Duration.ofNanos(System.nanoTime() - begin);
      if (waited.compareTo(patience) > 0) {
        throw new WorkerException(missing.get().inVain());
      }
      if (!told && waited.compareTo(GRACE) > 0) {
        news.accept(missing.get().news());
        told = true;
      }
      pause();
    }
    return true;
  }

  /** Compares those that have come to the first of them; returns who has not come yet. */
  private List<Integer> compared(String place) {
    List<Integer> missing = missing(place);
    if (missing.contains(0)) {
      return missing;
    }
    List<String> first = entry(place + 0);
    for (int other = 1; other < count; other++) {
      if (!missing.contains(other)) {
        List<String> lines = entry(place + other);
        RollCall.requireSame("node", other, introduction(first), introduction(lines));
        requireReachable(first.get(1), lines.get(1));
      }
    }
    return missing;
  }

  /** Where this node's workers are to be found, unless their network card is named. */
  private String address() {
    return GlooWorkers.networkCard().isPresent() ? "" : host.ownAddress();
  }

  /** A machine's own name may mean an address that only itself can reach. */
  private void requireReachable(String first, String other) {
    if (first.startsWith(LOOPBACK) && !other.isEmpty() && !other.startsWith(LOOPBACK)) {
      throw new WorkerException(
          "node 0 knows %s as %s, where other machines cannot reach it: give its address in --rendezvous, or name its network card in GLOO_SOCKET_IFNAME"
              .formatted(host.name(), first));
    }
  }

  private List<Integer> missing(String place) {
    return everybody().stream()
        .filter(other -> asked(() -> board.read(place + other)).isEmpty())
        .toList();
  }

  private List<Integer> everybody() {
    return IntStream.range(0, count).boxed().toList();
  }

  private List<String> entry(String key) {
    return asked(() -> board.read(key)).orElse("\n").lines().toList();
  }

  private static String introduction(List<String> entry) {
    return String.join("\n", entry.subList(2, entry.size()));
  }

  /** Tells the others that an attempt failed; what was told first counts, and is returned. */
  public Failure fail(int attempt, Failure failure) {
    return Failure.read(asked(() -> board.writeFirst("failed/" + attempt, failure.written())));
  }

  /** How an attempt failed, if somebody said so. */
  public Optional<Failure> failure(int attempt) {
    return asked(() -> board.read("failed/" + attempt)).map(Failure::read);
  }

  /** Tells the others that this node's workers have come to the end of an attempt. */
  public void finish(int attempt) {
    asked(() -> board.writeFirst("done/%d/%d".formatted(attempt, node), self));
  }

  /** Whether the workers of all nodes have come to the end of an attempt. */
  public boolean isFinished(int attempt) {
    return missing("done/%d/".formatted(attempt)).isEmpty();
  }

  /**
   * Leaves when all have read what they wait for: the store ends with node 0's launcher. One that
   * never took part says nothing, since another has its number.
   */
  public void part() {
    if (met.isEmpty()) {
      return;
    }
    try {
      String bye = "bye/%d/".formatted(met.getAsInt());
      asked(() -> board.writeFirst(bye + node, self));
      long end = System.nanoTime() + GRACE.toNanos();
      Set<Integer> here = new HashSet<>(everybody());
      here.removeAll(missing(place(met.getAsInt())));
      while (node == 0 && !Collections.disjoint(here, missing(bye)) && System.nanoTime() < end) {
        pause();
      }
    } catch (RuntimeException e) {
      // Node 0 has left before, so it has said all there was to say.
    }
  }

  private <T> T asked(Callable<T> question) {
    try {
      return board.within(timeout, question);
    } catch (WorkerException e) {
      throw new WorkerException("node 0, which keeps the store at %s, was lost".formatted(host), e);
    }
  }

  private static void pause() {
    try {
      Thread.sleep(PAUSE);
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  private static WorkerException interrupted(InterruptedException e) {
    Thread.currentThread().interrupt();
    return new WorkerException("interrupted while waiting for other nodes", e);
  }

  @Override
  public void close() {
    board.close();
  }
}
