package org.gta4j.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Files that appear whole or not at all. */
class AtomicOutputTest {
  @TempDir private Path folder;

  private static AtomicOutput.Content text(String text) {
    return channel ->
        AtomicOutput.writeFully(channel, ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
  }

  private List<String> names() throws IOException {
    try (var files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void writesAndReplaces() throws IOException {
    Path file = folder.resolve("file");
    AtomicOutput.write(file, text("first, and longer"));
    assertThat(file).hasContent("first, and longer");
    AtomicOutput.write(file, text("second"));
    assertThat(file).hasContent("second");
    assertThat(names()).containsExactly("file");
  }

  @Test
  @EnabledOnOs({OS.LINUX, OS.MAC})
  void aLinkStaysALinkEvenToNothingYet() throws IOException {
    Path link = Files.createSymbolicLink(folder.resolve("link"), Path.of("target"));
    AtomicOutput.write(link, text("first"));
    assertThat(link).isSymbolicLink().hasContent("first");
    AtomicOutput.write(link, text("second"));
    assertThat(link).isSymbolicLink();
    assertThat(folder.resolve("target")).isRegularFile().hasContent("second");
    Path loop = Files.createSymbolicLink(folder.resolve("loop"), Path.of("loop"));
    assertThatExceptionOfType(CheckpointException.class)
        .isThrownBy(() -> AtomicOutput.write(loop, text("")))
        .withMessageContaining("cannot be written");
  }

  @Test
  @EnabledOnOs({OS.LINUX, OS.MAC})
  void aSecretFileStaysSecret() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "before");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    AtomicOutput.write(file, seenByNobody("after"));
    assertThat(permissions(file)).isEqualTo("rw-------");
  }

  private static String permissions(Path file) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
  }

  /** Content of files that nobody else can read while it is written. */
  private AtomicOutput.Content seenByNobody(String text) {
    return channel -> {
      text(text).writeTo(channel);
      for (String name : names()) {
        if (name.endsWith(".tmp")) {
          assertThat(permissions(folder.resolve(name))).isEqualTo("rw-------");
        }
      }
      assertThat(names()).anyMatch(name -> name.endsWith(".tmp"));
    };
  }

  @Test
  @EnabledOnOs({OS.LINUX, OS.MAC})
  void aPrivateFileIsItsOwnersFromTheFirstByteOn() throws IOException {
    Path file = folder.resolve("file");
    AtomicOutput.writePrivate(file, seenByNobody("new"));
    assertThat(permissions(file)).isEqualTo("rw-------");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
    AtomicOutput.writePrivate(file, seenByNobody("again"));
    assertThat(permissions(file)).isEqualTo("rw-------");
  }

  @Test
  void aFailureLeavesNothingNew() throws IOException {
    Path file = folder.resolve("file");
    assertThatExceptionOfType(CheckpointException.class)
        .isThrownBy(() ->
            AtomicOutput.write(
                file,
                channel -> {
                  text("half").writeTo(channel);
                  throw new IOException("No space left on device");
                }))
        .withMessage(file + ": cannot be written: No space left on device");
    assertThat(names()).isEmpty();
    assertThatIllegalStateException()
        .isThrownBy(() ->
            AtomicOutput.write(
                file,
                channel -> {
                  text("half").writeTo(channel);
                  throw new IllegalStateException("a mistake");
                }));
    assertThat(names()).isEmpty();
  }

