package org.gta4j.train.workers;

import java.util.Collection;
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
  public void leave(String why) {}

  @Override
  public void close() {}
}
