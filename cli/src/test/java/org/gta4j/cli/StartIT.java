package org.gta4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the build leaves for the launcher, and other ways to start the same program. */
class StartIT {
  private static Path app() {
    return GtaProcess.root().resolve("cli/target/gta");
  }

  private static String java() throws IOException {
    return Files.readAllLines(app().resolve("jdk")).getFirst() + "/bin/java";
  }

  @Test
  void theStartUpCacheIsThereAndFits() {
    assertThat(app().resolve("gta.aot")).isNotEmptyFile();
    // With this flag a JVM that cannot use its cache does not start.
    ProcessBuilder builder =
        GtaProcess.builder(
            List.of(
                GtaProcess.root().resolve("gta").toString(), "generate", "a", "--max-tokens", "1"));
    builder.environment().put("GTA_JAVA_OPTS", "-XX:AOTMode=on");
    GtaProcess.run(builder, "").done();
  }

  @Test
  void runsAsModulesToo() throws IOException {
    GtaProcess.Ended ended =
        GtaProcess.run(
            GtaProcess.builder(
                List.of(
                    java(),
                    "--add-modules",
                    "jdk.incubator.vector",
                    "-p",
                    app().resolve("lib").toString(),
                    "-m",
                    "org.gta4j.cli/org.gta4j.cli.Main",
                    "generate",
                    "Once upon a time",
                    "--max-tokens",
                    "3")),
            "");
    assertThat(ended.done().out()).startsWith("Once upon a time").hasSizeGreaterThan(18);
  }

  @Test
  void numbersAndNamesAreTheSameInEveryLanguage(@TempDir Path folder) throws IOException {
    Path model = folder.resolve("model");
    ProcessBuilder builder =
        GtaProcess.builder(
            List.of(
                GtaProcess.root().resolve("gta").toString(),
                "convert",
                "--model",
                GtaProcess.stories260k().toString(),
                "--out",
                model.toString(),
                "--max-shard-size",
                "300KB"));
    builder.environment().put("GTA_JAVA_OPTS", "-Duser.language=ar -Duser.country=EG");
    assertThat(GtaProcess.run(builder, "").done().out())
        .isEqualTo("%s: 1.06 MB written\n".formatted(model));
    assertThat(model.resolve("model-00001-of-00004.safetensors")).exists();
  }
}
