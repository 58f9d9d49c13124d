package org.gta4j.train.workers;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.bytedeco.javacpp.chrono.Milliseconds;
import org.bytedeco.pytorch.FileStore;
import org.bytedeco.pytorch.PrefixStore;
import org.bytedeco.pytorch.Store;
import org.bytedeco.pytorch.StringVector;
import org.bytedeco.pytorch.TCPStore;
import org.bytedeco.pytorch.TCPStoreOptions;
import org.gta4j.train.torch.TensorScope;

/**
 * Where each worker can write something, and read what others wrote: a store of c10d, in a file or
 * in worker 0's process.
 *
 * <p>Every call may fail where worker 0 is lost, whose store it is, with a RuntimeException of
 * JavaCPP's.
 */
final class Board implements AutoCloseable {
  /** A thread that asks nothing has ended by then. */
  private static final Duration ENDED = Duration.ofMillis(50);

  private final Store store;
  private final ExecutorService asking =
      Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().name("gta4j-board").factory());
  private volatile boolean silent;

  private Board(Store store) {
    this.store = store;
  }

  /**
   * Finds the board, or makes it.
   *
   * @throws WorkerException if it cannot be reached in time
   */
  static Board open(Seat seat) {
    try {
      Store store =
          switch (seat.rendezvous()) {
            case Rendezvous.File file -> new FileStore(file.path().toString(), seat.count());
            case Rendezvous.Host host -> store(host, seat.rank() == 0, seat.timeout());
            case Rendezvous.Kept kept ->
                new PrefixStore(
                    "attempt-%d".formatted(kept.attempt()),
                    store(kept.host(), false, seat.timeout()));
          };
      store.setTimeout(milliseconds(seat.timeout()));
      return new Board(store);
    } catch (RuntimeException e) {
      throw unreachable("worker 0", seat.rendezvous(), e);
    }
  }

  /**
   * The same for launchers, of which the first makes it.
   *
   * @throws WorkerException if it cannot be reached in time
   */
  static Board ofLaunchers(Rendezvous.Host host, boolean first, Duration timeout) {
    try {
      return new Board(store(host, first, timeout));
    } catch (RuntimeException e) {
      throw unreachable("node 0", host, e);
    }
  }

  private static WorkerException unreachable(String who, Rendezvous where, RuntimeException e) {
    return new WorkerException("%s cannot be met at %s: %s".formatted(who, where, firstLine(e)), e);
  }

  private static Store store(Rendezvous.Host host, boolean server, Duration timeout) {
    return new TCPStore(host.name(), options(host, server, timeout));
  }

  private static TCPStoreOptions options(Rendezvous.Host host, boolean server, Duration timeout) {
    return new TCPStoreOptions()
        .port((short) host.port())
        .isServer(server)
        .waitWorkers(false)
        .timeout(milliseconds(timeout));
  }

  static Milliseconds milliseconds(Duration duration) {
    return new Milliseconds(duration.toMillis());
  }

  /** What libtorch says, without the places in its sources. */
  static String firstLine(Throwable e) {
    String text = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
    return text.replaceFirst("^\\[[^\\]]*\\] *", "");
  }

  Store store() {
    return store;
  }

  void write(String key, String text) {
    store.set(key, text);
  }

  /** What was written under a key, if anything was until now. */
  Optional<String> read(String key) {
    try (TensorScope _ = new TensorScope()) {
      return store.check(new StringVector(key))
          ? Optional.of(store.get_to_str(key))
          : Optional.empty();
    }
  }

  /**
   * Writes where nobody has written yet.
   *
   * @return what stands there now
   */
  String writeFirst(String key, String text) {
    try (TensorScope _ = new TensorScope()) {
      return store.compareSet(key, "", text);
    }
  }

  /**
   * Asks in a thread of its own, and no longer than so long: where the machine that has the board
   * is cut off, a question waits until TCP gives up, which takes a quarter of an hour.
   *
   * @throws WorkerException if there is no answer in time; it is not asked again then
   */
  <T> T within(Duration patience, Callable<T> question) {
    if (silent) {
      throw new WorkerException("expected an answer, found that there was none before");
    }
    Future<T> answer = asking.submit(question);
    try {
      return answer.get(patience.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      silent = true;
      throw new WorkerException("no answer within %d s".formatted(patience.toSeconds()), e);
    } catch (ExecutionException e) {
      throw new WorkerException(firstLine(e), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new WorkerException("interrupted while waiting for an answer", e);
    }
  }

  /** One that still waits for an answer keeps the store, and ends with the process. */
  @Override
  public void close() {
    asking.shutdown();
    if (!isAsking()) {
      store.close();
    }
  }

  private boolean isAsking() {
    try {
      return !asking.awaitTermination(ENDED.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return true;
    }
  }
}
