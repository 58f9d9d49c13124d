package org.gta4j.train.workers;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.OptionalLong;
import org.gta4j.tensor.Tensor;

/**
 * The processes of a training, seen by one of them. Each computes a part of a step's batches; what
 * they compute is added up, and then all make the same step. Whatever one calls here all have to
 * call, in the same order and with the same sizes: a call returns when all have made it.
 *
 * <p>Not thread-safe.
 */
public interface Workers extends AutoCloseable {
  /** Which one this is, from 0 on. Number 0 writes what a training leaves. */
  int rank();

  /** How many there are. */
  int count();

  /**
   * The sums of all workers' numbers, each at its place; the same bits everywhere.
   *
   * @throws WorkerException if one of them is lost
   */
  double[] sum(double... numbers);

  /**
   * Replaces numbers in f32 by their sums over all workers; the same bits everywhere.
   *
   * @throws WorkerException if one of them is lost; some tensors may be sums then and others not
   */
  void sum(Collection<Tensor> tensors);

  /**
   * Gives every worker the numbers in f32 that number 0 has.
   *
   * @throws WorkerException if one of them is lost
   */
  void share(Collection<Tensor> tensors);

  /**
   * Adds up numbers in f32, of which each worker gets a part: those of chunk {@code rank}. The same
   * sums come every time.
   *
   * @param bucket as many chunks as there are workers, all of one size
   * @param sums room for one chunk
   * @throws WorkerException if one of them is lost
   */
  void sumChunks(MemorySegment bucket, MemorySegment sums);

  /**
   * Gives every worker all workers' chunks of f32.
   *
   * @param chunk this one's
   * @param bucket room for all of them, in the workers' order
   * @throws WorkerException if one of them is lost
   */
  void gather(MemorySegment chunk, MemorySegment bucket);

  /**
   * Bytes that this process has written to the connections with the others so far, as the system
   * counts them: numbers, and what says what they are. Nothing where it does not.
   */
  OptionalLong sentBytes();

  /** Tells the others why this one will not go on, so that they can say it. */
  void leave(String why);

  @Override
  void close();

  /** Of so many things in a row, the first that is this worker's to do. */
  default int first(int things) {
    return part(things, rank());
  }

  /** The one behind the last that is this worker's. */
  default int end(int things) {
    return part(things, rank() + 1);
  }

  private int part(int things, int rank) {
    return (int) ((long) things * rank / count());
  }

  /** What each worker has for a number, in their order. */
  default List<Double> each(double number) {
    double[] all = new double[count()];
    all[rank()] = number;
    return Arrays.stream(sum(all)).boxed().toList();
  }

  /** One process that does everything. */
  static Workers alone() {
    return new Alone();
  }
}
