package org.gta4j.train.run;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Collection;
import java.util.zip.CRC32C;
import org.gta4j.checkpoint.CheckpointException;
import org.gta4j.tensor.Tensor;

/** CRC-32C of files, and of tensors. */
public final class Checksum {
  private static final int BUFFER = 1 << 20;

  private Checksum() {}

  /**
   * The checksum in hexadecimal digits.
   *
   * @throws CheckpointException if the file cannot be read
   */
  static String of(Path file) {
    CRC32C crc = new CRC32C();
    ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER);
    try (FileChannel channel = FileChannel.open(file)) {
      while (channel.read(buffer) >= 0) {
        crc.update(buffer.flip());
        buffer.clear();
      }
    } catch (IOException e) {
      throw new CheckpointException("%s: cannot be read: %s".formatted(file, e.getMessage()), e);
    }
    return "%08x".formatted(crc.getValue());
  }

  /** The checksum of all tensors' bytes, one after the other. */
  public static long of(Collection<Tensor> tensors) {
    CRC32C crc = new CRC32C();
    for (Tensor tensor : tensors) {
      MemorySegment data = tensor.data();
      for (long done = 0; done < data.byteSize(); done += BUFFER) {
        crc.update(data.asSlice(done, Math.min(BUFFER, data.byteSize() - done)).asByteBuffer());
      }
    }
    return crc.getValue();
  }
}
