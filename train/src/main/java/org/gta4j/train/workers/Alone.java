package org.gta4j.train.workers;

import java.lang.foreign.MemorySegment;
import java.util.Collection;
import java.util.OptionalLong;
import org.gta4j.tensor.Tensor;

/** The only worker: its sums are what it has. */
record Alone() implements Workers {
  @Override
  public int rank() {
    return 0;
  }

  @Override
  public int count() {
    return 1;
  }

  @Override
  public double[] sum(double... numbers) {
    return numbers;
  }

  @Override
  public void sum(Collection<Tensor> tensors) {}

  @Override
  public void share(Collection<Tensor> tensors) {}

  @Override
  public void sumChunks(MemorySegment bucket, MemorySegment sums) {
    sums.copyFrom(bucket);
  }

  @Override
  public void gather(MemorySegment chunk, MemorySegment bucket) {
    bucket.copyFrom(chunk);
  }

  @Override
  public OptionalLong sentBytes() {
    return OptionalLong.empty();
  }

  @Override
  public void leave(String why) {}

  @Override
  public void close() {}
}
