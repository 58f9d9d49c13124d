package org.gta4j.kernels;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.gta4j.ops.Workers;
import org.gta4j.tensor.FloatMatrix;

/**
 * Reads what is behind memory of the kernels, or before it, with one of them: where addresses are
 * checked, this must not come to its end. Arguments: which memory, and how many bytes behind its
 * begin the kernel begins to read, as many as the memory has.
 */
final class OverrunProgram {
  /** Bytes of whole vectors: those that are read in part the checks do not see. */
  private static final int BYTES = 1024;

  private OverrunProgram() {}

  @SuppressWarnings("restricted") // to get past the checks of sizes that are in Java
  public static void main(String[] arguments) {
    Kernels kernels = RunnableKernels.get();
    try (Arena arena = Arena.ofShared();
        NativeBuffer buffer = new NativeBuffer();
        WeightMemory weights = new WeightMemory(kernels);
        Workers workers = new Workers(1);
        RowTask rows = new RowTask(kernels, workers)) {
      MemorySegment memory =
          switch (arguments[0]) {
            case "weights" -> weights.allocate(BYTES);
            case "cache" -> WeightMemory.forCache(kernels, BYTES, 64L << 20, arena);
            case "buffer" -> buffer.atLeast(BYTES);
            default -> throw new IllegalArgumentException(arguments[0]);
          };
      int floats = BYTES / Float.BYTES;
      MemorySegment moved =
          MemorySegment.ofAddress(memory.address() + Integer.parseInt(arguments[1]))
              .reinterpret(BYTES);
      FloatMatrix x = new FloatMatrix(moved, 0, 1, floats, floats);
      rows.elements(kernels.add, FloatMatrix.allocate(arena, 1, floats), x, 1);
      System.out.println("read");
    }
  }
}
