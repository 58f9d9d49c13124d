package org.gta4j.cost;

/**
 * What a machine can do at most.
 *
 * @param bytesPerSecond read from memory or written
 * @param linear arithmetic operations a second in products of activations and weights
 * @param attention those in products of queries, keys, maps and values
 * @param elementwise those in everything else
 * @param startSeconds what the least of operations takes; 0 where that is not known
 */
public record Ceilings(
    double bytesPerSecond,
    double linear,
    double attention,
    double elementwise,
    double startSeconds) {
  /** Checks that there is something to divide by. */
  public Ceilings {
    if (!(Math.min(Math.min(bytesPerSecond, linear), Math.min(attention, elementwise)) > 0)) {
      throw new IllegalArgumentException(
          "expected positive rates, found %g bytes and %g, %g, %g operations a second"
              .formatted(bytesPerSecond, linear, attention, elementwise));
    }
  }

  /** Where operations of no work take no time. */
  public Ceilings(double bytesPerSecond, double linear, double attention, double elementwise) {
    this(bytesPerSecond, linear, attention, elementwise, 0);
  }

  private double rate(Operation.Kind kind) {
    return switch (kind) {
      case LINEAR -> linear;
      case ATTENTION -> attention;
      case ELEMENTWISE -> elementwise;
    };
  }

  /** The longer of an operation's arithmetic and its way through memory, in seconds. */
  public double seconds(Operation operation) {
    double work =
        Math.max(operation.count() / rate(operation.kind()), operation.bytes() / bytesPerSecond);
    return Math.max(work, operation.times() * startSeconds);
  }

  /** Operations one after the other, in seconds: a roofline for each. */
  public double seconds(Iterable<Operation> operations) {
    double seconds = 0;
    for (Operation operation : operations) {
      seconds += seconds(operation);
    }
    return seconds;
  }
}
