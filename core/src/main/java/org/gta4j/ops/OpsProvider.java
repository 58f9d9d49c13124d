package org.gta4j.ops;

import java.util.Optional;

/** An implementation of the operations, found with {@link java.util.ServiceLoader}. */
public interface OpsProvider {
  /** The name the user chooses it by. */
  String name();

  /** The larger, the sooner it is chosen where the user does not choose. */
  int preference();

  /** Why it cannot run here, and what would help; empty where it can. */
  Optional<String> obstacle();

  /**
   * Why it would be slow here although it runs, in words; such a one is taken only when it is asked
   * for.
   */
  default Optional<String> drawback() {
    return Optional.empty();
  }

  /**
   * Starts it, with {@code threads} threads and activations in f32; only where there is no
   * obstacle.
   */
  Ops create(int threads);

  /** Starts it with such activations; the same where it knows no others than f32. */
  default Ops create(int threads, Activations activations) {
    return create(threads);
  }
}
