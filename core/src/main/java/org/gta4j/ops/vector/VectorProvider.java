package org.gta4j.ops.vector;

import java.util.Optional;
import org.gta4j.ops.Ops;
import org.gta4j.ops.OpsProvider;

/** Offers the Vector API's operations where the JVM has its module. */
public final class VectorProvider implements OpsProvider {
  @Override
  public String name() {
    return "vector";
  }

  @Override
  public int preference() {
    return 50;
  }

  @Override
  public Optional<String> obstacle() {
    if (ModuleLayer.boot().findModule("jdk.incubator.vector").isEmpty()) {
      return Optional.of("the JVM was not started with --add-modules jdk.incubator.vector");
    }
    return Optional.empty();
  }

  @Override
  public Ops create(int threads) {
    return new VectorOps(threads);
  }
}
