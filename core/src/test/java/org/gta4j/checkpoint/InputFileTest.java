package org.gta4j.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files that change between being opened, read and mapped. */
class InputFileTest {
  @TempDir private Path folder;

  private Path file(int bytes) throws IOException {
    return Files.write(folder.resolve("file"), new byte[bytes]);
  }

  private static void shrink(Path file, int bytes) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.truncate(bytes);
    }
  }

  @Test
  void readsAndMapsWhatIsThere() throws IOException {
    Path path = Files.write(folder.resolve("file"), new byte[] {1, 2, 3, 4, 5});
    try (InputFile file = InputFile.open(path);
        Arena arena = Arena.ofConfined()) {
      assertThat(file.size()).isEqualTo(5);
      assertThat(file.read(1, 3)).containsExactly(2, 3, 4);
      assertThat(file.map(2, 3, arena).toArray(ValueLayout.JAVA_BYTE)).containsExactly(3, 4, 5);
      Files.delete(path);
      assertThat(file.read(0, 5)).hasSize(5);
    }
  }

  @Test
  void whatAFileHasNoMoreIsNeitherReadNorMapped() throws IOException {
    Path path = file(10_000);
    try (InputFile file = InputFile.open(path);
        Arena arena = Arena.ofConfined()) {
      shrink(path, 4_000);
      assertThatExceptionOfType(CheckpointException.class)
          .isThrownBy(() -> file.read(0, 10_000))
          .withMessage(
              path + ": size: expected 10000 bytes, as it had when it was opened, found 4000");
      for (int at : new int[] {0, 3_999, 4_001, 9_999}) {
        assertThatExceptionOfType(CheckpointException.class)
            .isThrownBy(() -> file.map(at, 10_000 - at, arena))
            .withMessage(
                path + ": size: expected 10000 bytes, as it had when it was opened, found 4000");
      }
      assertThat(file.map(1_000, 3_000, arena).byteSize()).isEqualTo(3_000);
    }
  }

  @Test
  void whatAFileHasMoreIsLeftAlone() throws IOException {
    Path path = file(10);
    try (InputFile file = InputFile.open(path)) {
      Files.write(path, new byte[20], StandardOpenOption.APPEND);
      assertThat(file.size()).isEqualTo(10);
      assertThat(file.read(0, 10)).hasSize(10);
    }
  }

  @Test
  void saysWhyAFileCannotBeRead() throws IOException {
    Path loop = Files.createSymbolicLink(folder.resolve("loop"), Path.of("loop"));
    assertThatExceptionOfType(CheckpointException.class)
        .isThrownBy(() -> InputFile.readBytes(loop, 10))
        .withMessageStartingWith(loop + ": it cannot be read: ");
    Path below = file(3).resolve("below");
    assertThatExceptionOfType(CheckpointException.class)
        .isThrownBy(() -> InputFile.readBytes(below, 10))
        .withMessage(below + ": there is no such file");
    assertThatExceptionOfType(CheckpointException.class)
        .isThrownBy(() -> InputFile.readBytes(folder.resolve("file"), 2))
        .withMessage(folder.resolve("file") + ": size: expected at most 2 bytes, found 3");
    assertThatExceptionOfType(CheckpointException.class)
        .isThrownBy(() -> InputFile.readBytes(folder.resolve("x".repeat(300)), 2))
        .withMessageEndingWith(": it cannot be read: File name too long");
  }

  @Test
  void anInterruptedReaderSaysSo() throws IOException {
    Path path = file(10);
    Thread.currentThread().interrupt();
    try {
      assertThatExceptionOfType(CheckpointException.class)
          .isThrownBy(() -> InputFile.readBytes(path, 10))
          .withMessage(path + ": it cannot be read: ClosedByInterruptException");
    } finally {
      assertThat(Thread.interrupted()).isTrue();
    }
  }
}
