package org.gta4j.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.gta4j.attention.AttentionShape;
import org.gta4j.attention.ValueRows;
import org.gta4j.checkpoint.ConfigFile;
import org.gta4j.model.ModelConfig;
import org.gta4j.testing.Engine;
import org.gta4j.testing.Fixture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * What the cache takes: exactly the numbers that a variant's definition says, of every model in the
 * paper.
 */
class CacheLayoutTest {
  private static ModelConfig config(String name, int layers, int hidden, int heads, String rest) {
    String json =
        """
        {"vocab_size": 32000, "intermediate_size": 1920, "head_dim": 64, "first_k_dense_replace": %d,
        "num_hidden_layers": %d, "hidden_size": %d, "num_attention_heads": %d, %s}
        """
            .formatted(layers, layers, hidden, heads, rest.replace('\'', '"'));
    return ModelConfig.read(ConfigFile.of(name, (ObjectNode) new JsonMapper().readTree(json)));
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      textBlock =
          """
          MHA-160M | 24 | 768  | 12 | 'model_type': 'llama', 'num_key_value_heads': 12 | 1536
          GQA-160M | 24 | 768  | 12 | 'model_type': 'llama', 'num_key_value_heads': 3 | 384
          MLA-160M | 24 | 768  | 12 | 'model_type': 'deepseek_v3', 'q_lora_rank': null, 'kv_lora_rank': 256, 'qk_rope_head_dim': 32, 'qk_nope_head_dim': 64, 'v_head_dim': 64 | 288
          GTA1     | 24 | 768  | 12 | 'architectures': ['GTAForCausalLM'], 'num_query_heads': 3, 'num_key_heads': 1, 'num_value_heads': 1, 'value_dim': 128 | 192
          GTA2     | 24 | 768  | 12 | 'architectures': ['GTAForCausalLM'], 'num_query_heads': 6, 'num_key_heads': 1, 'num_value_heads': 1, 'value_dim': 128 | 192
          MHA-500M | 24 | 1280 | 20 | 'model_type': 'llama', 'num_key_value_heads': 20 | 2560
          GQA-500M | 24 | 1280 | 20 | 'model_type': 'llama', 'num_key_value_heads': 4 | 512
          MLA-500M | 24 | 1280 | 20 | 'model_type': 'deepseek_v3', 'q_lora_rank': null, 'kv_lora_rank': 320, 'qk_rope_head_dim': 32, 'qk_nope_head_dim': 64, 'v_head_dim': 64 | 352
          GTA3     | 24 | 1280 | 20 | 'architectures': ['GTAForCausalLM'], 'num_query_heads': 5, 'num_key_heads': 1, 'num_value_heads': 1, 'value_dim': 128 | 192
          GTA4     | 24 | 1280 | 20 | 'architectures': ['GTAForCausalLM'], 'num_query_heads': 10, 'num_key_heads': 1, 'num_value_heads': 2, 'value_dim': 128 | 320
          GQA-1B   | 54 | 1280 | 20 | 'model_type': 'llama', 'num_key_value_heads': 5 | 640
          GTA-1B   | 54 | 1280 | 20 | 'architectures': ['GTAForCausalLM'], 'num_query_heads': 5, 'num_key_heads': 1, 'num_value_heads': 1, 'value_dim': 128 | 192
          """)
  void aTokenTakesThePapersNumbers(
      String name, int layers, int hidden, int heads, String rest, int numbers) {
    AttentionShape shape = config(name, layers, hidden, heads, rest).attention().shape();
    assertThat(shape.cacheElements()).isEqualTo(numbers);
    for (CacheType type : CacheType.values()) {
      CacheLayout layout = new CacheLayout(shape, layers, type);
      long scales = 0;
      if (type == CacheType.Q8) { // 4 bytes for a head's key and its value; MLA's row is cut in two
        scales = shape.valueRows() == ValueRows.OWN ? shape.keyHeads() + shape.valueHeads() : 2;
      }
      long bytes = (type.bytes(numbers) + 4 * scales) * layers;
      assertThat(layout.bytesPerToken()).isEqualTo(bytes);
      assertThat(layout.blockBytes()).isEqualTo(32 * bytes);
    }
  }

