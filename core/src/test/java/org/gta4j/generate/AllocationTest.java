package org.gta4j.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.gta4j.ops.Backends;
import org.gta4j.ops.ChildJvm;
import org.gta4j.testing.Fixture;
import org.gta4j.testing.GgufFixture;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * In steady state a decoding step allocates nothing on the heap, in any thread of the engine: on
 * the Vector API, and where another module runs this on the backend that is tested there.
 */
class AllocationTest {
  private static final String BACKEND = System.getProperty("gta.testedBackend", "vector");
  private static final int JVMS = 4;
  private static final List<String> NOTHING = List.of("step 0", "scheduler 0", "speculation 0");

  static Stream<Arguments> models() {
    return Stream.of(
            Stream.of("gta/gta-head64", "mla/mla-paper-shape")
                .map(name -> Arguments.of(own(name), "Q8")),
            Stream.of("gta/gta-head64", "mla/mla-paper-shape", "llama/qwen3-qk-norm")
                .map(name -> Arguments.of(own(name), "BF16")),
            Stream.of("llama-q4_0.gguf", "llama-q4_1.gguf", "llama-q5_1.gguf", "llama-q8_0.gguf")
                .map(name -> Arguments.of(GgufFixture.own(name), "F16")),
            Stream.of("llama-q4_1.gguf", "llama-q6_k.gguf")
                .map(name -> Arguments.of(GgufFixture.own(name), "F32")))
        .flatMap(models -> models);
  }

  private static Path own(String name) {
    return Fixture.own().stream()
        .map(Fixture::folder)
        .filter(folder -> folder.endsWith(name))
        .findFirst()
        .orElseThrow();
  }

  @ParameterizedTest
  @MethodSource("models")
  void aStepAllocatesNothing(Path model, String cacheType) {
    assumeTrue(
        Backends.providers().stream()
            .anyMatch(p -> p.name().equals(BACKEND) && p.obstacle().isEmpty()),
        () -> "backend %s cannot run here".formatted(BACKEND));
    List<String> output = List.of();
    // How much the compiler inlines depends on when it comes to it, which is another time in each
    // JVM and on each machine: of a few JVMs one must get there.
    for (int i = 0; i < JVMS && !output.containsAll(NOTHING); i++) {
      output =
          ChildJvm.run(List.of(), AllocationProgram.class, BACKEND, model.toString(), cacheType);
    }
    assertThat(output).containsAll(NOTHING);
  }
}
