package org.gta4j.tensor;

import java.lang.foreign.Arena;
import java.util.HashMap;
import java.util.Map;

/**
 * The matrices a step computes in, by name, kept from step to step: all have room for as many rows
 * as the largest step so far. Layers share them, so a name's content lasts only until its next use.
 */
public final class Buffers implements AutoCloseable {
  private final Map<String, FloatMatrix> matrices = new HashMap<>();
  private Arena arena = Arena.ofShared();
  private int capacity;

  /** Without room for any row yet. */
  public Buffers() {}

  /** Makes room for {@code rows} rows; may move everything. */
  @SuppressWarnings("MustBeClosedChecker") // owned, and closed with this
  public void ensureRows(int rows) {
    if (rows > capacity) {
      close();
      arena = Arena.ofShared();
      capacity = rows;
    }
  }

  /** The matrix of that name, with {@code columns} columns and room for the step's rows. */
  public FloatMatrix matrix(String name, int columns) {
    FloatMatrix matrix = matrices.get(name);
    if (matrix == null) {
      matrix = FloatMatrix.allocate(arena, capacity, columns);
      matrices.put(name, matrix);
    }
    if (matrix.columns() != columns) {
      throw new IllegalArgumentException(
          "the matrix %s has %d columns, asked for were %d"
              .formatted(name, matrix.columns(), columns));
    }
    return matrix;
  }

  /** Frees the memory. */
  @Override
  public void close() {
    matrices.clear();
    capacity = 0;
    if (arena.scope().isAlive()) {
      arena.close();
    }
  }
}
