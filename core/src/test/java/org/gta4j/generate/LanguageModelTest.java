package org.gta4j.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.gta4j.cache.CacheType;
import org.gta4j.model.RandomCheckpoint;
import org.gta4j.testing.Engine;
import org.gta4j.testing.Fixture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A loaded model: scoring texts longer than a step, and what it refuses. */
class LanguageModelTest {
  @TempDir static Path folder;

  private static final LoadOptions OPTIONS =
      new LoadOptions("vector", 2, CacheType.F32, Optional.of(400));

  static Stream<Path> models() {
    return Stream.concat(
        Stream.of(RandomCheckpoint.gta(5, 90, 128).write(folder)),
        Fixture.own().stream()
            .map(Fixture::folder)
            .filter(f ->
                List.of("mistral-window", "llama-dynamic", "mla-v2")
                    .contains(f.getFileName().toString())));
  }

  @ParameterizedTest
  @MethodSource("models")
  void scoringInChunksGivesEveryRowOfOneGreatStep(Path path) {
    int[] ids = new SplittableRandom(1).ints(300, 3, 60).toArray();
    try (LanguageModel model = LanguageModel.load(path, OPTIONS);
        Engine engine = new Engine(path, "vector", CacheType.F32)) {
      float[] expected = engine.run(ids, ids.length).logits();
      float[] found = new float[expected.length];
      List<Integer> positions = new ArrayList<>();
      List<Integer> chunks = new ArrayList<>();
      model.score(
          ids,
          (position, logits, row) -> {
            positions.add(position);
            logits.copyRow(row, found, position * logits.columns());
          },
          (index, hidden, rows) -> {
            if (index == 0) {
              chunks.add(rows);
            }
          });
      assertThat(Arrays.equals(found, expected)).as("bits of the logits").isTrue();
      assertThat(positions).hasSize(300).isSorted().doesNotHaveDuplicates();
      assertThat(chunks).as("rows of the steps").hasSizeGreaterThan(1);
      assertThat(chunks.stream().mapToInt(Integer::intValue).sum()).isEqualTo(300);
    }
  }

  @Test
  void whatTheContextHasNoRoomForIsRefused() {
    try (LanguageModel model =
        LanguageModel.load(RandomCheckpoint.gta(5, 90, 128).write(folder), OPTIONS)) {
      assertThat(model.contextLength()).isEqualTo(400);
      for (int count : new int[] {0, 401}) {
        assertThatThrownBy(() -> model.score(new int[count], (p, l, r) -> {}, (i, h, r) -> {}))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("400")
            .hasMessageContaining(Integer.toString(count));
      }
      assertThatThrownBy(() -> model.score(new int[] {90}, (p, l, r) -> {}, (i, h, r) -> {}))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> model.generate(Request.greedy(new int[400], 1), text -> {}))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> model.encode("a text")).isInstanceOf(IllegalArgumentException.class);
      assertThat(model.generate(Request.greedy(new int[399], 9), text -> {}).ids()).hasSize(1);
    }
  }
}
