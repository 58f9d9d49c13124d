package org.gta4j.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.gta4j.tensor.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** llama2.c's files against a parser that reads them number by number, as run.c maps them. */
class Llama2cFileTest {
  private static final Path STORIES =
      Path.of(
          System.getProperty("gta.root", ".."), "cli/src/test/models/stories260K/stories260K.bin");

  @TempDir private Path folder;

  /** The file's weights under Hugging Face's names. */
  private static Map<String, float[]> parse(byte[] bytes) {
    ByteBuffer file = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    int dim = file.getInt();
    int hiddenDim = file.getInt();
    int layers = file.getInt();
    int heads = file.getInt();
    int keyHeads = file.getInt();
    int vocabulary = file.getInt();
    int context = file.getInt();
    int keyDim = dim / heads * keyHeads;
    Map<String, float[]> weights = new TreeMap<>();
    weights.put("model.embed_tokens.weight", floats(file, Math.abs(vocabulary) * dim));
    List<Map.Entry<String, Integer>> kinds =
        List.of(
            Map.entry("input_layernorm", dim),
            Map.entry("self_attn.q_proj", dim * dim),
            Map.entry("self_attn.k_proj", keyDim * dim),
            Map.entry("self_attn.v_proj", keyDim * dim),
            Map.entry("self_attn.o_proj", dim * dim),
            Map.entry("post_attention_layernorm", dim),
            Map.entry("mlp.gate_proj", hiddenDim * dim),
            Map.entry("mlp.down_proj", dim * hiddenDim),
            Map.entry("mlp.up_proj", hiddenDim * dim));
    for (Map.Entry<String, Integer> kind : kinds) {
      for (int layer = 0; layer < layers; layer++) {
        weights.put(
            "model.layers." + layer + "." + kind.getKey() + ".weight",
            floats(file, kind.getValue()));
      }
    }
    weights.put("model.norm.weight", floats(file, dim));
    floats(file, context * (dim / heads) / 2); // cosines
    floats(file, context * (dim / heads) / 2); // sines
    if (vocabulary < 0) {
      weights.put("lm_head.weight", floats(file, -vocabulary * dim));
    }
    assertThat(file.hasRemaining()).isFalse();
    return weights;
  }

  private static float[] floats(ByteBuffer file, int count) {
    float[] floats = new float[count];
    file.asFloatBuffer().get(floats);
    file.position(file.position() + count * Float.BYTES);
    return floats;
  }

  /** A file of random numbers with this header. */
  private static byte[] random(int... header) {
    int dim = header[0];
    int layer =
        2 * dim + 2 * dim * dim + 2 * (dim / header[3] * header[4]) * dim + 3 * dim * header[1];
    int floats =
        Math.abs(header[5]) * dim * (header[5] < 0 ? 2 : 1)
            + header[2] * layer
            + dim
            + header[6] * (dim / header[3]);
    ByteBuffer file = ByteBuffer.allocate(28 + 4 * floats).order(ByteOrder.LITTLE_ENDIAN);
    for (int field : header) {
      file.putInt(field);
    }
    SplittableRandom random = new SplittableRandom(dim);
    while (file.hasRemaining()) {
      file.putFloat((float) random.nextDouble());
    }
    return file.array();
  }

  private static void assertSame(Checkpoint checkpoint, Map<String, float[]> expected) {
    Map<String, Tensor> found = checkpoint.weights().tensors();
    assertThat(found.keySet()).containsExactlyInAnyOrderElementsOf(expected.keySet());
    expected.forEach((name, floats) -> {
      Tensor tensor = checkpoint.weights().tensors().get(name);
      assertThat(tensor).as(name).isNotNull();
      if (tensor != null) {
        assertThat(tensor.toFloats()).as(name).containsExactly(floats);
      }
    });
  }

