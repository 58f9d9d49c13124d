package org.gta4j.data.shard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.gta4j.data.DataException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ShardPlanTest {
  @TempDir private Path parent = Path.of("");

  private static int[] tokens(int from, int count, int vocabulary) {
    return IntStream.range(from, from + count).map(i -> i * 7919 % vocabulary).toArray();
  }

  /** Runs alternate between two parts, as texts do that tasks took in turns. */
  @ParameterizedTest
  @CsvSource({"300, 7", "300, 1000", "70000, 13"})
  void partsBecomeTheShardsOfOneWriter(int vocabulary, long shardTokens) throws IOException {
    Path whole = parent.resolve("whole");
    try (ShardWriter writer = new ShardWriter(whole, vocabulary, "words", shardTokens)) {
      writer.write(tokens(0, 100, vocabulary));
      writer.endDocuments(2);
      writer.finish();
    }
    Path put = parent.resolve("put");
    List<ShardPlan.Run> runs = new ArrayList<>();
    List<String> parts = new ArrayList<>();
    try (ShardFolder folder = new ShardFolder(put)) {
      for (int part = 0; part < 2; part++) {
        try (PartWriter writer = new PartWriter(folder.unfinished(), vocabulary)) {
          for (int i = part; i < 5; i += 2) {
            writer.write(tokens(20 * i, 20, vocabulary));
          }
          writer.finish();
          parts.add(writer.name());
        }
      }
      for (int i = 0; i < 5; i++) {
        runs.add(new ShardPlan.Run(parts.get(i % 2), 20L * (i / 2), 20));
      }
      List<ShardIndex.Shard> shards =
          ShardPlan.of(runs, shardTokens).stream()
              .map(plan -> plan.assemble(folder.unfinished(), vocabulary))
              .toList();
      folder.finish(ShardIndex.of(vocabulary, "words", 2, shards));
    }
    try (var files = Files.list(whole)) {
      for (Path file : files.toList()) {
        assertThat(put.resolve(String.valueOf(file.getFileName()))).hasSameBinaryContentAs(file);
      }
    }
    try (var found = Files.list(put);
        var expected = Files.list(whole)) {
      assertThat(found.count()).isEqualTo(expected.count());
    }
  }

  /** Two attempts of a task, of which the one told of first counts, deal out texts differently. */
  @Test
  void anotherAttemptDoesNotReplaceAPart() throws IOException {
    Path out = parent.resolve("out");
    try (ShardFolder folder = new ShardFolder(out);
        PartWriter first = new PartWriter(folder.unfinished(), 100);
        PartWriter second = new PartWriter(folder.unfinished(), 100);
        PartWriter killed = new PartWriter(folder.unfinished(), 100)) {
      first.write(1, 2, 3);
      killed.write(7);
      second.write(3, 1, 2);
      first.finish();
      second.finish();
      ShardPlan plan = new ShardPlan(0, List.of(new ShardPlan.Run(first.name(), 1, 2)));
      folder.finish(
          ShardIndex.of(100, "words", 1, List.of(plan.assemble(folder.unfinished(), 100))));
    }
    Path expected = parent.resolve("expected");
    try (ShardWriter writer = new ShardWriter(expected, 100, "words", 10)) {
      writer.write(2, 3);
      writer.endDocuments(1);
      writer.finish();
    }
    for (Path folder : List.of(out, expected)) {
      try (var files = Files.list(folder)) {
        assertThat(files).hasSize(2);
      }
    }
    assertThat(out.resolve("shard-00000.bin"))
        .hasSameBinaryContentAs(expected.resolve("shard-00000.bin"));
  }

  @Test
  void runsThatLieSideBySideAreOne() {
    assertThat(
            ShardPlan.of(
                List.of(
                    new ShardPlan.Run("a", 0, 3),
                    new ShardPlan.Run("a", 3, 4),
                    new ShardPlan.Run("b", 0, 0),
                    new ShardPlan.Run("b", 2, 5)),
                10))
        .containsExactly(
            new ShardPlan(0, List.of(new ShardPlan.Run("a", 0, 7), new ShardPlan.Run("b", 2, 3))),
            new ShardPlan(1, List.of(new ShardPlan.Run("b", 5, 2))));
  }

  @Test
  void aPartThatIsNotFinishedLeavesNothing() throws IOException {
    PartWriter writer = new PartWriter(parent, 10);
    writer.write(1, 2);
    writer.close();
    try (var left = Files.list(parent)) {
      assertThat(left).isEmpty();
    }
    assertThatThrownBy(
            () -> new ShardPlan(0, List.of(new ShardPlan.Run("part", 0, 1))).assemble(parent, 10))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("shard-00000.bin: cannot be written");
  }
}
