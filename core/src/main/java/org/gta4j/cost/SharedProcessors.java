package org.gta4j.cost;

import java.util.stream.IntStream;
import org.gta4j.tensor.DType;

/**
 * Processes on one machine, which share its processors, its memory and its loopback network: {@code
 * gta train --workers}. Rates are measured while all processors work.
 *
 * @param label what people call it
 * @param memory bytes of the machine
 * @param processors how many threads compute at once
 * @param threads of each process, that batches are computed by, one batch each
 * @param rates what a thread does a second
 * @param updateBytes read and written a second while parameters are changed, by all processors
 * @param exchangeSeconds that a processor spends on each byte which a process sends another
 * @param callSeconds what the smallest exchange of two processes takes
 */
public record SharedProcessors(
    String label,
    long memory,
    int processors,
    int threads,
    Rates rates,
    double updateBytes,
    double exchangeSeconds,
    double callSeconds)
    implements TrainingMachine {
  /**
   * What a thread does a second, there and back.
   *
   * @param linear operations of products with weights
   * @param attention of attention, with positions turned and heads repeated
   * @param elementwise of what is done to each number by itself
   * @param loss of the loss
   * @param addingBytes read and written while gradients are added up
   */
  public record Rates(
      double linear, double attention, double elementwise, double loss, double addingBytes) {}

  /** The name of the machine that this runs on. */
  public static final String NAME = "this";

  /** Exchanges of a few numbers a step: targets before it, the loss behind it. */
  private static final int SMALL_CALLS = 2;

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public double memoryBytes(int devices) {
    return (double) memory / devices;
  }

  /** That of products as they were measured. */
  @Override
  public double peakOperations(DType products, int devices) {
    return rates.linear * processors;
  }

  /** Activations stay in the processor's caches, or are part of what was measured. */
  @Override
  public NumberBytes bytes(DType products) {
    return new NumberBytes(products == DType.BF16 ? Short.BYTES : Float.BYTES, 0, 0);
  }

  /** Attention is f32 on processors. */
  @Override
  public KeptAttention keptAttention(DType products) {
    return new KeptAttention(Float.BYTES, true);
  }

  @Override
  public int together(TrainingSize size) {
    return Math.min(threads, size.ownParts());
  }

  /** How many times longer a thread takes since others want its processor. */
  private double crowd(double runnable) {
    return Math.max(1, runnable / processors);
  }

  @Override
  public double passSeconds(TrainingPass pass, TrainingSize size) {
    double seconds = pass.loss().count() / rates.loss;
    for (Operation operation : pass.forward()) {
      seconds += seconds(operation);
    }
    for (Operation operation : pass.backward()) {
      seconds += seconds(operation);
    }
    int together = together(size);
    int rounds = Math.ceilDiv(size.ownParts(), together);
    return rounds * seconds * crowd((double) size.devices() * together);
  }

  private double seconds(Operation operation) {
    return operation.count()
        / switch (operation.kind()) {
          case LINEAR -> rates.linear;
          case ATTENTION -> rates.attention;
          case ELEMENTWISE -> rates.elementwise;
        };
  }

  /** Each process has all processors change parameters, and all do it at once. */
  @Override
  public double updateSeconds(double bytes, TrainingSize size) {
    return bytes * size.devices() / updateBytes;
  }

  @Override
  public double addingSeconds(long parameters, TrainingSize size) {
    double bytes = 3.0 * Float.BYTES * parameters * (size.ownParts() - 1);
    return bytes / rates.addingBytes * crowd(size.devices());
  }

  @Override
  public long sentBytes(TrainingTraffic traffic, int rank) {
    return traffic.step(rank).bytes();
  }

  @Override
  public double communicationSeconds(TrainingTraffic traffic) {
    if (traffic.ranks() == 1) {
      return 0;
    }
    double sent =
        IntStream.range(0, traffic.ranks()).mapToDouble(rank -> sentBytes(traffic, rank)).sum();
    int busy = Math.min(traffic.ranks(), processors);
    return sent * exchangeSeconds / busy + SMALL_CALLS * callSeconds * (traffic.ranks() - 1);
  }
}
