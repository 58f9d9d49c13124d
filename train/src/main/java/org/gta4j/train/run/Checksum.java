package org.gta4j.train.run;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.zip.CRC32C;
import org.gta4j.checkpoint.CheckpointException;

/** CRC-32C of files. */
final class Checksum {
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
}
