package org.gta4j.train.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.gta4j.tensor.DType;
import org.gta4j.tensor.Shape;
import org.gta4j.tensor.Tensor;
import org.gta4j.train.workers.GlooWorkers;
import org.gta4j.train.workers.Rendezvous;
import org.gta4j.train.workers.Seat;
import org.gta4j.train.workers.WorkerException;
import org.gta4j.train.workers.Workers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Workers that are threads of one process: to each other they are what processes would be. */
class WorkersTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(30);

  @TempDir private Path folder = Path.of("");

  private interface Work<T> {
    T with(Workers workers);
  }

  /** What each of several workers comes to, in their order. */
  private <T> List<Future<T>> together(int count, Work<T> work) {
    return together(
        new Rendezvous.File(folder.resolve("meeting-" + System.nanoTime())), count, work);
  }

  private static <T> List<Future<T>> together(Rendezvous place, int count, Work<T> work) {
    List<Future<T>> running = new ArrayList<>();
    try (ExecutorService pool = Executors.newFixedThreadPool(count)) {
      for (int rank = 0; rank < count; rank++) {
        Seat seat = new Seat(rank, count, place, TIMEOUT);
        running.add(
            pool.submit(() -> {
              try (Workers workers = GlooWorkers.join(seat, "a test", other -> Optional.empty())) {
                return work.with(workers);
              }
            }));
      }
    }
    return running;
  }

  private static <T> List<T> results(List<Future<T>> running) {
    assertThat(running).allSatisfy(each -> assertThat(each).succeedsWithin(Duration.ZERO));
    return running.stream().map(Future::resultNow).toList();
  }

  private record Run(List<Double> losses, long checksum) {}

  /** Trains until a step and saves; goes on from what was saved. */
  private Run train(Workers workers, Path saved, long until, boolean divided) {
    try (TinyTraining training = TinyTraining.of(TinyTraining.plan(1, 0.1), workers, divided)) {
      List<Double> losses = new ArrayList<>();
      Trainer trainer =
          training.train(
              workers,
              saved,
              until,
              report -> {
                losses.add(report.loss());
                report.validationLoss().ifPresent(losses::add);
              });
      assertThat(trainer.state().step()).isEqualTo(until);
      return new Run(losses, Checksum.of(training.parameters.views().values()));
    }
  }

  private Run train(int workers, String saved, long until) {
    return train(workers, saved, until, true);
  }

  private Run train(int workers, String saved, long until, boolean divided) {
    if (workers == 1) {
      return train(Workers.alone(), folder.resolve(saved), until, divided);
    }
    List<Run> runs =
        results(together(workers, each -> train(each, folder.resolve(saved), until, divided)));
    assertThat(runs).allSatisfy(run -> assertThat(run).isEqualTo(runs.getFirst()));
    return runs.getFirst();
  }

  private static void assertClose(List<Double> found, List<Double> wanted) {
    assertThat(found).hasSameSizeAs(wanted);
    for (int i = 0; i < wanted.size(); i++) {
      assertThat(found.get(i)).as("loss %d", i).isCloseTo(wanted.get(i), within(1e-5));
    }
  }

  @Test
  void severalLearnWhatOneLearnsAndGoOnInAnyNumber() throws IOException {
    Run alone = train(1, "alone", 12);
    Run pair = train(2, "pair", 12);
    assertClose(pair.losses(), alone.losses());
    assertClose(train(3, "three", 12).losses(), alone.losses());
    assertClose(train(2, "whole", 12, false).losses(), alone.losses());
    assertThat(train(2, "again", 6).losses()).isEqualTo(pair.losses().subList(0, 6));
    assertThat(train(2, "again", 12))
        .isEqualTo(new Run(pair.losses().subList(6, 13), pair.checksum()));

    List<Double> rest = alone.losses().subList(6, 13);
    train(1, "more", 6);
    assertClose(train(4, "more", 12).losses(), rest);
    train(2, "fewer", 6);
    assertClose(train(1, "fewer", 12).losses(), rest);
    assertSameLayout("pair", "alone");
  }

  /** Nothing but numbers differs between checkpoints of different numbers of workers. */
  private void assertSameLayout(String one, String other) throws IOException {
    for (String name : List.of("model.safetensors", "optimizer.safetensors")) {
      Path found = folder.resolve(one + "/step-00000012/" + name);
      Path wanted = folder.resolve(other + "/step-00000012/" + name);
      assertThat(header(found)).isEqualTo(header(wanted));
      assertThat(found).hasSize(Files.size(wanted));
    }
  }

  private static byte[] header(Path file) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    int length = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getInt();
    return Arrays.copyOf(bytes, Long.BYTES + length);
  }

  /** As on several machines: over TCP, at a port that is free now. */
  private static Rendezvous port() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return Rendezvous.Host.parse("127.0.0.1:" + socket.getLocalPort());
    }
  }

  @Test
  void sumsAreTheSameWhateverTheirSizes() throws IOException {
    int large = (27 << 20) / Float.BYTES;
    List<List<Float>> found =
        results(
            together(
                port(),
                2,
                workers -> {
                  try (Arena arena = Arena.ofConfined()) {
                    List<Tensor> tensors = new ArrayList<>();
                    for (long size : new long[] {3, large, 1}) {
                      Tensor tensor =
                          new Tensor(
                              DType.F32, Shape.of(size), arena.allocate(size * Float.BYTES, 64));
                      for (long i = 0; i < size; i++) {
                        tensor.set(i, (float) (workers.rank() * 100L + i % 7));
                      }
                      tensors.add(tensor);
                    }
                    workers.sum(tensors);
                    assertThat(workers.each(workers.rank() + 0.5)).containsExactly(0.5, 1.5);
                    return List.of(
                        tensors.get(0).get(2),
                        tensors.get(1).get(large - 1L),
                        tensors.get(2).get(0));
                  }
                }));
    float last = (large - 1) % 7;
    assertThat(found)
        .allSatisfy(each -> assertThat(each).containsExactly(104f, 100 + 2 * last, 100f));
  }

  /** The others may notice while they add up, or earlier, while they still connect. */
  @Test
  void whoeverLeavesIsNamedWithItsReason() {
    List<Future<String>> running =
        together(
            3,
            workers -> {
              if (workers.rank() == 1) {
                workers.leave("the disk is full, schön");
                return "left";
              }
              workers.sum(1);
              return "did not notice";
            });
    assertThat(running.get(1)).succeedsWithin(Duration.ZERO).isEqualTo("left");
    for (int rank : new int[] {0, 2}) {
      assertThat(running.get(rank))
          .failsWithin(Duration.ZERO)
          .withThrowableOfType(ExecutionException.class)
          .havingCause()
          .isInstanceOf(WorkerException.class)
          .withMessage("worker 1 ended: the disk is full, schön");
    }
  }

  @Test
  void whoeverWantsSomethingElseIsRefused() throws InterruptedException {
    Rendezvous place = new Rendezvous.File(folder.resolve("place"));
    try (ExecutorService pool = Executors.newFixedThreadPool(2)) {
      List<Future<Void>> running = new ArrayList<>();
      for (int rank = 0; rank < 2; rank++) {
        Seat seat = new Seat(rank, 2, place, TIMEOUT);
        String introduction = "seed: 1\nsteps: " + (7 + rank);
        running.add(
            pool.submit(() -> {
              GlooWorkers.join(seat, introduction, other -> Optional.empty()).close();
              return null;
            }));
      }
      for (Future<Void> one : running) {
        assertThatThrownBy(one::get)
            .isInstanceOf(ExecutionException.class)
            .hasRootCauseMessage(
                "worker 1 was started otherwise than worker 0: expected steps: 7, found steps: 8");
      }
    }
  }

  @Test
  void placesThatMakeNoSenseAreRefused() {
    assertThatThrownBy(() -> Rendezvous.Host.parse("machine"))
        .hasMessage("rendezvous: expected HOST:PORT, found machine");
    assertThatThrownBy(() -> Rendezvous.Host.parse("machine:0")).hasMessageContaining("1 to 65535");
    Rendezvous place = new Rendezvous.Host("nowhere.invalid", 4000);
    assertThatThrownBy(() -> new Seat(2, 2, place, TIMEOUT))
        .hasMessage("rank: expected 0 to 1, found 2");
    assertThatThrownBy(
            () -> GlooWorkers.join(new Seat(1, 2, place, TIMEOUT), "", other -> Optional.empty()))
        .isInstanceOf(WorkerException.class)
        .hasMessage("rendezvous: no machine is known by the name nowhere.invalid");
    Rendezvous lonely = new Rendezvous.File(folder.resolve("lonely"));
    assertThatThrownBy(() ->
            GlooWorkers.join(
                new Seat(0, 2, lonely, Duration.ofMillis(50)), "", other -> Optional.empty()))
        .hasMessageContaining("worker 1 did not come");
    assertThatThrownBy(() ->
            GlooWorkers.join(
                new Seat(0, 2, lonely, TIMEOUT), "", other -> Optional.of("it was killed")))
        .hasMessage("worker 1 was lost: it was killed");
    try (TinyTraining training = new TinyTraining(TinyTraining.plan(6, 0), 1)) {
      List<Future<Trainer>> two =
          together(2, workers -> training.trainer(workers, TrainingState.start()));
      // Each refuses for itself; who is late may find the other gone.
      assertThat(two)
          .anySatisfy(each ->
              assertThatThrownBy(each::get)
                  .hasRootCauseMessage(
                      "workers: expected at most 1, one for each batch that is computed at once, found 2"));
    }
  }
}
