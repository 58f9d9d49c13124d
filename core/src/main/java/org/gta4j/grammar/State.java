package org.gta4j.grammar;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The places of a network where a text may be within one rule. What is found out about a state is
 * kept in it, since texts come back to the same ones.
 */
final class State {
  /** A rule that may begin here, and the state when it has ended. */
  record Call(int rule, State after) {}

  final int id;

  /** In ascending order: those with edges that take or call something, and ends of rules. */
  final int[] places;

  /** Whether the rule may end here. */
  final boolean ends;

  /** Whether anything can follow within the rule. */
  final boolean goesOn;

  /** The next state by class of bytes, where it is known. */
  final @Nullable State[] next;

  @Nullable List<Call> calls;

  /**
   * What of the vocabulary may follow, whatever is around the rule. Changed under the grammar's
   * lock; whether it is there is also asked without.
   */
  volatile @Nullable StateMask mask;

  State(int id, int[] places, boolean ends, boolean goesOn, int classes) {
    this.id = id;
    this.places = places;
    this.ends = ends;
    this.goesOn = goesOn;
    next = new @Nullable State[classes];
  }

  /** Lets go of what was found out about what follows. */
  void forget() {
    Arrays.fill(next, null);
    calls = null;
  }
}
