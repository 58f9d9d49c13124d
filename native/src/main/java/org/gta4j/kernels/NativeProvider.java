package org.gta4j.kernels;

import java.util.Optional;
import org.gta4j.ops.Activations;
import org.gta4j.ops.Ops;
import org.gta4j.ops.OpsProvider;

/** Offers the kernels in C where the build could compile them and the processor runs them. */
public final class NativeProvider implements OpsProvider {
  /** For the service loader. */
  public NativeProvider() {}

  @Override
  public String name() {
    return "native";
  }

  @Override
  public int preference() {
    return 100;
  }

  @Override
  public Optional<String> obstacle() {
    return Kernels.obstacle();
  }

  @Override
  public Ops create(int threads) {
    return create(threads, Activations.F32);
  }

  @Override
  public Ops create(int threads, Activations activations) {
    return new NativeOps(Kernels.kernels().orElseThrow(), threads, activations);
  }
}
