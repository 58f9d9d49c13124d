package org.gta4j.tensor;

/**
 * The heads inside the rows of a matrix: head {@code h} of a row is {@code width} floats from
 * column {@code from + h * step} on. One head over all columns is the matrix itself.
 *
 * @param matrix the rows
 * @param count how many heads a row has
 * @param width floats a head
 * @param from the first head's column
 * @param step columns from one head's begin to the next's; larger than {@code width} where heads
 *     have other parts too
 */
public record Heads(FloatMatrix matrix, int count, int width, int from, int step) {
  /** Checks that every head lies within a row. */
  public Heads {
    if (count < 1
        || width < 1
        || from < 0
        || step < width
        || from + (long) (count - 1) * step + width > matrix.columns()) {
      throw new IllegalArgumentException(
          "%d heads of %d floats, %d apart from column %d on, do not fit into rows of %d"
              .formatted(count, width, step, from, matrix.columns()));
    }
  }

  /** Columns {@code start} to {@code start + size - 1} of every head. */
  public Heads part(int start, int size) {
    if (start < 0 || start + size > width) {
      throw new IllegalArgumentException(
          "floats %d+%d of a head of %d".formatted(start, size, width));
    }
    return matrix.heads(count, size, from + start, step);
  }

  /** Where head {@code head} of row {@code row} begins, in bytes into the matrix's data. */
  public long headByte(int row, int head) {
    return matrix.rowByte(row) + ((long) from + (long) head * step) * Float.BYTES;
  }

  /** Element {@code index} of head {@code head} in row {@code row}. */
  public float get(int row, int head, int index) {
    return matrix.data().get(Tensor.FLOAT, headByte(row, head) + (long) index * Float.BYTES);
  }

  /** Stores element {@code index} of head {@code head} in row {@code row}. */
  public void set(int row, int head, int index, float value) {
    matrix.data().set(Tensor.FLOAT, headByte(row, head) + (long) index * Float.BYTES, value);
  }
}
