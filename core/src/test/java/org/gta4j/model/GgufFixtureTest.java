package org.gta4j.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.gta4j.cache.CacheType;
import org.gta4j.generate.LanguageModel;
import org.gta4j.generate.LoadOptions;
import org.gta4j.generate.Request;
import org.gta4j.generate.Sampling;
import org.gta4j.ops.Backend;
import org.gta4j.testing.Engine;
import org.gta4j.testing.Fixture;
import org.gta4j.testing.GgufFixture;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * GGUF models of every type and architecture against what a separate program computed in float64
 * from their dequantized weights.
 */
class GgufFixtureTest {
  private static final double TOLERANCE = 2e-4;

  static Stream<Arguments> fixtures() {
    return GgufFixture.all().stream()
        .flatMap(fixture ->
            Backend.all().stream().map(backend -> Arguments.of(fixture, backend.name())));
  }

  @ParameterizedTest(name = "{0}, {1}", allowZeroInvocations = true)
  @MethodSource("fixtures")
  void logitsMatchInOnePrefillTokenByTokenAndInChunks(GgufFixture fixture, String backend) {
    int[] ids = fixture.ids();
    try (Engine engine = new Engine(fixture.file(), backend, CacheType.F32)) {
      for (int chunk : new int[] {ids.length, 1, 7, 16}) {
        double error = Fixture.relativeError(engine.run(ids, chunk).logits(), fixture.logits());
        assertThat(error).as("in chunks of %d", chunk).isLessThanOrEqualTo(TOLERANCE);
      }
    }
  }

  @ParameterizedTest(name = "{0}, {1}", allowZeroInvocations = true)
  @MethodSource("fixtures")
  void greedyIdsAreEqual(GgufFixture fixture, String backend) {
    int[] expected = fixture.greedyIds();
    int[] prompt = Arrays.copyOf(expected, GgufFixture.GREEDY_PROMPT);
    int[] continuation = Arrays.copyOfRange(expected, prompt.length, expected.length);
    LoadOptions options = new LoadOptions(backend, 2, CacheType.F32, Optional.of(64));
    Request request = new Request(prompt, continuation.length, Sampling.greedy(), List.of(), true);
    try (LanguageModel model = LanguageModel.load(fixture.file(), options)) {
      assertThat(model.generate(request, text -> {}).ids()).isEqualTo(continuation);
    }
  }
}
