package org.gta4j.ops;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.gta4j.tensor.FloatMatrix;
import org.gta4j.tensor.Heads;
import org.gta4j.tensor.Tensor;

/**
 * A matrix with canaries: around its rows and columns, and wherever nothing was put, are NaNs of a
 * certain pattern. An operation that writes where it should not destroys some; one that reads there
 * gets NaN.
 *
 * @param matrix the matrix; its rows begin at no multiple of a vector's size and are further apart
 *     than they are wide
 */
public record Guarded(FloatMatrix matrix) {
  private static final int CANARY = 0x7FC0_BEEF;
  private static final int BEFORE = 5;
  private static final int BETWEEN = 7;
  private static final int BEHIND = 9;

  /** A matrix without numbers yet. */
  public static Guarded allocate(Arena arena, int rows, int columns) {
    int stride = columns + BETWEEN;
    long floats = BEFORE + (long) rows * stride + BEHIND;
    MemorySegment data = arena.allocate(floats * Float.BYTES, 64);
    for (long i = 0; i < floats; i++) {
      data.set(Tensor.INT, i * Integer.BYTES, CANARY);
    }
    return new Guarded(new FloatMatrix(data, BEFORE, rows, columns, stride));
  }

  /** One number of a matrix. */
  @FunctionalInterface
  public interface Filler {
    /** The number in a row and column. */
    float get(int row, int column);
  }

  /** A matrix of {@code rows} rows with numbers, and one row without. */
  public static Guarded of(Arena arena, int rows, int columns, Filler filler) {
    Guarded guarded = allocate(arena, rows + 1, columns);
    for (int row = 0; row < rows; row++) {
      for (int column = 0; column < columns; column++) {
        guarded.matrix.set(row, column, filler.get(row, column));
      }
    }
    return guarded;
  }

  /** Fills the heads of {@code rows} rows; what is between them keeps its canaries. */
  public static void fill(Heads heads, int rows, HeadFiller filler) {
    for (int row = 0; row < rows; row++) {
      for (int head = 0; head < heads.count(); head++) {
        for (int i = 0; i < heads.width(); i++) {
          heads.set(row, head, i, filler.get(row, head, i));
        }
      }
    }
  }

  /** One number of a head. */
  @FunctionalInterface
  public interface HeadFiller {
    /** The number in a row, head and place. */
    float get(int row, int head, int index);
  }

  /** A copy, canaries and all. */
  public Guarded copy(Arena arena) {
    MemorySegment data = arena.allocate(matrix.data().byteSize(), 64).copyFrom(matrix.data());
    return new Guarded(
        new FloatMatrix(data, matrix.offset(), matrix.rows(), matrix.columns(), matrix.stride()));
  }

  /** All bits, canaries included. */
  public int[] bits() {
    int[] bits = new int[(int) (matrix.data().byteSize() / Integer.BYTES)];
    MemorySegment.copy(matrix.data(), Tensor.INT, 0, bits, 0, bits.length);
    return bits;
  }

  /** Checks that nothing has changed since it had those bits. */
  public void assertUnchanged(int[] before, String what) {
    assertUnchangedBut(before, new boolean[before.length], what);
  }

  /**
   * Checks that nothing but the heads of the first {@code rows} rows has changed since it had those
   * bits.
   */
  public void assertUnchangedBut(int[] before, Heads written, int rows, String what) {
    boolean[] allowed = new boolean[before.length];
    for (int row = 0; row < rows; row++) {
      for (int head = 0; head < written.count(); head++) {
        int from = (int) (written.headByte(row, head) / Float.BYTES);
        Arrays.fill(allowed, from, from + written.width(), true);
      }
    }
    assertUnchangedBut(before, allowed, what);
  }

  private void assertUnchangedBut(int[] before, boolean[] allowed, String what) {
    int[] after = bits();
    for (int i = 0; i < after.length; i++) {
      if (after[i] != before[i] && !allowed[i]) {
        long place = i - matrix.offset();
        throw new AssertionError(
            "%s: wrote outside its result, at row %d, column %d of %d: bits %08x became %08x"
                .formatted(
                    what,
                    Math.floorDiv(place, matrix.stride()),
                    Math.floorMod(place, matrix.stride()),
                    matrix.columns(),
                    before[i],
                    after[i]));
      }
    }
  }

  /** The bits of the numbers in a row. */
  public static int[] rowBits(FloatMatrix matrix, int row) {
    int[] bits = new int[matrix.columns()];
    MemorySegment.copy(matrix.data(), Tensor.INT, matrix.rowByte(row), bits, 0, bits.length);
    return bits;
  }
}
