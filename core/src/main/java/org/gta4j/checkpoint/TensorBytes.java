package org.gta4j.checkpoint;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.function.LongConsumer;
import org.gta4j.tensor.DType;
import org.gta4j.tensor.Shape;
import org.gta4j.tensor.Tensor;
import org.gta4j.tensor.block.BlockQuantizer;
import org.gta4j.tensor.block.PlainBlocks;

/** Writes tensors to a file, rounded to other types on the way, by way of one buffer. */
final class TensorBytes {
  private static final int BUFFER_BYTES = 1 << 20;

  /** From here on f16 rounds to infinity. */
  private static final float F16_LIMIT = 65520;

  private final FileChannel channel;
  private final LongConsumer written;
  private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
  private final MemorySegment memory = MemorySegment.ofBuffer(buffer);

  /**
   * Writes to a file.
   *
   * @param written is told the bytes of each piece, once it is written
   */
  TensorBytes(FileChannel channel, LongConsumer written) {
    this.channel = channel;
    this.written = written;
  }

  /**
   * Writes a tensor.
   *
   * @param name names it in errors
   * @throws CheckpointException if it has a number that the type cannot hold
   */
  void write(String name, Tensor tensor, DType dtype) throws IOException {
    if (dtype == tensor.dtype()) {
      copy(tensor.data());
    } else if (dtype == DType.Q8_0) {
      quantize(name, tensor, dtype, BlockQuantizer.q80());
    } else if (dtype == DType.Q4_0) {
      quantize(name, tensor, dtype, BlockQuantizer.q40());
    } else {
      round(name, tensor, dtype);
    }
  }

  /** Writes bytes, which may be those of an array of numbers. */
  void copy(MemorySegment data) throws IOException {
    for (long at = 0; at < data.byteSize(); at += BUFFER_BYTES) {
      int count = (int) Math.min(BUFFER_BYTES, data.byteSize() - at);
      MemorySegment.copy(data, at, memory, 0, count);
      flush(count);
    }
  }

  private void flush(long bytes) throws IOException {
    AtomicOutput.writeFully(channel, buffer.clear().limit((int) bytes));
    written.accept(bytes);
  }

  private void round(String name, Tensor tensor, DType dtype) throws IOException {
    long step = BUFFER_BYTES / dtype.bytes(1);
    long elements = tensor.shape().elements();
    for (long at = 0; at < elements; at += step) {
      long count = Math.min(step, elements - at);
      Tensor part = new Tensor(dtype, Shape.of(count), memory.asSlice(0, dtype.bytes(count)));
      for (long i = 0; i < count; i++) {
        float value = tensor.get(at + i);
        if (dtype == DType.F16 && Math.abs(value) >= F16_LIMIT && Float.isFinite(value)) {
          throw new CheckpointException(
              "tensor %s has the number %s, which f16 cannot hold: choose bf16 or f32"
                  .formatted(name, value));
        }
        part.set(i, value);
      }
      flush(dtype.bytes(count));
    }
  }

  /** Rows are whole blocks, so that blocks can be taken one behind the other. */
  private void quantize(String name, Tensor tensor, DType dtype, BlockQuantizer quantizer)
      throws IOException {
    float[] numbers = new float[PlainBlocks.ELEMENTS];
    long elements = tensor.shape().elements();
    int filled = 0;
    for (long at = 0; at < elements; at += numbers.length) {
      for (int i = 0; i < numbers.length; i++) {
        numbers[i] = tensor.get(at + i);
        if (!(Math.abs(numbers[i]) <= quantizer.limit())) {
          throw new CheckpointException(
              "tensor %s: number %d: expected finite numbers up to %s, which blocks of %s can hold, found %s"
                  .formatted(name, at + i, quantizer.limit(), dtype, numbers[i]));
        }
      }
      if (filled + dtype.blockBytes() > BUFFER_BYTES) {
        flush(filled);
        filled = 0;
      }
      quantizer.write(numbers, memory, filled);
      filled += dtype.blockBytes();
    }
    flush(filled);
  }
}
