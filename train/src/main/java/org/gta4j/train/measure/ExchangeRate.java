package org.gta4j.train.measure;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.gta4j.cost.TrainingTraffic;
import org.gta4j.tensor.DType;
import org.gta4j.tensor.Shape;
import org.gta4j.tensor.Tensor;
import org.gta4j.train.workers.GlooWorkers;
import org.gta4j.train.workers.Rendezvous;
import org.gta4j.train.workers.Seat;
import org.gta4j.train.workers.Workers;

/**
 * How fast two workers on this machine add up, each a thread here: to each other they are what
 * processes would be.
 *
 * @param secondsPerByte that processors spend on what one sends the other
 * @param callSeconds of the smallest sum
 */
record ExchangeRate(double secondsPerByte, double callSeconds) {
  private static final int RANKS = 2;

  /** Added up in all: the clock of processors' time may tick a hundred times a second alone. */
  private static final long NUMBERS = 5L << 24;

  private static final int LEAST_RUNS = 5;
  private static final int MOST_RUNS = 500;
  private static final int SMALL_RUNS = 50;
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** Measures with so many numbers in f32. */
  static ExchangeRate measure(long numbers) {
    try {
      Path folder = Files.createTempDirectory("gta-exchange-");
      Path place = folder.resolve("place");
      try {
        return measure(new Rendezvous.File(place), numbers);
      } finally {
        Files.deleteIfExists(place);
        Files.deleteIfExists(folder);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static ExchangeRate measure(Rendezvous place, long numbers) {
    List<Future<ExchangeRate>> running = new ArrayList<>();
    try (ExecutorService pool = Executors.newFixedThreadPool(RANKS)) {
      for (int rank = 0; rank < RANKS; rank++) {
        Seat seat = new Seat(rank, RANKS, place, PATIENCE);
        running.add(
            pool.submit(() -> {
              try (Workers workers =
                      GlooWorkers.join(seat, "measuring", other -> Optional.empty());
                  Arena arena = Arena.ofShared()) {
                return measure(workers, Tensor.allocate(arena, DType.F32, Shape.of(numbers)));
              }
            }));
      }
    }
    try {
      return running.getFirst().get();
    } catch (InterruptedException | ExecutionException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * Processors' time is that of both workers. The smallest sum is mostly waiting, which the clock
   * on the wall sees; the quickest one has waited for nobody else.
   */
  private static ExchangeRate measure(Workers workers, Tensor tensor) {
    List<Tensor> all = List.of(tensor);
    workers.sum(all);
    workers.sum(1);
    int runs = Math.clamp(NUMBERS / tensor.shape().elements(), LEAST_RUNS, MOST_RUNS);
    long before = processNanos();
    for (int i = 0; i < runs; i++) {
      workers.sum(all);
    }
    double large = (processNanos() - before) / 1e9 / runs;
    double small = Double.POSITIVE_INFINITY;
    for (int i = 0; i < SMALL_RUNS; i++) {
      long begin = System.nanoTime();
      workers.sum(1);
      small = Math.min(small, (System.nanoTime() - begin) / 1e9);
    }
    TrainingTraffic traffic = new TrainingTraffic(tensor.shape().elements(), RANKS, false);
    double sent = 0;
    for (int rank = 0; rank < RANKS; rank++) {
      sent += traffic.step(rank).bytes();
    }
    return new ExchangeRate(large / sent, small);
  }

  private static long processNanos() {
    return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getProcessCpuTime();
  }
}
