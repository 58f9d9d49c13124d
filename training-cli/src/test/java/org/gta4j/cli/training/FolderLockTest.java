package org.gta4j.cli.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.gta4j.cli.RefusedException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FolderLockTest {
  private static final String LOCK = ".gta4j-lock";

  @TempDir private Path folder = Path.of("");

  @Test
  void oneAtATimeTrainsInAFolder() throws IOException {
    Path out = folder.resolve("new/out");
    int[] done = {0};
    FolderLock.alone(
        out,
        () -> {
          assertThatExceptionOfType(RefusedException.class)
              .isThrownBy(() -> FolderLock.alone(out, () -> done[0]++))
              .withMessage("--out: %s: another process is training here", out);
          FolderLock.alone(folder.resolve("other"), () -> done[0]++);
        });
    FolderLock.alone(out, () -> done[0]++);
    assertThat(done[0]).isEqualTo(2);
    try (Stream<Path> files = Files.list(out)) {
      assertThat(files).containsExactly(out.resolve(LOCK));
    }
    assertThat(out.resolve(LOCK)).isEmptyFile();
  }

  /**
   * A process may open the file while another one trains, and lock it when that is done: it is the
   * same file that all others lock after it, not one that is gone meanwhile.
   */
  @Test
  void whoeverOpenedTheFileBeforeKeepsOthersOut() throws IOException {
    List<FileChannel> late = new ArrayList<>();
    try {
      FolderLock.alone(
          folder,
          () -> {
            try {
              late.add(FileChannel.open(folder.resolve(LOCK), StandardOpenOption.WRITE));
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
          });
      try (FileLock held = late.getFirst().lock()) {
        assertThat(held.isValid()).isTrue();
        assertThatExceptionOfType(RefusedException.class)
            .isThrownBy(() -> FolderLock.alone(folder, () -> {}))
            .withMessage("--out: %s: another process is training here", folder);
      }
      FolderLock.alone(folder, () -> {});
    } finally {
      for (FileChannel channel : late) {
        channel.close();
      }
    }
  }

  @Test
  void theFolderIsFreeAfterAFailure() {
    assertThatExceptionOfType(IllegalStateException.class)
        .isThrownBy(() ->
            FolderLock.alone(
                folder,
                () -> {
                  throw new IllegalStateException("diverged");
                }));
    boolean[] done = {false};
    FolderLock.alone(folder, () -> done[0] = true);
    assertThat(done[0]).isTrue();
  }

  @Test
  void aFileIsNoFolder() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "");
    assertThatExceptionOfType(RefusedException.class)
        .isThrownBy(() -> FolderLock.alone(file, () -> {}))
        .withMessageStartingWith("--out: %s: cannot be written".formatted(file));
  }
}