  static List<Fixture> gtaFixtures() {
    return Fixture.own().stream().filter(fixture -> fixture.toString().startsWith("gta/")).toList();
  }

  @ParameterizedTest
  @MethodSource("gtaFixtures")
  void aRealModelAllocatesNotAByteMore(Fixture fixture) {
    int[] ids = IntStream.range(0, 96).map(i -> fixture.ids(0)[i % fixture.length()]).toArray();
    ConfigFile config = ConfigFile.read(fixture.folder().resolve("config.json"));
    long numbers =
        (long) config.size("num_key_heads") * config.size("head_dim")
            + (long) config.size("num_value_heads") * config.size("value_dim");
    for (CacheType type : new CacheType[] {CacheType.F32, CacheType.F16, CacheType.Q8}) {
      try (Engine engine = new Engine(fixture.folder(), "vector", type)) {
        assertThat(engine.pool().allocatedBytes()).as("before the first token").isZero();
        Engine.Run run = engine.run(ids, 17);
        long bytes = type.bytes(numbers);
        if (type == CacheType.Q8) {
          bytes += 4L * (config.size("num_key_heads") + config.size("num_value_heads"));
        }
        long expected = bytes * config.size("num_hidden_layers") * ids.length;
        assertThat(engine.pool().allocatedBytes()).isEqualTo(expected);
        assertThat(engine.pool().usedBytes()).isEqualTo(expected);
        run.cache().close();
        assertThat(engine.pool().usedBytes()).isZero();
        engine.run(ids, 96);
        assertThat(engine.pool().allocatedBytes())
            .as("released blocks are used again")
            .isEqualTo(expected);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void keysAndValuesFillABlockWithoutGapsOrOverlaps(CacheType type) {
    for (AttentionShape shape :
        List.of(
            AttentionShape.of(6, 2, 5, 3, 7),
            AttentionShape.of(4, 4, 1, 1, 9),
            new AttentionShape(4, 2, 9, 2, 4, ValueRows.KEY_PREFIX))) {
      CacheLayout layout = new CacheLayout(shape, 3, type);
      int[] owners = new int[Math.toIntExact(layout.blockBytes())];
      for (int layer = 0; layer < 3; layer++) {
        for (int head = 0; head < shape.keyHeads(); head++) {
          count(owners, layout.keyByte(layer, head), type.bytes(32L * shape.keyDim()));
          if (type.hasScales()) {
            count(owners, layout.keyScaleByte(layer, head), 128L * layout.keyParts());
          }
        }
        for (int head = 0; head < shape.valueHeads(); head++) {
          if (shape.valueRows() == ValueRows.OWN) {
            count(owners, layout.valueByte(layer, head), type.bytes(32L * shape.valueDim()));
            if (type.hasScales()) {
              count(owners, layout.valueScaleByte(layer, head), 128);
            }
          } else {
            assertThat(layout.valueByte(layer, head)).isEqualTo(layout.keyByte(layer, head));
          }
        }
      }
      // Scaled rows of odd widths are filled up to whole lines of 64 bytes.
      int filled = Arrays.stream(owners).sum();
      assertThat(owners.length - filled).isBetween(0, type.hasScales() ? 63 : 0);
      assertThat(owners.length % 64).isZero();
      assertThat(Arrays.stream(owners, 0, filled).allMatch(n -> n == 1))
          .as("%s: every byte has one owner", shape)
          .isTrue();
    }
  }

  private static void count(int[] owners, long from, long bytes) {
    for (long i = from; i < from + bytes; i++) {
      owners[Math.toIntExact(i)]++;
    }
  }

  @Test
  void blocksForCountsBeginnings() {
    assertThat(LongStream.of(0, 1, 31, 32, 33, 64, 65).mapToInt(CacheLayout::blocksFor).toArray())
        .containsExactly(0, 1, 1, 1, 2, 2, 3);
    assertThat(CacheLayout.blocksFor(2L * Integer.MAX_VALUE)).isEqualTo(1 << 27);
  }

  @Test
  void impossibleLayoutsAreRefused() {
    AttentionShape shape = AttentionShape.of(2, 1, 4, 1, 4);
    assertThatThrownBy(() -> new CacheLayout(shape, 0, CacheType.F32))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new BlockPool(new CacheLayout(shape, 1, CacheType.F32), 0))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
