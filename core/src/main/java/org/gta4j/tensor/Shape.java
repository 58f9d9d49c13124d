package org.gta4j.tensor;

import java.util.Arrays;
import java.util.stream.Collectors;

/** The sizes of a tensor's dimensions, outermost first; an empty shape is a single number. */
public final class Shape {
  private final long[] sizes;

  private Shape(long[] sizes) {
    this.sizes = sizes;
  }

  /**
   * A shape of these sizes.
   *
   * @throws IllegalArgumentException if a size is negative or the number of elements exceeds 2^63 -
   *     1
   */
  public static Shape of(long... sizes) {
    long elements = 1;
    for (long size : sizes) {
      if (size < 0) {
        throw new IllegalArgumentException(
            "a size must not be negative, found " + Arrays.toString(sizes));
      }
      try {
        elements = Math.multiplyExact(elements, size);
      } catch (ArithmeticException e) {
        throw new IllegalArgumentException("too many elements: " + Arrays.toString(sizes), e);
      }
    }
    return new Shape(sizes.clone());
  }

  /** The number of dimensions. */
  public int rank() {
    return sizes.length;
  }

  /** The size of dimension {@code index}, 0 being the outermost. */
  public long size(int index) {
    return sizes[index];
  }

  /**
   * The size of dimension {@code index} as an {@code int}; throws {@link ArithmeticException}
   * beyond 2^31.
   */
  public int intSize(int index) {
    return Math.toIntExact(sizes[index]);
  }

  /** The number of elements: the product of all sizes. */
  public long elements() {
    long elements = 1;
    for (long size : sizes) {
      elements *= size;
    }
    return elements;
  }

  /** The sizes, outermost first, as a new array. */
  public long[] toArray() {
    return sizes.clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Shape shape && Arrays.equals(sizes, shape.sizes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(sizes);
  }

  /** The shape as people write it: {@code [128, 64]}. */
  @Override
  public String toString() {
    return Arrays.stream(sizes)
        .mapToObj(Long::toString)
        .collect(Collectors.joining(", ", "[", "]"));
  }
}
