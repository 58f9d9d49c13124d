package org.gta4j.cli.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.gta4j.cli.RefusedException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FolderLockTest {
  @TempDir private Path folder = Path.of("");

  @Test
  void oneAtATimeTrainsInAFolder() {
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
    assertThat(out).isEmptyDirectory();
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
