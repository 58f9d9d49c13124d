package org.gta4j.tensor;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * A row-major f32 matrix of activations in native memory, or a range of columns of one: row {@code
 * r} begins {@code offset + r * stride} floats into {@code data}.
 *
 * <p>Its views, heads and columns, are made once and kept with it: a model's step, which asks for
 * the same ones in every layer, allocates nothing.
 */
public final class FloatMatrix {
  /** More different views than a model has of any matrix; further ones are not kept. */
  private static final int MOST_VIEWS = 32;

  private static final Heads[] NO_HEADS = new Heads[0];
  private static final FloatMatrix[] NO_COLUMNS = new FloatMatrix[0];

  private final MemorySegment data;
  private final long offset;
  private final int rows;
  private final int columns;
  private final int stride;

  // Replaced as a whole, never changed: whoever reads them while another thread adds one misses it.
  private volatile Heads[] headViews = NO_HEADS;
  private volatile FloatMatrix[] columnViews = NO_COLUMNS;

  /**
   * A matrix in memory that somebody owns.
   *
   * @param data the memory, owned by an arena
   * @param offset floats before the first row
   * @param rows how many rows fit
   * @param columns floats a row
   * @param stride floats from one row's begin to the next's
   * @throws IllegalArgumentException if not all rows lie within {@code data}
   */
  public FloatMatrix(MemorySegment data, long offset, int rows, int columns, int stride) {
    long end = rows == 0 ? 0 : offset + (long) (rows - 1) * stride + columns;
    if (rows < 0
        || columns < 0
        || offset < 0
        || stride < columns
        || end * Float.BYTES > data.byteSize()) {
      throw new IllegalArgumentException(
          "a matrix of %d rows of %d floats, %d apart from float %d on, does not fit into %d bytes"
              .formatted(rows, columns, stride, offset, data.byteSize()));
    }
    this.data = data;
    this.offset = offset;
    this.rows = rows;
    this.columns = columns;
    this.stride = stride;
  }

  /** The memory it lies in. */
  public MemorySegment data() {
    return data;
  }

  /** Floats before the first row. */
  public long offset() {
    return offset;
  }

  /** How many rows fit. */
  public int rows() {
    return rows;
  }

  /** Floats a row. */
  public int columns() {
    return columns;
  }

  /** Floats from one row's begin to the next's. */
  public int stride() {
    return stride;
  }

  /** A zeroed matrix in {@code arena}, aligned to a cache line. */
  public static FloatMatrix allocate(Arena arena, int rows, int columns) {
    long bytes = Math.multiplyExact((long) rows * columns, Float.BYTES);
    return new FloatMatrix(arena.allocate(Math.max(bytes, 1), 64), 0, rows, columns, columns);
  }

  /** Columns {@code from} to {@code from + count - 1} of all rows, sharing the memory. */
  public FloatMatrix columns(int from, int count) {
    if (from < 0 || count < 0 || from + count > columns) {
      throw new IllegalArgumentException("columns %d+%d of %d".formatted(from, count, columns));
    }
    for (FloatMatrix view : columnViews) {
      if (view.offset == offset + from && view.columns == count) {
        return view;
      }
    }
    FloatMatrix view = new FloatMatrix(data, offset + from, rows, count, stride);
    FloatMatrix[] known = columnViews;
    if (known.length < MOST_VIEWS) {
      FloatMatrix[] more = Arrays.copyOf(known, known.length + 1);
      more[known.length] = view;
      columnViews = more;
    }
    return view;
  }

  /** Rows {@code from} to {@code from + count - 1}, sharing the memory. */
  public FloatMatrix rows(int from, int count) {
    if (from < 0 || count < 0 || from + count > rows) {
      throw new IllegalArgumentException("rows %d+%d of %d".formatted(from, count, rows));
    }
    return new FloatMatrix(data, offset + (long) from * stride, count, columns, stride);
  }

  /** The rows seen as {@code count} heads of equal width, side by side. */
  public Heads heads(int count) {
    return heads(count, columns / count, 0, columns / count);
  }

  /**
   * The rows seen as heads: head {@code h} is columns {@code from + h * step} to {@code from + h *
   * step + width - 1}.
   */
  public Heads heads(int count, int width, int from, int step) {
    for (Heads view : headViews) {
      if (view.count() == count
          && view.width() == width
          && view.from() == from
          && view.step() == step) {
        return view;
      }
    }
    Heads view = new Heads(this, count, width, from, step);
    Heads[] known = headViews;
    if (known.length < MOST_VIEWS) {
      Heads[] more = Arrays.copyOf(known, known.length + 1);
      more[known.length] = view;
      headViews = more;
    }
    return view;
  }

  /** Where row {@code row} begins, in bytes into {@link #data}. */
  public long rowByte(int row) {
    return (offset + (long) row * stride) * Float.BYTES;
  }

  /** The element at {@code row}, {@code column}. */
  public float get(int row, int column) {
    return data.get(Tensor.FLOAT, rowByte(row) + (long) column * Float.BYTES);
  }

  /** Stores the element at {@code row}, {@code column}. */
  public void set(int row, int column, float value) {
    data.set(Tensor.FLOAT, rowByte(row) + (long) column * Float.BYTES, value);
  }

  /** Copies row {@code row} to {@code target}, from its index {@code at} on. */
  public void copyRow(int row, float[] target, int at) {
    MemorySegment.copy(data, Tensor.FLOAT, rowByte(row), target, at, columns);
  }
}
