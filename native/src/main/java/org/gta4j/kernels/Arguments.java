package org.gta4j.kernels;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.gta4j.tensor.FloatMatrix;
import org.gta4j.tensor.Heads;

/**
 * The argument block of a kernel: numbered members of eight bytes each, in the order of its struct
 * in gta4j.h. Every pointer is checked here to be native memory that is alive and large enough.
 */
final class Arguments {
  private final MemorySegment members;

  /** A zeroed block that lives as long as it can be reached. */
  Arguments(int count) {
    members = Arena.ofAuto().allocate((long) count * Long.BYTES, 64);
  }

  /** Where the block is. */
  long address() {
    return members.address();
  }

  /** Sets a whole number. */
  Arguments set(int member, long value) {
    members.setAtIndex(ValueLayout.JAVA_LONG, member, value);
    return this;
  }

  /** Sets a real number. */
  Arguments set(int member, double value) {
    members.setAtIndex(ValueLayout.JAVA_DOUBLE, member, value);
    return this;
  }

  /** Points to {@code bytes} bytes of memory from {@code offset} on. */
  Arguments point(int member, MemorySegment memory, long offset, long bytes) {
    return set(member, checked(memory, offset, bytes));
  }

  /** Points to the first rows of a matrix; the next member is the distance of rows. */
  Arguments point(int member, FloatMatrix matrix, int rows) {
    requireRows(rows, matrix);
    long floats = rows == 0 ? 0 : (rows - 1L) * matrix.stride() + matrix.columns();
    return point(member, matrix.data(), matrix.rowByte(0), floats * Float.BYTES)
        .set(member + 1, matrix.stride());
  }

  /**
   * Points to the heads of the first rows; the next members are the distances of rows and of heads.
   */
  Arguments point(int member, Heads heads, int rows) {
    FloatMatrix matrix = heads.matrix();
    requireRows(rows, matrix);
    long floats =
        rows == 0
            ? 0
            : (rows - 1L) * matrix.stride() + (heads.count() - 1L) * heads.step() + heads.width();
    return point(member, matrix.data(), heads.headByte(0, 0), floats * Float.BYTES)
        .set(member + 1, matrix.stride())
        .set(member + 2, heads.step());
  }

  private static void requireRows(int rows, FloatMatrix matrix) {
    if (rows < 0 || rows > matrix.rows()) {
      throw new IllegalArgumentException(
          "rows: expected up to %d, as the matrix has, found %d".formatted(matrix.rows(), rows));
    }
  }

  /** The address of {@code bytes} bytes from {@code offset} on, which native code may touch. */
  static long checked(MemorySegment memory, long offset, long bytes) {
    if (!memory.isNative()
        || !memory.scope().isAlive()
        || offset < 0
        || bytes < 0
        || offset > memory.byteSize() - bytes) {
      throw new IllegalArgumentException(
          "a kernel needs native memory that is alive and holds %d bytes from byte %d on, found %s"
              .formatted(bytes, offset, memory));
    }
    return memory.address() + offset;
  }
}
