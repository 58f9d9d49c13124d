package org.gta4j.generate;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.gta4j.model.RandomCheckpoint;
import org.gta4j.ops.ChildJvm;
import org.gta4j.testing.GgufFixture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a model takes of memory, counted by the JVM in a process of its own. */
class MemoryTest {
  // What a line of the program says.
  private static final int TOKENS = 0;
  private static final int BYTES = 1;
  private static final int CACHE = 2;
  private static final int MAPPINGS = 2;
  private static final int WORKERS = 3;

  /** A heap that has no room for the square of anything either. */
  private static final List<String> COUNTED =
      List.of("-XX:NativeMemoryTracking=summary", "-Xmx64m");

  private static Path model(Path folder) {
    return RandomCheckpoint.decoder(1, 64, 16, 1)
        .set("architectures", "GTAForCausalLM")
        .set("model_type", "llama")
        .set("num_attention_heads", 2)
        .set("head_dim", 8)
        .set("num_query_heads", 1)
        .set("num_key_heads", 1)
        .set("num_value_heads", 1)
        .set("value_dim", 16)
        .set("max_position_embeddings", 40_000)
        .gtaAttention("model.layers.0.self_attn.", 16, 1, 1, 1, 8, 16)
        .write(folder);
  }

  private static long[][] run(String... arguments) {
    return ChildJvm.run(COUNTED, MemoryProgram.class, arguments).stream()
        .filter(line -> !line.startsWith("WARNING"))
        .map(line -> Arrays.stream(line.split(" ")).mapToLong(Long::parseLong).toArray())
        .toArray(long[][]::new);
  }

  @Test
  void memoryOfAPromptGrowsWithItsLengthAndNotWithItsSquare(@TempDir Path folder) {
    long[][] lines = run("prefill", model(folder).toString(), "8192", "16384", "32768");
    assertThat(lines).hasDimensions(3, 4);
    long[] few = lines[0];
    long[] some = lines[1];
    long[] many = lines[2];
    for (long[] line : lines) {
      assertThat(line[CACHE])
          .as("the cache of %d tokens", line[TOKENS])
          .isEqualTo((8 + 16) * 2 * line[TOKENS]);
      assertThat(line[BYTES] - line[CACHE])
          .as("all that %d tokens take beside their cache", line[TOKENS])
          .isBetween(0L, 1L << 20);
    }
    long first = some[BYTES] - few[BYTES];
    long second = many[BYTES] - some[BYTES];
    assertThat((double) second / first).as("twice as many tokens, growth").isBetween(1.9, 2.1);
    assertThat((double) (many[BYTES] - few[BYTES]) / (many[CACHE] - few[CACHE]))
        .as("growth of all, by growth of the cache")
        .isBetween(1.0, 1.05);
  }

  @Test
  void loadingGeneratingAndClosingAgainAndAgainLeavesNothingBehind(@TempDir Path folder) {
    nothingIsLeft(model(folder));
  }

  @Test
  void weightsThatWerePackedLeaveNothingBehind() {
    nothingIsLeft(GgufFixture.own("llama-q8_0.gguf"));
  }

  private static void nothingIsLeft(Path model) {
    long[][] lines = run("repeat", model.toString(), "30");
    assertThat(lines).hasDimensions(3, 4);
    assertThat(lines[2][BYTES]).as("bytes after 30 times and after 20").isEqualTo(lines[1][BYTES]);
    assertThat(lines[2][BYTES]).isLessThan(64 << 10);
    for (long[] line : lines) {
      assertThat(line[MAPPINGS]).as("files still mapped").isZero();
      assertThat(line[WORKERS]).as("threads still there").isZero();
    }
  }
}