  @Test
  void aFailureKeepsWhatWasThere() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "before");
    assertThatExceptionOfType(CheckpointException.class)
        .isThrownBy(() ->
            AtomicOutput.write(
                file,
                channel -> {
                  text("half").writeTo(channel);
                  assertThat(file).hasContent("before");
                  throw new IOException();
                }))
        .withMessage(file + ": cannot be written: IOException");
    assertThat(file).hasContent("before");
    assertThat(names()).containsExactly("file");
  }

  @Test
  void saysWhyAFileCannotBeMade() {
    Path missing = folder.resolve("no/such/file");
    assertThatExceptionOfType(CheckpointException.class)
        .isThrownBy(() -> AtomicOutput.write(missing, text("")))
        .withMessage(missing + ": cannot be written: there is no folder " + missing.getParent());
    assertThatExceptionOfType(CheckpointException.class)
        .isThrownBy(() -> AtomicOutput.write(folder, text("")))
        .withMessage(folder + ": cannot be written: it is a folder");
    Path system = Path.of("/proc/gta4j");
    if (Files.isDirectory(Path.of("/proc"))) {
      assertThatExceptionOfType(CheckpointException.class)
          .isThrownBy(() -> AtomicOutput.write(system, text("")))
          .withMessageStartingWith(system + ": cannot be written: ")
          .satisfies(e -> assertThat(String.valueOf(e.getMessage())).doesNotContain(".tmp"));
    }
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void aDeviceIsWrittenWithoutAFileBesideIt() {
    Path full = Path.of("/dev/full");
    if (Files.exists(full)) {
      assertThatExceptionOfType(CheckpointException.class)
          .isThrownBy(() -> AtomicOutput.write(full, text("content")))
          .withMessage(full + ": cannot be written: No space left on device");
      AtomicOutput.write(Path.of("/dev/null"), text("content"));
      assertThat(full).exists();
    }
  }

  @Test
  void whatKilledProcessesLeftOfTheSameFileIsDeleted() throws IOException, InterruptedException {
    Path file = folder.resolve("output");
    Path left = old(TemporaryOutput.beside(file));
    Path others = old(TemporaryOutput.beside(folder.resolve("other")));
    Path young = Files.writeString(TemporaryOutput.beside(file), "just made");
    Path used = old(TemporaryOutput.beside(file));
    Process user = holding(used);
    try {
      AtomicOutput.write(file, text("content"));
      assertThat(left).doesNotExist();
      assertThat(others).exists();
      assertThat(young).exists();
      assertThat(used).exists();
    } finally {
      user.destroyForcibly().waitFor();
    }
    AtomicOutput.write(file, text("content"));
    assertThat(used).doesNotExist();
  }

  private static Path old(Path file) throws IOException {
    Files.writeString(file, "a part");
    Files.setLastModifiedTime(file, FileTime.from(Instant.now().minusSeconds(60)));
    return file;
  }

  /** Another process that writes a temporary file. */
  private static Process holding(Path file) throws IOException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                HoldingProgram.class.getName(),
                file.toString())
            .start();
    assertThat(process.getInputStream().read()).isEqualTo('.');
    return process;
  }

  @Test
  void aNameMayBeAsLongAsNamesCanBe() throws IOException {
    Path file = folder.resolve("x".repeat(255));
    AtomicOutput.write(file, text("content"));
    assertThat(file).hasContent("content");
    assertThat(names()).hasSize(1);
  }

  @Test
  void aLinkIsFollowed() throws IOException {
    Path target = Files.writeString(folder.resolve("target"), "before");
    Path link = Files.createSymbolicLink(folder.resolve("link"), Path.of("target"));
    AtomicOutput.write(link, text("after"));
    assertThat(link).isSymbolicLink();
    assertThat(target).hasContent("after");
    assertThat(names()).containsExactly("link", "target");
  }

  @Test
  void whoWritesLastWinsWithAWholeFile() throws Exception {
    Path file = folder.resolve("file");
    List<String> contents = new ArrayList<>();
    List<Thread> writers = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      String content = String.valueOf((char) ('a' + i)).repeat(100_000 + i);
      contents.add(content);
      writers.add(
          Thread.ofPlatform()
              .start(() -> {
                for (int n = 0; n < 20; n++) {
                  AtomicOutput.write(file, text(content));
                }
              }));
    }
    for (Thread writer : writers) {
      writer.join();
    }
    assertThat(contents).contains(Files.readString(file));
    assertThat(names()).containsExactly("file");
  }
}
