package org.gta4j.ops;

import org.gta4j.tensor.Heads;

/** Compares numbers within what {@link Tolerance} allows each of them. */
final class Closeness {
  private Closeness() {}

  /** The error that a number is too far off. */
  static AssertionError apart(String what, double expected, double found, double tolerance) {
    return new AssertionError(
        "%s: expected %s, found %s: %.2e apart, allowed are %.2e"
            .formatted(what, expected, found, Math.abs(expected - found), tolerance));
  }

  /** How far a number may be off. */
  interface Allowed {
    double at(int row, int head, int index);
  }

  /** Compares the heads of the first {@code rows} rows. */
  static void assertClose(String what, Heads expected, Heads found, int rows, Allowed tolerance) {
    for (int row = 0; row < rows; row++) {
      for (int head = 0; head < expected.count(); head++) {
        for (int i = 0; i < expected.width(); i++) {
          double wanted = expected.get(row, head, i);
          double allowed = tolerance.at(row, head, i);
          if (!(Math.abs(wanted - found.get(row, head, i)) <= allowed)) {
            throw apart(
                "%s: row %d, head %d, number %d".formatted(what, row, head, i),
                wanted,
                found.get(row, head, i),
                allowed);
          }
        }
      }
    }
  }
}
