package org.gta4j.kernels;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.gta4j.tensor.FloatMatrix;
import org.gta4j.tensor.Tensor;

/** Rows of a table of embeddings, widened from whatever type they have. */
final class EmbedTask implements AutoCloseable {
  private static final int SOURCE = 0;
  private static final int COLUMNS = 1;
  private static final int ROW_BYTES = 2;
  private static final int TABLE = 3;
  private static final int IDS = 4;
  private static final int OUT = 5;
  private static final int MEMBERS = 7;

  private final Kernels kernels;
  private final Arguments arguments = new Arguments(MEMBERS);
  private final NativeBuffer ids = new NativeBuffer();
  private final NativeBuffer gathered = new NativeBuffer();

  EmbedTask(Kernels kernels) {
    this.kernels = kernels;
  }

  void run(Tensor table, int[] wanted, FloatMatrix out, int rows) {
    int columns = out.columns();
    if (table.shape().size(1) != columns || wanted.length < rows) {
      throw new IllegalArgumentException(
          "embed: expected a table [vocabulary, %d] and %d ids, found %s and %d"
              .formatted(columns, rows, table.shape(), wanted.length));
    }
    long rowBytes = table.dtype().bytes(columns);
    MemorySegment numbers = ids.atLeast((long) rows * Integer.BYTES);
    boolean mapped = table.data().isNative();
    // Rows of a table on the heap are copied first.
    MemorySegment data = mapped ? table.data() : gathered.atLeast(rows * rowBytes);
    for (int row = 0; row < rows; row++) {
      int id = wanted[row];
      if (id < 0 || id >= table.shape().size(0)) {
        throw new IllegalArgumentException(
            "embed: expected ids below %d, found %d".formatted(table.shape().size(0), id));
      }
      if (!mapped) {
        MemorySegment.copy(table.data(), id * rowBytes, data, row * rowBytes, rowBytes);
        id = row;
      }
      numbers.setAtIndex(ValueLayout.JAVA_INT, row, id);
    }
    arguments
        .set(SOURCE, PanelFormat.source(table.dtype()))
        .set(COLUMNS, columns)
        .set(ROW_BYTES, rowBytes)
        .point(TABLE, data, 0, mapped ? data.byteSize() : rows * rowBytes)
        .point(IDS, numbers, 0, (long) rows * Integer.BYTES)
        .point(OUT, out, rows);
    kernels.run(kernels.embed, arguments, 0, rows);
  }

  @Override
  public void close() {
    ids.close();
    gathered.close();
  }
}
