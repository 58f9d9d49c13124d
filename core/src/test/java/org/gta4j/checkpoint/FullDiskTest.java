package org.gta4j.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A disk that takes no more, while a model is written. */
class FullDiskTest {
  @TempDir private Path folder;

  @Test
  void nothingHalfWrittenStays() throws Exception {
    Path file = Files.writeString(folder.resolve("file.safetensors"), "before");
    Path empty = Files.createDirectory(folder.resolve("empty"));
    // A shell counts in blocks of 512 bytes.
    String limited = "ulimit -f " + FullDisk.FILE_BYTES / 512 + "; exec \"$0\" \"$@\"";
    Process process =
        new ProcessBuilder(
                "sh",
                "-c",
                limited,
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx64m",
                "-XX:-UsePerfData",
                "-cp",
                System.getProperty("java.class.path"),
                FullDisk.class.getName(),
                folder.toString())
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
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
