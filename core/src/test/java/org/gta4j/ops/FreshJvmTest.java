package org.gta4j.ops;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What can only be seen in a JVM of its own: compilation from the beginning, and other vector
 * widths.
 */
class FreshJvmTest {
  static List<Backend> backends() {
    return Backend.all();
  }

  @ParameterizedTest
  @MethodSource("backends")
  void bitsAreTheSameInterpretedAndWhileEitherCompilerTakesOver(Backend backend) {
    // A tenth of the usual thresholds: all of it has been through both compilers after some 100
    // runs.
    List<String> compiledOnTheWay =
        ChildJvm.run(
            List.of("-XX:CompileThresholdScaling=0.1"), BitsProgram.class, backend.name(), "150");
    assertThat(compiledOnTheWay).hasSizeGreaterThan(20);
    assertThat(ChildJvm.run(List.of("-Xint"), BitsProgram.class, backend.name(), "1"))
        .as("interpreted")
        .isEqualTo(compiledOnTheWay);
    assertThat(
            ChildJvm.run(
                List.of("-XX:TieredStopAtLevel=1"), BitsProgram.class, backend.name(), "20"))
        .as("by the first compiler")
        .isEqualTo(compiledOnTheWay);
  }

  @ParameterizedTest
  @ValueSource(ints = {16, 32})
  void narrowerVectorsPassTheSameContract(int bytes) {
    List<String> output = ChildJvm.run(List.of("-XX:MaxVectorSize=" + bytes), NarrowProgram.class);
    assertThat(output)
        .as("descriptions of implementations that use the Vector API")
        .filteredOn(line -> line.startsWith("vector:"))
        .allMatch(line -> line.contains(bytes * 8 + "-bit"));
  }

  @Test
  void aJvmWithoutItsOptimizingCompilerTakesPlainLoopsAndSaysSo(@TempDir Path folder) {
    assertThat(
            ChildJvm.run(
                List.of("-XX:TieredStopAtLevel=1"), FallbackProgram.class, folder.toString()))
        .contains("runs on scalar")
        .anyMatch(line -> line.contains("backend scalar runs, since backend vector would be slow"));
    assertThat(ChildJvm.run(List.of(), FallbackProgram.class, folder.toString()))
        .contains("runs on vector")
        .noneMatch(line -> line.contains("since"));
  }
}
