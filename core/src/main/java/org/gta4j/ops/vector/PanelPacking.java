package org.gta4j.ops.vector;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.gta4j.ops.OpsChecks;
import org.gta4j.ops.Workers;
import org.gta4j.tensor.DType;
import org.gta4j.tensor.Tensor;

/**
 * Packs weights into {@link PanelFormat panels}, in memory that is freed when the operations are
 * closed. A mapped file is read for them by the JVM's own copying alone: where it was cut off that
 * is an error, while vector loads would end the process.
 */
final class PanelPacking implements AutoCloseable {
  private static final VarHandle SHORT =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  private static final int OUTPUTS = PanelFormat.OUTPUTS;
  private static final int STEPS = PanelFormat.STEPS;
  private static final int CACHE_LINE = 64;
  private static final int F16_EXPONENT = 0x7C00;

  /** Panels packed before their part of a file is let go; enough for many workers. */
  private static final int PANELS_AT_A_TIME = 64;

  private final Workers workers;
  private final boolean quantizing;
  private final Arena arena = Arena.ofShared();

  /**
   * Packs with these workers.
   *
   * @param quantizing whether numbers of 4 bits will meet quantized activations
   */
  PanelPacking(Workers workers, boolean quantizing) {
    this.workers = workers;
    this.quantizing = quantizing;
  }

  /**
   * Packs a matrix [outputs, inputs]; empty where its type has no panels, or where a scale is not
   * finite, which kernels for panels would take for a number.
   */
  Optional<PanelLinear> pack(Tensor weight, Optional<Tensor> bias) {
    Optional<PanelFormat> known = PanelFormat.of(weight.dtype());
    if (known.isEmpty() || weight.shape().rank() != 2) {
      return Optional.empty();
    }
    PanelFormat format = known.get();
    int outputs = weight.shape().intSize(0);
    int inputs = weight.shape().intSize(1);
    OpsChecks.bias(bias, outputs);
    int panels = PanelFormat.panels(outputs);
    int panelBytes = Math.multiplyExact(inputs / PanelFormat.INPUTS, format.blockBytes());
    MemorySegment memory =
        arena.allocate(Math.multiplyExact((long) panels, panelBytes), CACHE_LINE);
    if (!fill(weight, format, memory)) {
      return Optional.empty(); // A broken model; the memory stays until the end.
    }
    float[] biases = new float[panels * OUTPUTS];
    bias.ifPresent(b -> System.arraycopy(b.toFloats(), 0, biases, 0, outputs));
    return Optional.of(new PanelLinear(weight.dtype(), format, inputs, outputs, memory, biases));
  }

  /**
   * Packs all panels; no where a scale is not finite. Some panels at a time: their part of a file
   * is let go before the next is read, so that a matrix is in memory once. The system keeps it
   * while nobody else wants the memory.
   */
  private boolean fill(Tensor weight, PanelFormat format, MemorySegment memory) {
    int outputs = weight.shape().intSize(0);
    int inputs = weight.shape().intSize(1);
    int panels = PanelFormat.panels(outputs);
    int panelBytes = Math.toIntExact(memory.byteSize() / panels);
    int rowBytes = Math.toIntExact(weight.dtype().bytes(inputs));
    Buffers[] buffers = new Buffers[workers.count()];
    AtomicBoolean finite = new AtomicBoolean(true);
    for (int done = 0; done < panels && finite.get(); done += PANELS_AT_A_TIME) {
      int begin = done;
      int count = Math.min(PANELS_AT_A_TIME, panels - begin);
      workers.run(
          count,
          (item, worker) -> {
            if (buffers[worker] == null) {
              buffers[worker] = new Buffers(weight.dtype(), format, quantizing, inputs, panelBytes);
            }
            Buffers own = buffers[worker];
            int first = (begin + item) * OUTPUTS;
            if (!own.panel(weight.data(), first, Math.min(OUTPUTS, outputs - first))) {
              finite.set(false);
            }
            long to = (long) (begin + item) * panelBytes;
            MemorySegment.copy(own.packed, 0, memory, ValueLayout.JAVA_BYTE, to, panelBytes);
          });
      if (weight.data().isMapped()) {
        long from = (long) begin * OUTPUTS * rowBytes;
        long rest = weight.data().byteSize() - from;
        weight.data().asSlice(from, Math.min(rest, (long) count * OUTPUTS * rowBytes)).unload();
      }
    }
    return finite.get();
  }

