package org.gta4j.train.model;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadFactory;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import java.util.function.ToDoubleBiFunction;
import org.gta4j.train.batch.Batch;
import org.gta4j.train.block.Parameters;
import org.gta4j.train.torch.NotEnoughMemoryException;
import org.gta4j.train.torch.Torch;

/**
 * A decoder whose batches are computed side by side: each thread has the same parameters with
 * gradients of its own, and computes whole batches alone. Small operations need not wait for all
 * threads, a batch stays in its core's cache, and since gradients are added in the order of the
 * batches, the same bits come from any number of threads.
 *
 * <p>Not thread-safe.
 */
public final class ParallelDecoder implements AutoCloseable {
  private final Parameters parameters;
  private final List<Parameters> shared = new ArrayList<>();
  private final List<TrainableDecoder> decoders = new ArrayList<>();
  private final ExecutorService pool;

  /**
   * A model of parameters, which stay the caller's.
   *
   * @param threads how many batches are computed at once
   * @throws IllegalArgumentException if its attention variant cannot be trained
   */
  public ParallelDecoder(Parameters parameters, TrainableDecoder.Mode mode, int threads) {
    if (threads < 1) {
      throw new IllegalArgumentException("expected at least 1 thread, found " + threads);
    }
    this.parameters = parameters;
    for (int i = 0; i < threads; i++) {
      Parameters own = parameters.sharing();
      shared.add(own);
      decoders.add(new TrainableDecoder(own, mode));
    }
    ThreadFactory daemons = Thread.ofPlatform().daemon().factory();
    pool =
        Executors.newFixedThreadPool(
            threads,
            work ->
                daemons.newThread(() -> {
                  Torch.onThisThreadAlone();
                  work.run();
                }));
  }

  /** The parameters. */
  public Parameters parameters() {
    return parameters;
  }

  /**
   * Adds the gradients of batches to those that the parameters have, in the batches' order.
   *
   * @param divisor what the sum of the loss over a batch's targets is divided by: all targets of
   *     the step
   * @param dropout for each batch, by its place in the list
   * @return the sum of the loss over all targets, in nats, not divided
   */
  public double accumulate(List<Batch> batches, double divisor, IntFunction<Dropout> dropout) {
    return sum(
        batches,
        (decoder, i) -> decoder.accumulate(batches.get(i), divisor, dropout.apply(i)),
        parameters::takeGradients);
  }

  /** The sum of the loss over the targets of batches, in nats, without any dropout. */
  public double evaluate(List<Batch> batches) {
    return sum(batches, (decoder, i) -> decoder.evaluate(batches.get(i)), own -> {});
  }

  /**
   * The sum of what decoders give for batches, as many at once as there are decoders.
   *
   * @param work what a decoder does with the batch of a number
   * @param done hears whose parameters each batch was computed with, in the order of the batches
   */
  private double sum(
      List<Batch> batches,
      ToDoubleBiFunction<TrainableDecoder, Integer> work,
      Consumer<Parameters> done) {
    double sum = 0;
    for (int from = 0; from < batches.size(); from += decoders.size()) {
      List<Future<Double>> running = new ArrayList<>();
      for (int i = from; i < Math.min(from + decoders.size(), batches.size()); i++) {
        int number = i;
        TrainableDecoder decoder = decoders.get(running.size());
        running.add(pool.submit(() -> work.applyAsDouble(decoder, number)));
      }
      for (Future<Double> one : running) {
        sum += result(one);
      }
      shared.subList(0, running.size()).forEach(done);
    }
    return sum;
  }

  private static double result(Future<Double> one) {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return one.get();
        } catch (InterruptedException e) {
          interrupted = true; // native memory is in use until the batch is done
        }
      }
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw NotEnoughMemoryException.inWords(cause);
      }
      if (e.getCause() instanceof Error cause) {
        throw cause;
      }
      throw new IllegalStateException(e.getCause());
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  @Override
  public void close() {
    pool.close();
    decoders.forEach(TrainableDecoder::close);
    shared.forEach(Parameters::close);
  }
}
