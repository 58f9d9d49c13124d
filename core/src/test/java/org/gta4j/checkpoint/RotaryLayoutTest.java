package org.gta4j.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Optional;
import java.util.SplittableRandom;
import org.gta4j.cache.CacheType;
import org.gta4j.generate.LanguageModel;
import org.gta4j.generate.LoadOptions;
import org.gta4j.tensor.Tensor;
import org.junit.jupiter.api.Test;

class RotaryLayoutTest {
  private static final int[] HEADER = {16, 12, 2, 4, 2, 11, 32}; // dim … n_heads, n_kv_heads …
  private static final int FLOATS =
      11 * 16 + 2 * (16 + 256 + 2 * 128 + 256 + 16 + 3 * 12 * 16) + 16 + 32 * 4;
  private static final int[] IDS = {1, 5, 9, 2, 7, 3, 10, 4};

  @Test
  void logitsStayTheSame() {
    float[] before = logits(model());
    Checkpoint converted = RotaryLayout.toHalves(model());
    assertThat(RotaryLayout.isInterleavedLlama(converted.config())).isFalse();
    assertThat(converted.config().has("rope_interleave")).isFalse();
    float[] after = logits(converted);
    assertThat(after).hasSameSizeAs(before);
    for (int i = 0; i < after.length; i++) {
      assertThat(after[i]).as("logit %d", i).isCloseTo(before[i], within(1e-5f));
    }
  }

  @Test
  void rowsOfEveryHeadGoFromNeighboursToHalves() {
    try (Checkpoint original = model()) {
      assertThat(RotaryLayout.isInterleavedLlama(original.config())).isTrue();
      Checkpoint converted = RotaryLayout.toHalves(original);
      String key = "model.layers.1.self_attn.k_proj.weight";
      Tensor from = original.weights().get(key, 8, 16);
      Tensor to = converted.weights().get(key, 8, 16);
      int[] order = {0, 2, 1, 3, 4, 6, 5, 7}; // two heads of four rows
      for (int row = 0; row < order.length; row++) {
        assertThat(to.slice(row, 1).toFloats()).isEqualTo(from.slice(order[row], 1).toFloats());
      }
      String value = "model.layers.1.self_attn.v_proj.weight";
      assertThat(converted.weights().get(value, 8, 16))
          .isSameAs(original.weights().get(value, 8, 16));
    }
  }

  /** A llama2.c model of random numbers, larger than usual so that positions matter. */
  @SuppressWarnings("MustBeClosedChecker") // the checkpoint owns the arena
  private static Checkpoint model() {
    Arena arena = Arena.ofShared();
    MemorySegment file = arena.allocate(4L * (HEADER.length + FLOATS));
    for (int i = 0; i < HEADER.length; i++) {
      file.set(Tensor.INT, 4L * i, HEADER[i]);
    }
    SplittableRandom random = new SplittableRandom(3);
    for (int i = 0; i < FLOATS; i++) {
      file.set(Tensor.FLOAT, 4L * (HEADER.length + i), (float) random.nextDouble(-1, 1));
    }
    return Checkpoint.ofLlama2c("random.bin", file, arena);
  }

  private static float[] logits(Checkpoint checkpoint) {
    LoadOptions options = new LoadOptions("scalar", 1, CacheType.F32, Optional.empty());
    float[] all = new float[IDS.length * HEADER[5]];
    try (LanguageModel model = LanguageModel.of(checkpoint, Optional.empty(), options)) {
      model.score(
          IDS,
          (position, logits, row) -> logits.copyRow(row, all, position * HEADER[5]),
          (index, hidden, rows) -> {});
    }
    return all;
  }
}
