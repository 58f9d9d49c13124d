package org.gta4j.train.measure;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Supplier;
import org.gta4j.cost.NumberBytes;
import org.gta4j.cost.Operation;
import org.gta4j.cost.SharedProcessors;
import org.gta4j.cost.TrainingPass;
import org.gta4j.model.ModelConfig;
import org.gta4j.train.block.Precision;
import org.gta4j.train.torch.Torch;

/**
 * How fast this machine trains models of some shape. Everything is measured with the sizes of one
 * batch, by as many threads at once as there are processors, since that is how trainings run, and
 * by the time that processors spend on it.
 */
public final class TrainingRates {
  /** Numbers of memory that states and messages are measured with at most: beyond all caches. */
  static final long MOST_NUMBERS = 1L << 24;

  private final ModelConfig config;
  private final Precision precision;
  private final int sequences;
  private final int length;
  private final int processors;

  private TrainingRates(
      ModelConfig config, Precision precision, int sequences, int length, int processors) {
    this.config = config;
    this.precision = precision;
    this.sequences = sequences;
    this.length = length;
    this.processors = processors;
  }

  /**
   * Measures for some seconds.
   *
   * @param sequences of the batches that are computed at once
   * @param length tokens of each
   * @param threads of each process
   * @param memory bytes of the machine
   */
  public static SharedProcessors measure(
      ModelConfig config,
      Precision precision,
      int sequences,
      int length,
      int threads,
      long memory) {
    int processors = Runtime.getRuntime().availableProcessors();
    TrainingRates rates = new TrainingRates(config, precision, sequences, length, processors);
    long numbers = Math.min(MOST_NUMBERS, config.parameters());
    ExchangeRate exchange = ExchangeRate.measure(numbers);
    return new SharedProcessors(
        "this machine, %d processors, libtorch".formatted(processors),
        memory,
        processors,
        threads,
        rates.passes(),
        StateRates.updateBytes(numbers, processors),
        exchange.secondsPerByte(),
        exchange.callSeconds());
  }

  private SharedProcessors.Rates passes() {
    int rows = sequences * length;
    TrainingPass pass =
        TrainingPass.of(config, sequences, length, new NumberBytes(Float.BYTES, 0, 0), false);
    double layers = config.numHiddenLayers();
    double products;
    double operations;
    try (Products layer = Products.ofLayer(config, precision, 1);
        Products head = Products.ofHead(config, precision, 1)) {
      operations = rows * (layers * layer.operations() + head.operations());
    }
    products =
        layers * seconds(() -> Products.ofLayer(config, precision, rows))
            + seconds(() -> Products.ofHead(config, precision, rows));
    double pairs = layers * seconds(() -> new Pairs(config, sequences, length));
    double elements = layers * seconds(() -> new Elements.OfLayer(config, precision, rows));
    double loss = seconds(() -> new Elements.OfLoss(config, rows));
    return new SharedProcessors.Rates(
        operations / products,
        count(pass, Operation.Kind.ATTENTION) / pairs,
        count(pass, Operation.Kind.ELEMENTWISE) / elements,
        pass.loss().count() / loss,
        StateRates.addingBytes(Math.min(MOST_NUMBERS, config.parameters())));
  }

  private static double count(TrainingPass pass, Operation.Kind kind) {
    List<Operation> all = new ArrayList<>(pass.forward());
    all.addAll(pass.backward());
    return all.stream()
        .filter(operation -> operation.kind() == kind)
        .mapToDouble(Operation::count)
        .sum();
  }

  /** Seconds of a part, by each of as many threads as there are processors. */
  private double seconds(Supplier<Part> made) {
    List<Future<Double>> running = new ArrayList<>();
    long end = ProcessorTime.end();
    try (ExecutorService pool = Executors.newFixedThreadPool(processors)) {
      for (int i = 0; i < processors; i++) {
        running.add(
            pool.submit(() -> {
              Torch.onThisThreadAlone();
              try (Part part = made.get()) {
                return ProcessorTime.ofThread(part::run, end);
              }
            }));
      }
    }
    double sum = 0;
    for (Future<Double> one : running) {
      try {
        sum += one.get();
      } catch (InterruptedException | ExecutionException e) {
        throw new IllegalStateException(e);
      }
    }
    return sum / processors;
  }
}
