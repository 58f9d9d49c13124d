package org.gta4j.ops.scalar;

import java.util.Optional;
import org.gta4j.ops.Ops;
import org.gta4j.ops.OpsProvider;

/** Offers the plain loops, which run everywhere. */
public final class ScalarProvider implements OpsProvider {
  /** For the service loader. */
  public ScalarProvider() {}

  @Override
  public String name() {
    return "scalar";
  }

  @Override
  public int preference() {
    return 0;
  }

  @Override
  public Optional<String> obstacle() {
    return Optional.empty();
  }

  @Override
  public Ops create(int threads) {
    return new ScalarOps();
  }
}
