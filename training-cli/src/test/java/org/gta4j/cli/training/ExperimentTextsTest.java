package org.gta4j.cli.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExperimentTextsTest {
  private static final Path ROOT = Path.of(System.getProperty("gta.root", ".."));

  @TempDir private Path folder;

  private Experiment read(String more) throws IOException {
    Path file = folder.resolve("experiment.yaml");
    Files.writeString(file, Files.readString(ROOT.resolve("docs/comparison.yaml")) + more);
    return ExperimentFile.read(file);
  }

  @Test
  void theFieldOfTextsMayBeNamed() throws IOException {
    assertThat(read("").texts().field()).isEmpty();
    assertThat(read("\nfield: body\n").texts().field()).hasValue("body");
    assertThatThrownBy(() -> read("\nfields: body\n"))
        .hasMessageContaining("experiment.yaml: fields: there is no such key; did you mean field?");
  }
}
