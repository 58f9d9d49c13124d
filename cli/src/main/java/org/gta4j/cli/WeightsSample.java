package org.gta4j.cli;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

/**
 * Tells models apart without reading all of them: by parts of each file of weights, from places
 * spread over it. Weights that were trained further differ nearly everywhere.
 */
final class WeightsSample {
  private static final int PLACES = 16;
  private static final int BYTES = 4096;

  private WeightsSample() {}

  /**
   * A checksum in hexadecimal digits, which does not depend on where the model is.
   *
   * @param model a file, or a folder of files
   * @throws RefusedException if one cannot be read
   */
  static String of(Path model) {
    CRC32C sum = new CRC32C();
    try {
      for (Path file : files(model)) {
        add(file, sum);
      }
    } catch (IOException e) {
      throw new RefusedException("%s: cannot be read: %s".formatted(model, e.getMessage()), e);
    }
    return "%08x".formatted(sum.getValue());
  }

  private static List<Path> files(Path model) throws IOException {
    if (!Files.isDirectory(model)) {
      return List.of(model);
    }
    try (Stream<Path> files = Files.list(model)) {
      return files.filter(file -> file.toString().endsWith(".safetensors")).sorted().toList();
    }
  }

  private static void add(Path file, CRC32C sum) throws IOException {
    try (FileChannel channel = FileChannel.open(file)) {
      long size = channel.size();
      sum.update("%d ".formatted(size).getBytes(StandardCharsets.US_ASCII));
      ByteBuffer part = ByteBuffer.allocate(BYTES);
      for (int place = 0; place < PLACES; place++) {
        part.clear();
        channel.read(part, Math.max(0, size - BYTES) * place / (PLACES - 1));
        sum.update(part.flip());
      }
    }
  }
}
