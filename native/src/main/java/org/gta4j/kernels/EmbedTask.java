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
    long rowBytes = table.dtype().bytes(columns);
    MemorySegment numbers = ids.atLeast((long) rows * Integer.BYTES);
    // Rows of a table on the heap or in a file are copied first: C is given neither.
    boolean direct = table.data().isNative() && !table.data().isMapped();
    MemorySegment data = direct ? table.data() : gathered.atLeast(rows * rowBytes);
    for (int row = 0; row < rows; row++) {
      if (!direct) {
        MemorySegment.copy(table.data(), wanted[row] * rowBytes, data, row * rowBytes, rowBytes);
      }
      numbers.setAtIndex(ValueLayout.JAVA_INT, row, direct ? wanted[row] : row);
    }
    arguments
        .set(SOURCE, PanelFormat.source(table.dtype()))
        .set(COLUMNS, columns)
        .set(ROW_BYTES, rowBytes)
        .point(TABLE, data, 0, direct ? data.byteSize() : rows * rowBytes)
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