  private static List<byte[]> files() throws IOException {
    List<byte[]> files = new ArrayList<>();
    files.add(random(8, 12, 2, 2, 1, 11, 16));
    files.add(random(8, 12, 3, 4, 2, -11, 7));
    files.add(random(6, 1, 1, 1, 1, 1, 1));
    if (Files.exists(STORIES)) {
      files.add(Files.readAllBytes(STORIES));
    }
    return files;
  }

  @Test
  void everyNumberIsWhereAnotherParserFindsIt() throws IOException {
    for (byte[] bytes : files()) {
      Path file = Files.write(folder.resolve("model.bin"), bytes);
      try (Checkpoint checkpoint = Checkpoint.open(file)) {
        assertSame(checkpoint, parse(bytes));
      }
      try (Arena arena = Arena.ofShared()) {
        assertSame(
            Checkpoint.ofLlama2c("memory", MemorySegment.ofArray(bytes), arena), parse(bytes));
      }
    }
  }

  @Test
  void theHeaderBecomesAConfiguration() {
    byte[] bytes = random(8, 12, 3, 4, 2, -11, 7);
    try (Arena arena = Arena.ofShared()) {
      ConfigFile config =
          Checkpoint.ofLlama2c("memory", MemorySegment.ofArray(bytes), arena).config();
      assertThat(config.size("hidden_size")).isEqualTo(8);
      assertThat(config.size("intermediate_size")).isEqualTo(12);
      assertThat(config.size("num_hidden_layers")).isEqualTo(3);
      assertThat(config.size("num_attention_heads")).isEqualTo(4);
      assertThat(config.size("num_key_value_heads")).isEqualTo(2);
      assertThat(config.size("vocab_size")).isEqualTo(11);
      assertThat(config.size("max_position_embeddings")).isEqualTo(7);
      assertThat(config.flag("tie_word_embeddings", true)).isFalse();
      assertThat(config.flag("rope_interleave", false)).isTrue();
    }
  }

  @Test
  void aHeaderThatDoesNotFitItsFileIsRefused() throws IOException {
    byte[] whole = random(8, 12, 2, 2, 1, 11, 16);
    Path file = folder.resolve("model.bin");
    for (int change : new int[] {-whole.length, -whole.length + 27, -4, -1, 1, 4, 1_000}) {
      Files.write(file, java.util.Arrays.copyOf(whole, whole.length + change));
      assertThatExceptionOfType(CheckpointException.class)
          .isThrownBy(() -> Checkpoint.open(file).close())
          .withMessageStartingWith(file + ": size: expected ");
    }
    for (int field = 0; field < 7; field++) {
      for (int value : new int[] {0, -1, Integer.MIN_VALUE, Integer.MAX_VALUE, 1 << 20, 1_000}) {
        byte[] bytes = whole.clone();
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putInt(field * 4, value);
        Files.write(file, bytes);
        assertThatExceptionOfType(CheckpointException.class)
            .as("field %d: %d", field, value)
            .isThrownBy(() -> Checkpoint.open(file).close())
            .withMessageStartingWith(file + ": ")
            .withMessageContaining("expected ")
            .withMessageContaining(", found ");
      }
    }
    ByteBuffer newer = ByteBuffer.allocate(256).order(ByteOrder.LITTLE_ENDIAN);
    Files.write(file, newer.putInt(0x616b3432).putInt(2).array());
    assertThatExceptionOfType(CheckpointException.class)
        .isThrownBy(() -> Checkpoint.open(file).close())
        .withMessage(
            file + ": version: expected llama2.c's version 0 (export.py --version 0), found 2");
  }

  @Test
  void anOddHeadHasNoPairsToTurn() {
    byte[] bytes = random(10, 12, 1, 2, 1, 11, 16);
    assertThatExceptionOfType(CheckpointException.class)
        .isThrownBy(
            () -> Checkpoint.ofLlama2c("m", MemorySegment.ofArray(bytes), Arena.global()).config())
        .withMessage("m: dim / n_heads: expected an even number, found 5");
  }
}