  private static boolean isFinite(short half) {
    return (half & F16_EXPONENT) != F16_EXPONENT;
  }

  @Override
  public void close() {
    if (arena.scope().isAlive()) {
      arena.close();
    }
  }

  /** What a worker needs: a panel's rows as they lie in the file, and the panel. */
  private static final class Buffers {
    private final DType dtype;
    private final PanelFormat format;

    /** Whether numbers of 4 bits lie in pairs of outputs. */
    private final boolean paired;

    private final int rowBytes;
    private final byte[] rows;
    private final byte[] packed;

    Buffers(DType dtype, PanelFormat format, boolean paired, int inputs, int panelBytes) {
      this.dtype = dtype;
      this.format = format;
      this.paired = paired;
      rowBytes = Math.toIntExact(dtype.bytes(inputs));
      rows = new byte[Math.multiplyExact(OUTPUTS, rowBytes)];
      packed = new byte[panelBytes];
    }

    /** Packs rows {@code first} to {@code first + count − 1}; no where a scale is not finite. */
    boolean panel(MemorySegment weights, int first, int count) {
      MemorySegment.copy(
          weights, ValueLayout.JAVA_BYTE, (long) first * rowBytes, rows, 0, count * rowBytes);
      if (count < OUTPUTS) {
        Arrays.fill(packed, (byte) 0);
      }
      boolean finite = true;
      for (int block = 0; block < rowBytes / dtype.blockBytes(); block++) {
        for (int output = 0; output < count; output++) {
          finite &= block(block, output);
        }
      }
      return finite;
    }

    private boolean block(int block, int output) {
      int from = output * rowBytes + block * dtype.blockBytes();
      int to = block * format.blockBytes();
      int scales = to + format.numberBytes() + output * Short.BYTES;
      short scale = (short) SHORT.get(rows, from);
      SHORT.set(packed, scales, scale);
      boolean finite = isFinite(scale);
      int numbers = from + Short.BYTES;
      if (format.hasMinima()) {
        short minimum = (short) SHORT.get(rows, numbers);
        SHORT.set(packed, scales + OUTPUTS * Short.BYTES, minimum);
        finite &= isFinite(minimum);
        numbers += Short.BYTES;
      }
      switch (dtype) {
        case Q8_0 -> bytes(numbers, to + output);
        case Q5_0 -> fiveBits(numbers, to + output, 16);
        case Q5_1 -> fiveBits(numbers, to + output, 0);
        default -> nibbles(numbers, to + (paired ? PanelFormat.paired(output) : output));
      }
      return finite;
    }

    private void nibbles(int from, int to) {
      for (int i = 0; i < STEPS; i++) {
        packed[to + i * OUTPUTS] = rows[from + i];
      }
    }

    private void bytes(int from, int to) {
      for (int i = 0; i < STEPS; i++) {
        packed[to + 2 * i * OUTPUTS] = rows[from + i];
        packed[to + (2 * i + 1) * OUTPUTS] = rows[from + STEPS + i];
      }
    }

    /** Numbers of four bits and a fifth, less {@code middle}. */
    private void fiveBits(int from, int to, int middle) {
      int fifths = (int) INT.get(rows, from);
      int at = from + Integer.BYTES;
      for (int i = 0; i < STEPS; i++) {
        int low = (rows[at + i] & 0xF) | ((fifths >>> i & 1) << 4);
        int high = (rows[at + i] >> 4 & 0xF) | ((fifths >>> (STEPS + i) & 1) << 4);
        packed[to + 2 * i * OUTPUTS] = (byte) (low - middle);
        packed[to + (2 * i + 1) * OUTPUTS] = (byte) (high - middle);
      }
    }
  }
}
