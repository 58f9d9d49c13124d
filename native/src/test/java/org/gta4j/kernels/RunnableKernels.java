package org.gta4j.kernels;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.Optional;
import org.gta4j.ops.Activations;
import org.gta4j.ops.Ops;

/** The kernels, where they can run; where not, a test that asks is skipped, and says why. */
final class RunnableKernels {
  private RunnableKernels() {}

  static Kernels get() {
    Optional<Kernels> kernels = Kernels.kernels();
    assumeTrue(kernels.isPresent(), () -> Kernels.obstacle().orElse(""));
    return kernels.orElseThrow();
  }

  static Ops start(int threads, Activations activations) {
    return new NativeOps(get(), threads, activations);
  }
}
