package org.gta4j.kernels;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.List;
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

  /** The levels that run here: the one that is chosen, and what its processors all have too. */
  static List<Level> levels() {
    Level chosen = get().level();
    return chosen == Level.AVX512 ? List.of(chosen, Level.AVX2) : List.of(chosen);
  }

  static Ops start(int threads, Activations activations) {
    return new NativeOps(get(), threads, activations);
  }
}
