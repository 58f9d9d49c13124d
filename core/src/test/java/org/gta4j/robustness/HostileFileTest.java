package org.gta4j.robustness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.gta4j.cache.CacheType;
import org.gta4j.checkpoint.Checkpoint;
import org.gta4j.checkpoint.CheckpointException;
import org.gta4j.checkpoint.SafetensorsReader;
import org.gta4j.generate.LanguageModel;
import org.gta4j.generate.LoadOptions;
import org.gta4j.generate.Request;
import org.gta4j.generate.Sampling;
import org.gta4j.ops.ChildJvm;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Files of a few megabytes that were made to take as much memory or time as they can. */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class HostileFileTest {
  @TempDir private Path root;

  @Test
  void smallFilesTakeLittleMemoryAndTime() {
    List<String> output = ChildJvm.run(Memory.FLAGS, HostileFiles.class, root.toString());
    assertThat(output).filteredOn(line -> line.endsWith(": ran")).hasSizeGreaterThan(5);
    assertThat(output).filteredOn(line -> line.contains("expected ")).hasSizeGreaterThan(40);
  }

  @Test
  void nothingIsMappedOfWhatIsRefused() throws IOException {
    Specimen tiny = TinyModels.all().getFirst();
    byte[] whole = tiny.bytes(TinyModels.WEIGHTS);
    Path file = root.resolve(TinyModels.WEIGHTS);
    try (Arena arena = Arena.ofConfined()) {
      for (int bytes : new int[] {0, 7, 8, 100, whole.length - 1, whole.length + 1}) {
        Files.write(file, java.util.Arrays.copyOf(whole, bytes));
        assertThatExceptionOfType(CheckpointException.class)
            .isThrownBy(() -> SafetensorsReader.read(file, arena));
        assertThat(Memory.held(root)).isZero();
      }
      Files.write(file, whole);
      SafetensorsReader.read(file, arena);
      assertThat(Memory.held(root)).isEqualTo(Files.exists(Path.of("/proc/self/maps")) ? 1 : 0);
    }
    assertThat(Memory.held(root)).isZero();
  }

  @Test
  void pipesAndDevicesAreNotWaitedFor() throws Exception {
    Specimen tiny = TinyModels.all().getFirst();
    for (String file : List.of(TinyModels.CONFIG, TinyModels.WEIGHTS)) {
      Path folder = Files.createTempDirectory(root, "pipe");
      Path model = tiny.without(file).write(folder);
      Process process = new ProcessBuilder("mkfifo", folder.resolve(file).toString()).start();
      assertThat(process.waitFor()).isZero();
      assertThatExceptionOfType(CheckpointException.class)
          .isThrownBy(() -> Checkpoint.open(model).close())
          .withMessage(folder.resolve(file) + ": expected a file, found a pipe or a device");
      Specimen.Node link = new Specimen.Node.Link("/dev/zero");
      Path other = Files.createTempDirectory(root, "device");
      Path endless = tiny.with(file, link).write(other);
      assertThatExceptionOfType(CheckpointException.class)
          .isThrownBy(() -> Checkpoint.open(endless).close())
          .withMessage(other.resolve(file) + ": expected a file, found a pipe or a device");
      Files.delete(other.resolve(file));
    }
  }

  @Test
  void whatAFileSaysDoesNotSteerTheTerminal() throws IOException {
    String evil = "\u001b[2J\u001b]0;x\u0007\nline\u2028\u202e" + "x".repeat(50_000);
    String entry = TensorText.tensor("F32", "[1]", 0, 8);
    JsonText header = JsonText.parse("{}").plus(evil, entry);
    Specimen tiny = TinyModels.all().getFirst();
    Specimen named = tiny.with(TinyModels.WEIGHTS, new TensorText(header, new byte[8]).bytes());
    Specimen typed =
        tiny.with(
            TinyModels.CONFIG,
            JsonText.parse(tiny.bytes(TinyModels.CONFIG))
                .with("hidden_act", JsonText.MAPPER.writeValueAsString(evil))
                .bytes());
    for (Specimen specimen : List.of(named, typed)) {
      Path model = specimen.write(Files.createTempDirectory(root, "line\nbreak"));
      assertThatExceptionOfType(CheckpointException.class)
          .isThrownBy(() -> LanguageModel.load(model).close())
          .satisfies(e ->
              assertThat(String.valueOf(e.getMessage()))
                  .hasSizeLessThan(800)
                  .matches("[\\p{Print}\u00b7]+"));
    }
  }

  @Test
  void aTensorIsFoundByNameWhereverTheHeaderPutsIt() throws IOException {
    // The same model with its header longer by a byte at a time: every alignment of the data.
    Specimen tiny = TinyModels.all().getFirst();
    TensorText text = TensorText.parse(tiny.bytes(TinyModels.WEIGHTS));
    byte[] header = text.header().bytes();
    int[] ids = null;
    for (String backend : List.of("scalar", "vector")) {
      for (int spaces = 0; spaces < 16; spaces++) {
        byte[] padded =
            ByteMutator.join(header, " ".repeat(spaces).getBytes(StandardCharsets.UTF_8));
        Specimen shifted =
            tiny.with(TinyModels.WEIGHTS, TensorText.file(padded.length, padded, text.data()));
        Path model = shifted.write(Files.createTempDirectory(root, "shifted"));
        LoadOptions options = new LoadOptions(backend, 1, CacheType.F32, Optional.empty());
        try (LanguageModel loaded = LanguageModel.load(model, options)) {
          int[] found =
              loaded
                  .generate(
                      new Request(new int[] {1, 5}, 20, Sampling.greedy(), List.of(), true),
                      piece -> {})
                  .ids();
          ids = ids == null ? found : ids;
          assertThat(found).isEqualTo(ids);
        }
      }
    }
  }

  @Test
  void anEmptySpecimenIsNoModel() {
    Specimen empty = new Specimen("nothing", new TreeMap<>(), "");
    assertThatExceptionOfType(CheckpointException.class)
        .isThrownBy(() -> Checkpoint.open(empty.write(root)).close())
        .withMessage(root + ": files: expected a config.json in " + root + ", found none");
  }
}
