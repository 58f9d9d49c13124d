package org.gta4j.testing;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;
import java.util.SplittableRandom;
import org.gta4j.tensor.DType;
import org.gta4j.tensor.Halves;

/** GGUF models of a few kilobytes with random weights. */
public final class TinyGguf {
  /** Tokens of their vocabulary. */
  public static final int VOCABULARY = 19;

  private static final int LAYERS = 2;
  private static final int HEADS = 4;
  private static final int KEY_HEADS = 2;

  private static final Map<DType, Integer> NUMBERS =
      Map.ofEntries(
          Map.entry(DType.F32, 0),
          Map.entry(DType.F16, 1),
          Map.entry(DType.Q4_0, 2),
          Map.entry(DType.Q4_1, 3),
          Map.entry(DType.Q5_0, 6),
          Map.entry(DType.Q5_1, 7),
          Map.entry(DType.Q8_0, 8),
          Map.entry(DType.Q4_K, 12),
          Map.entry(DType.Q5_K, 13),
          Map.entry(DType.Q6_K, 14),
          Map.entry(DType.BF16, 30));

  private TinyGguf() {}

  /**
   * A model.
   *
   * @param architecture llama, qwen2 or qwen3
   * @param dtype the matrices' type; vectors are f32
   * @param tied whether the output head is the embedding
   */
  public static GgufBytes of(String architecture, DType dtype, boolean tied) {
    int hidden = dtype.blockElements() > 32 ? 256 : 32;
    int headDim = hidden / HEADS;
    int width = hidden;
    SplittableRandom random = new SplittableRandom(dtype.name().hashCode());
    GgufBytes file =
        new GgufBytes()
            .put("general.architecture", architecture)
            .put("general.name", "tiny")
            .put(architecture + ".context_length", 64)
            .put(architecture + ".embedding_length", hidden)
            .put(architecture + ".block_count", LAYERS)
            .put(architecture + ".feed_forward_length", width)
            .put(architecture + ".attention.head_count", HEADS)
            .put(architecture + ".attention.head_count_kv", KEY_HEADS)
            .put(architecture + ".attention.layer_norm_rms_epsilon", 1e-5f)
            .put(architecture + ".attention.key_length", headDim)
            .put(architecture + ".rope.freq_base", 10_000f)
            .put(architecture + ".rope.dimension_count", headDim)
            .put("tokenizer.ggml.eos_token_id", 2);
    matrix(file, "token_embd", dtype, random, VOCABULARY, hidden);
    vector(file, "output_norm.weight", random, hidden);
    if (!tied) {
      matrix(file, "output", dtype, random, VOCABULARY, hidden);
    }
    for (int layer = 0; layer < LAYERS; layer++) {
      String prefix = "blk." + layer + ".";
      vector(file, prefix + "attn_norm.weight", random, hidden);
      vector(file, prefix + "ffn_norm.weight", random, hidden);
      matrix(file, prefix + "attn_q", dtype, random, HEADS * headDim, hidden);
      matrix(file, prefix + "attn_k", dtype, random, KEY_HEADS * headDim, hidden);
      matrix(file, prefix + "attn_v", dtype, random, KEY_HEADS * headDim, hidden);
      matrix(file, prefix + "attn_output", dtype, random, hidden, HEADS * headDim);
      matrix(file, prefix + "ffn_gate", dtype, random, width, hidden);
      matrix(file, prefix + "ffn_up", dtype, random, width, hidden);
      matrix(file, prefix + "ffn_down", dtype, random, hidden, width);
      if (architecture.equals("qwen2")) {
        vector(file, prefix + "attn_q.bias", random, HEADS * headDim);
        vector(file, prefix + "attn_k.bias", random, KEY_HEADS * headDim);
        vector(file, prefix + "attn_v.bias", random, KEY_HEADS * headDim);
      }
      if (architecture.equals("qwen3")) {
        vector(file, prefix + "attn_q_norm.weight", random, headDim);
        vector(file, prefix + "attn_k_norm.weight", random, headDim);
      }
    }
    return file;
  }

  private static void matrix(
      GgufBytes file, String name, DType dtype, SplittableRandom random, int rows, int columns) {
    int number = NUMBERS.getOrDefault(dtype, 0);
    file.tensor(
        name + ".weight", number, weights(dtype, random, (long) rows * columns), columns, rows);
  }

  /** Adds a vector of random numbers around 0. */
  public static void vector(GgufBytes file, String name, SplittableRandom random, int size) {
    file.tensor(name, 0, weights(DType.F32, random, size), size);
  }

  /** Random weights of any type; scales of blocks are small. */
  public static byte[] weights(DType dtype, SplittableRandom random, long elements) {
    ByteBuffer data =
        ByteBuffer.allocate((int) dtype.bytes(elements)).order(ByteOrder.LITTLE_ENDIAN);
    random.nextBytes(data.array());
    while (data.hasRemaining()) {
      float value = (float) (random.nextDouble() - 0.5);
      switch (dtype) {
        case F32 -> data.putFloat(value);
        case F16 -> data.putShort(Halves.toF16(value));
        case BF16 -> data.putShort(Halves.toBf16(value));
        default -> {
          int block = data.position();
          int first = dtype == DType.Q6_K ? dtype.blockBytes() - Short.BYTES : 0;
          data.putShort(block + first, Halves.toF16(value / 50));
          if (dtype != DType.Q6_K && dtype != DType.Q8_0) {
            // A minimum where the type has one, and otherwise bits of numbers.
            data.putShort(block + Short.BYTES, Halves.toF16(value / 20));
          }
          data.position(block + dtype.blockBytes());
        }
      }
    }
    return data.array();
  }
}
