package org.gta4j.train.measure;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorArrayRefOptional;
import org.gta4j.train.torch.GradMode;
import org.gta4j.train.torch.TensorScope;
import org.gta4j.train.torch.Torch;

/**
 * A part of a layer, there and back: what is measured again and again, by one thread. Its numbers
 * are small and random.
 */
abstract class Part implements AutoCloseable {
  private final List<Tensor> leaves = new ArrayList<>();
  private final List<Tensor> kept = new ArrayList<>();

  /** A tensor whose gradient is asked for. */
  final Tensor leaf(long... sizes) {
    Tensor leaf = random(sizes).set_requires_grad(true);
    leaves.add(leaf);
    return leaf;
  }

  /** A tensor of constants. */
  final Tensor constant(long... sizes) {
    Tensor constant = random(sizes);
    kept.add(constant);
    return constant;
  }

  private static Tensor random(long... sizes) {
    Tensor tensor;
    try (TensorScope scope = new TensorScope();
        GradMode _ = GradMode.off()) {
      tensor = scope.keep(Torch.empty(Torch.F32, sizes));
      tensor.uniform_(-0.1, 0.1, new GeneratorOptional());
    }
    return tensor;
  }

  /** Computes what comes out, and the gradients. */
  abstract void compute();

  /** Has gradients computed from the one of {@code y}. */
  static void back(Tensor y, Tensor gradient) {
    y.backward(gradient, new BoolOptional(), false, new TensorArrayRefOptional());
  }

  /** One run, which leaves nothing behind. */
  final void run() {
    try (TensorScope _ = new TensorScope();
        GradMode _ = GradMode.on()) {
      compute();
      leaves.forEach(leaf -> leaf.mutable_grad().reset());
    }
  }

  @Override
  public void close() {
    leaves.forEach(Tensor::close);
    kept.forEach(Tensor::close);
  }
}
