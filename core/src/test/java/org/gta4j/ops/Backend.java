package org.gta4j.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.Arrays;
import java.util.List;
import org.gta4j.cache.CacheType;
import org.gta4j.tensor.DType;

/**
 * An implementation of the operations that can run here, found as users find it: one that is added
 * later is held to the same tests without a line in them.
 *
 * @param provider what starts it
 */
public record Backend(OpsProvider provider) {
  /** Names the one implementation that the tests are about, where another module runs them. */
  private static final String TESTED = System.getProperty("gta.testedBackend", "");

  /** All that can run here, or the one that the system property {@code gta.testedBackend} names. */
  public static List<Backend> all() {
    List<Backend> backends =
        Backends.providers().stream()
            .filter(provider -> provider.obstacle().isEmpty())
            .map(Backend::new)
            .toList();
    if (!TESTED.isEmpty()) {
      List<Backend> tested =
          backends.stream().filter(backend -> backend.name().equals(TESTED)).toList();
      assumeTrue(!tested.isEmpty(), () -> "backend %s cannot run here".formatted(TESTED));
      return tested;
    }
    assertThat(backends)
        .as("implementations that can run here")
        .extracting(Backend::name)
        .contains("scalar", "vector");
    return backends;
  }

  /** The name the user chooses it by. */
  public String name() {
    return provider.name();
  }

  /** Starts it. */
  public Ops start(int threads) {
    return provider.create(threads);
  }

  /** Starts it with such activations. */
  public Ops start(int threads, Activations activations) {
    return provider.create(threads, activations);
  }

  /** The types of weights it computes on. */
  public static List<DType> weightTypes(Ops ops) {
    return Arrays.stream(DType.values()).filter(ops::supportsWeights).toList();
  }

  /** The types it caches keys and values in. */
  public static List<CacheType> cacheTypes(Ops ops) {
    return Arrays.stream(CacheType.values()).filter(ops::supportsCache).toList();
  }

  @Override
  public String toString() {
    return name();
  }
}
