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
    try (ShardFolder folder = new ShardFolder(put)) {
      for (int part = 0; part < 2; part++) {
        try (PartWriter writer = new PartWriter(folder.unfinished(), part, vocabulary)) {
          for (int i = part; i < 5; i += 2) {
            writer.write(tokens(20 * i, 20, vocabulary));
          }
          writer.finish();
        }
      }
      for (int i = 0; i < 5; i++) {
        runs.add(new ShardPlan.Run(i % 2, 20L * (i / 2), 20));
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

  @Test
  void runsThatLieSideBySideAreOne() {
    assertThat(
            ShardPlan.of(
                List.of(
                    new ShardPlan.Run(0, 0, 3),
                    new ShardPlan.Run(0, 3, 4),
                    new ShardPlan.Run(1, 0, 0),
                    new ShardPlan.Run(1, 2, 5)),
                10))
        .containsExactly(
            new ShardPlan(0, List.of(new ShardPlan.Run(0, 0, 7), new ShardPlan.Run(1, 2, 3))),
            new ShardPlan(1, List.of(new ShardPlan.Run(1, 5, 2))));
  }

  @Test
  void aPartThatIsNotFinishedLeavesNothing() throws IOException {
    PartWriter writer = new PartWriter(parent, 3, 10);
    writer.write(1, 2);
    writer.close();
    try (var left = Files.list(parent)) {
      assertThat(left).isEmpty();
    }
    assertThatThrownBy(
            () -> new ShardPlan(0, List.of(new ShardPlan.Run(3, 0, 1))).assemble(parent, 10))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("shard-00000.bin: cannot be written");
  }
}
