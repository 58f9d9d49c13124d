package org.gta4j.robustness;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.gta4j.ops.ChildJvm;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A weights file that another process cuts off while compiled code reads it. */
class ShortenedFileTest {
  @ParameterizedTest
  @EnabledOnOs(OS.LINUX)
  @CsvSource({
    "F32, vector, 1",
    "F32, vector, 2",
    "BF16, vector, 2",
    "F16, vector, 1",
    "F32, scalar, 1"
  })
  void isAnErrorAndNotTheEndOfTheProcess(
      String dtype, String backend, String threads, @TempDir Path folder) {
    List<String> output =
        ChildJvm.run(List.of(), ShortenedProgram.class, folder.toString(), dtype, backend, threads);
    assertThat(output)
        .last()
        .asString()
        .startsWith("given up: " + folder)
        .contains("expected the bytes it had when it was opened");
  }
}
