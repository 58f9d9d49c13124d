package org.gta4j.kernels;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Optional;
import org.gta4j.ops.OpsChecks;
import org.gta4j.ops.Workers;
import org.gta4j.tensor.DType;
import org.gta4j.tensor.Tensor;

/** Re-encodes weights into panels, once, at load; numbers and scales stay exactly what they are. */
final class Packing {
  private static final int SOURCE = 0;
  private static final int FORMAT = 1;
  private static final int INPUTS = 2;
  private static final int OUTPUTS = 3;
  private static final int ROW_BYTES = 4;
  private static final int ROWS = 5;
  private static final int PANELS = 6;
  private static final int MEMBERS = 7;

  /** Units that a worker takes at a time. */
  private static final int CHUNK = 2;

  private final Kernels kernels;
  private final Workers workers;
  private final WeightMemory memory;
  private final Arguments arguments = new Arguments(MEMBERS);

  Packing(Kernels kernels, Workers workers, WeightMemory memory) {
    this.kernels = kernels;
    this.workers = workers;
    this.memory = memory;
  }

  /** Packs a matrix [outputs, inputs]. */
  PanelLinear linear(Tensor weight, Optional<Tensor> bias) {
    int outputs = weight.shape().intSize(0);
    int inputs = weight.shape().intSize(1);
    OpsChecks.bias(bias, outputs);
    DType dtype = weight.dtype();
    MemorySegment panels = memory.allocate(PanelFormat.of(dtype).bytes(outputs, inputs));
    fill(dtype, inputs, outputs, weight.data(), panels);
    letGo(weight.data());
    MemorySegment biases = noBias(outputs);
    bias.ifPresent(b -> {
      for (int i = 0; i < outputs; i++) {
        biases.set(Tensor.FLOAT, (long) i * Float.BYTES, b.get(i));
      }
    });
    return new PanelLinear(dtype, inputs, outputs, panels, biases);
  }

  /** Packs a matrix [outputs, inputs] for each head. */
  PanelHeads heads(Tensor weight) {
    int heads = weight.shape().intSize(0);
    int outputs = weight.shape().intSize(1);
    int inputs = weight.shape().intSize(2);
    DType dtype = weight.dtype();
    long bytes = PanelFormat.of(dtype).bytes(outputs, inputs);
    MemorySegment panels = memory.allocate(Math.multiplyExact(bytes, heads));
    for (int head = 0; head < heads; head++) {
      fill(
          dtype,
          inputs,
          outputs,
          weight.slice(head, 1).data(),
          panels.asSlice(head * bytes, bytes));
    }
    letGo(weight.data());
    return new PanelHeads(dtype, heads, inputs, outputs, panels, noBias(outputs));
  }

  /**
   * The file's pages are needed no more: they stay in the system's cache while nobody else wants
   * the memory, but are not this process's beside their packed copy.
   */
  private static void letGo(MemorySegment rows) {
    if (rows.isMapped()) {
      rows.unload();
    }
  }

  private MemorySegment noBias(int outputs) {
    return memory.allocate((long) PanelFormat.units(outputs) * PanelFormat.UNIT * Float.BYTES);
  }

  private void fill(
      DType dtype, int inputs, int outputs, MemorySegment rows, MemorySegment panels) {
    if (!rows.isNative() || rows.isMapped()) {
      // The JVM copies with care: a file that was cut off is an error there, and the end of the
      // process in C.
      try (Arena arena = Arena.ofShared()) {
        fill(dtype, inputs, outputs, arena.allocate(rows.byteSize()).copyFrom(rows), panels);
      }
      return;
    }
    long rowBytes = dtype.bytes(inputs);
    arguments
        .set(SOURCE, PanelFormat.source(dtype))
        .set(FORMAT, PanelFormat.of(dtype).number())
        .set(INPUTS, inputs)
        .set(OUTPUTS, outputs)
        .set(ROW_BYTES, rowBytes)
        .point(ROWS, rows, 0, outputs * rowBytes)
        .point(PANELS, panels, 0, PanelFormat.of(dtype).bytes(outputs, inputs));
    int count = PanelFormat.units(outputs);
    workers.run(
        Math.ceilDiv(count, CHUNK),
        (item, worker) ->
            kernels.run(
                kernels.pack,
                arguments,
                (long) item * CHUNK,
                Math.min((item + 1L) * CHUNK, count)));
  }
}
