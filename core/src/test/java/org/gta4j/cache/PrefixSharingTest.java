package org.gta4j.cache;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.gta4j.testing.Engine;
import org.gta4j.testing.Fixture;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Sequences that share what they begin with compute what they would compute alone. */
class PrefixSharingTest {
  static Stream<Arguments> models() {
    return Fixture.own().stream()
        .filter(fixture ->
            List.of("gta-1b-shape", "llama-gqa", "mla-q-lora", "qwen3-window")
                .contains(fixture.folder().getFileName().toString()))
        .flatMap(fixture ->
            Stream.of("scalar", "vector")
                .filter(backend -> backend.equals("vector") || fixture.toString().contains("gqa"))
                .flatMap(backend ->
                    Stream.of(CacheType.F16, CacheType.Q8)
                        .map(type -> Arguments.of(fixture, backend, type))));
  }

  @ParameterizedTest(name = "{0}, {1}, {2}")
  @MethodSource("models")
  void forksContinueBitForBitAsUnsharedRuns(Fixture fixture, String backend, CacheType type) {
    int vocabulary = fixture.logits(0).length / fixture.length();
    int[] first = new int[80];
    Arrays.setAll(first, i -> fixture.ids(0)[i % fixture.length()]);
    int[] lengths =
        backend.equals("scalar") ? new int[] {32, 50} : new int[] {1, 31, 32, 33, 50, 64};
    for (int shared : lengths) {
      int[] second = first.clone();
      for (int i = shared; i < second.length; i++) {
        second[i] = (second[i] + 1 + i % 3) % vocabulary;
      }
      try (Engine engine = new Engine(fixture.folder(), backend, type)) {
        Engine.Run parent = engine.begin(first);
        engine.step(List.of(parent), 66);
        int before = engine.pool().usedBlocks();
        Engine.Run child = engine.fork(parent, shared, second);
        assertThat(engine.pool().usedBlocks()).as("forking takes no block").isEqualTo(before);
        engine.step(List.of(parent, child), 1, 1);
        assertThat(engine.pool().usedBlocks())
            .as("what the first token behind %d shared ones takes", shared)
            .isEqualTo(before + 1);
        engine.step(List.of(child, parent), 79 - shared, 13);
        float[] parentLogits = parent.logits().clone();
        float[] childLogits = child.logits().clone();
        parent.cache().close();
        child.cache().close();
        assertThat(engine.pool().usedBlocks()).as("after both are gone").isZero();

        assertThat(parentLogits).isEqualTo(engine.run(first, 80).logits());
        float[] alone = engine.run(second, 80).logits();
        assertThat(Arrays.copyOfRange(childLogits, shared * vocabulary, childLogits.length))
            .isEqualTo(Arrays.copyOfRange(alone, shared * vocabulary, alone.length));
      }
    }
  }
}
