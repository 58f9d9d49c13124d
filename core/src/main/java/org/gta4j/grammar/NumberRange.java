package org.gta4j.grammar;

import java.math.BigDecimal;
import java.util.Optional;

/**
 * Numbers between two bounds.
 *
 * @param low none, where there is no smallest one
 * @param high none, where there is no largest one
 */
record NumberRange(Optional<Bound> low, Optional<Bound> high) {
  /** A bound, and whether it is in the range itself. */
  record Bound(BigDecimal value, boolean inclusive) {
    Bound negated() {
      return new Bound(value.negate(), inclusive);
    }

    Bound floor() {
      return value.signum() < 0 ? new Bound(BigDecimal.ZERO, true) : this;
    }
  }

  static final NumberRange ALL = new NumberRange(Optional.empty(), Optional.empty());

  static NumberRange atLeast(BigDecimal value, boolean inclusive) {
    return new NumberRange(Optional.of(new Bound(value, inclusive)), Optional.empty());
  }

  static NumberRange atMost(BigDecimal value, boolean inclusive) {
    return new NumberRange(Optional.empty(), Optional.of(new Bound(value, inclusive)));
  }

  /** What is in both. */
  NumberRange and(NumberRange other) {
    return new NumberRange(tighter(low, other.low, 1), tighter(high, other.high, -1));
  }

  private static Optional<Bound> tighter(Optional<Bound> a, Optional<Bound> b, int sign) {
    if (a.isEmpty() || b.isEmpty()) {
      return a.isEmpty() ? b : a;
    }
    int order = sign * Integer.signum(a.get().value().compareTo(b.get().value()));
    return order > 0 || (order == 0 && !a.get().inclusive()) ? a : b;
  }

  boolean contains(BigDecimal number) {
    return isWithin(low, number, -1) && isWithin(high, number, 1);
  }

  private static boolean isWithin(Optional<Bound> bound, BigDecimal number, int outside) {
    if (bound.isEmpty()) {
      return true;
    }
    int order = Integer.signum(number.compareTo(bound.get().value()));
    return order == 0 ? bound.get().inclusive() : order != outside;
  }

  /** Whether no number is in it. */
  boolean isEmpty() {
    if (low.isEmpty() || high.isEmpty()) {
      return false;
    }
    int order = low.get().value().compareTo(high.get().value());
    return order > 0 || (order == 0 && !(low.get().inclusive() && high.get().inclusive()));
  }
}
