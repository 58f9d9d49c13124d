package org.gta4j.grammar;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Everywhere a text may be: states, and what comes after their rules have ended. Different ways to
 * read a text that are in the same rule since the same byte share one stack, so that an ambiguous
 * grammar costs its states and not the number of its readings.
 */
final class Configuration {
  /** A state, and what comes after its rule. */
  record Frame(State state, Stack stack) {}

  /** Where to go on when a rule has ended. */
  static final class Stack {
    final int id;

    /** None at the bottom. */
    final List<Frame> after;

    /** Where a text is whose rule has just ended, once it was asked for. */
    @Nullable Configuration ended;

    Stack(int id, List<Frame> after) {
      this.id = id;
      this.after = after;
    }

    boolean isBottom() {
      return after.isEmpty();
    }
  }

  /** Where the text is, without rules that may begin here. */
  final List<Frame> kernel;

  /** Those and the rules that may begin. */
  final List<Frame> frames;

  /** Whether the rule at the bottom has ended with the last byte. */
  final boolean ends;

  /** The next configuration by class of bytes, where it is known. */
  final @Nullable Configuration[] next;

  Configuration(List<Frame> kernel, List<Frame> frames, boolean ends, int classes) {
    this.kernel = kernel;
    this.frames = frames;
    this.ends = ends;
    next = new @Nullable Configuration[classes];
  }

  /** Whether any byte can follow. */
  boolean goesOn() {
    return !kernel.isEmpty();
  }

  /** Whether no text comes here. */
  boolean isDead() {
    return kernel.isEmpty() && !ends;
  }
}
