package org.gta4j.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.gta4j.ops.LimitedJvm;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A disk that takes no more, while a model is written. */
class FullDiskTest {
  @TempDir private Path folder;

  @Test
  void nothingHalfWrittenStays() throws Exception {
    Path file = Files.writeString(folder.resolve("file.safetensors"), "before");
    Path empty = Files.createDirectory(folder.resolve("empty"));
    String output = LimitedJvm.run(FullDisk.FILE_BYTES, FullDisk.class, folder);
    assertThat(output.lines().filter(line -> line.startsWith(folder.toString())))
        .containsExactly(
            file + ": cannot be written: File too large",
            folder.resolve("a/b/model/model-00002-of-00002.safetensors")
                + ": cannot be written: File too large",
            empty.resolve("model-00002-of-00002.safetensors")
                + ": cannot be written: File too large");
    assertThat(file).hasContent("before");
    assertThat(empty).isEmptyDirectory();
    try (var files = Files.list(folder)) {
      assertThat(files).containsExactlyInAnyOrder(file, empty);
    }
  }
}
