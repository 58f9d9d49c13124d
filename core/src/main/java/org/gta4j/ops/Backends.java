package org.gta4j.ops;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.ServiceLoader;
import java.util.stream.Collectors;

/** Chooses an implementation of the operations, in one place, and says why. */
public final class Backends {
  /** The choice that leaves it to us. */
  public static final String AUTO = "auto";

  private Backends() {}

  /**
   * What was chosen.
   *
   * @param ops the operations
   * @param reasons one sentence for each implementation that was preferred but cannot run here
   */
  public record Choice(Ops ops, List<String> reasons) {}

  /** {@link #choose(String, int, Activations)} with activations in f32. */
  public static Choice choose(String name, int threads) {
    return choose(name, threads, Activations.F32);
  }

  /**
   * Starts the implementation of that name, or the best one here for {@value #AUTO}.
   *
   * @param threads how many threads share an operation; at least 1
   * @param activations what the inputs of linear layers are computed on as
   * @throws IllegalArgumentException if there is none of that name or it cannot run here
   */
  public static Choice choose(String name, int threads, Activations activations) {
    List<OpsProvider> providers = providers();
    List<String> reasons = new ArrayList<>();
    for (OpsProvider provider : providers) {
      if (name.equals(AUTO) || name.equals(provider.name())) {
        if (provider.obstacle().isPresent()) {
          reasons.add(
              "backend %s cannot run: %s".formatted(provider.name(), provider.obstacle().get()));
        } else if (name.equals(AUTO) && provider.drawback().isPresent()) {
          reasons.add(
              "backend %s would be slow: %s".formatted(provider.name(), provider.drawback().get()));
        } else {
          return new Choice(provider.create(threads, activations), reasons);
        }
      }
    }
    if (!reasons.isEmpty()) {
      throw new IllegalArgumentException(reasons.getFirst());
    }
    String known = providers.stream().map(OpsProvider::name).collect(Collectors.joining(", "));
    throw new IllegalArgumentException(
        "there is no backend %s here; there are %s and %s".formatted(name, AUTO, known));
  }

  /** The name of the implementation that {@value #AUTO} stands for here. */
  public static String preferred() {
    return providers().stream()
        .filter(provider -> provider.obstacle().isEmpty() && provider.drawback().isEmpty())
        .map(OpsProvider::name)
        .findFirst()
        .orElseThrow();
  }

  /** Every implementation there is, the preferred ones first. */
  public static List<OpsProvider> providers() {
    List<OpsProvider> providers = new ArrayList<>();
    ServiceLoader.load(OpsProvider.class, OpsProvider.class.getClassLoader())
        .forEach(providers::add);
    providers.sort(Comparator.comparingInt(OpsProvider::preference).reversed());
    return providers;
  }

  /** As many threads as the machine has processors. */
  public static int defaultThreads() {
    return Runtime.getRuntime().availableProcessors();
  }
}
