package org.gta4j.robustness;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.gta4j.checkpoint.GgufPairs;
import org.gta4j.model.ModelConfig;
import org.gta4j.model.export.GgufExport;
import org.gta4j.model.export.WeightFormat;
import org.gta4j.model.export.WeightPlan;
import org.gta4j.tensor.DType;
import org.gta4j.testing.GgufBytes;
import org.gta4j.testing.TinyGguf;

/** Damages GGUF files: counts, keys, values, tensors' descriptions, and the bytes of all. */
final class GgufMutator {
  private static final String FILE = "model.gguf";

  private static final List<Long> NUMBERS =
      List.of(
          0L,
          1L,
          2L,
          3L,
          5L,
          16L,
          31L,
          32L,
          33L,
          64L,
          256L,
          1L << 16,
          (1L << 31) - 1,
          1L << 31,
          (1L << 32) - 1,
          1L << 40,
          Long.MAX_VALUE,
          Long.MIN_VALUE,
          -1L);

  private static final List<String> KEYS =
      List.of(
          "split.count",
          "general.alignment",
          "llama.expert_count",
          "llama.rope.scaling.factor",
          "llama.rope.scaling.type",
          "llama.rope.scaling.attn_factor",
          "llama.rope.scaling.original_context_length",
          "llama.attention.value_length",
          "llama.attention.scale",
          "llama.attention.causal",
          "gta4j.block_count",
          "gta4j.config",
          "gta4j.tokenizer",
          "gta4j.eos_token_ids",
          "tokenizer.ggml.bos_token_id",
          "tokenizer.ggml.eot_token_id",
          "unknown");

  private GgufMutator() {}

  /** Whole models of every type and architecture. */
  static List<Specimen> specimens() {
    List<Specimen> all = new ArrayList<>();
    for (DType dtype : DType.values()) {
      if (dtype.isWeight()) {
        all.add(specimen("llama " + dtype, TinyGguf.of("llama", dtype, true).toBytes()));
      }
    }
    GgufBytes stretched = TinyGguf.of("llama", DType.F32, false);
    TinyGguf.vector(stretched, "blk.1.attn_q.bias", new SplittableRandom(1), 32);
    stretched.tensor(
        "rope_freqs.weight",
        0,
        ByteBuffer.allocate(16)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putFloat(1)
            .putFloat(2)
            .putFloat(8)
            .putFloat(8)
            .array(),
        4);
    all.add(specimen("llama with factors and a bias", stretched.toBytes()));
    all.add(
        specimen(
            "qwen2",
            TinyGguf.of("qwen2", DType.Q8_0, false)
                .put("qwen2.rope.scaling.type", "yarn")
                .put("qwen2.rope.scaling.factor", 4f)
                .put("qwen2.rope.scaling.original_context_length", 16)
                .toBytes()));
    all.add(specimen("qwen3", TinyGguf.of("qwen3", DType.Q4_1, true).toBytes()));
    Specimen own =
        TinyModels.converted(
            "gguf gta",
            (checkpoint, out) -> {
              ModelConfig config = ModelConfig.read(checkpoint.config());
              new GgufExport(checkpoint, config, new WeightPlan(config, WeightFormat.Q8))
                  .write(out, new GgufPairs(), (bytes, whole) -> {});
            });
    all.add(specimen("gta", own.bytes(own.files().firstKey())));
    return all;
  }

  static Specimen specimen(String name, byte[] file) {
    return new Specimen("gguf " + name, new TreeMap<>(), FILE).with(FILE, file);
  }

  static Specimen mutate(Specimen whole, Chance chance) {
    byte[] bytes = whole.bytes(FILE);
    if (chance.onceIn(8)) {
      return whole.with(FILE, ByteMutator.mutate(bytes, chance));
    }
    if (chance.onceIn(6)) {
      // The beginning is where the header is.
      int at = chance.below(Math.min(bytes.length, 1500));
      return whole.with(
          FILE,
          chance.onceIn(2)
              ? ByteMutator.flip(bytes, at)
              : ByteMutator.random(bytes, at, 1 + chance.below(12), chance));
    }
    if (chance.onceIn(8)) {
      int at = bytes.length / 4 + chance.below(bytes.length * 3 / 4);
      return whole.with(FILE, ByteMutator.random(bytes, at, 1 + chance.below(4096), chance));
    }
    GgufBytes file;
    try {
      file = GgufBytes.parse(bytes);
    } catch (RuntimeException e) {
      // An earlier mutation left nothing that can be taken apart.
      return whole.with(FILE, ByteMutator.mutate(bytes, chance));
    }
    switch (chance.below(10)) {
      case 0 -> counts(file, chance);
      case 1, 2, 3, 4 -> pair(file, chance);
      default -> tensor(file, chance);
    }
    return whole.with(FILE, file.toBytes());
  }

  private static void counts(GgufBytes file, Chance chance) {
    switch (chance.below(3)) {
      case 0 -> file.version = chance.oneOf(0, 1, 2, 4, 0x03000000, -1);
      case 1 -> file.moreTensors = chance.of(NUMBERS);
      default -> file.morePairs = chance.of(NUMBERS);
    }
  }

  private static void pair(GgufBytes file, Chance chance) {
    int at = chance.below(file.pairs.size());
    GgufBytes.Pair pair = file.pairs.get(at);
    switch (chance.below(9)) {
      case 0 -> file.pairs.remove(at);
      case 1 -> file.pairs.add(pair);
      case 2 -> file.pairs.set(at, new GgufBytes.Pair(pair.key(), chance.below(15), pair.value()));
      case 3 ->
          file.pairs.set(
              at,
              new GgufBytes.Pair(
                  pair.key() + chance.oneOf("", "x", "\n"), pair.type(), pair.value()));
      case 4 -> file.put(pair.key(), chance.of(NUMBERS).intValue());
      case 5 ->
          file.put(
              pair.key(), chance.oneOf(0f, 0.5f, -1f, Float.NaN, Float.POSITIVE_INFINITY, 1e30f));
      case 6 ->
          file.put(
              chance.onceIn(2) ? chance.of(KEYS) : pair.key(),
              chance.oneOf("", "yarn", "linear", "none", "llama", "qwen2", "mamba", "\u001b[2J"));
      case 7 -> file.put(chance.of(KEYS), chance.of(NUMBERS).intValue());
      default -> file.put(pair.key(), GgufBytes.ARRAY, list(chance));
    }
  }

  /** A list whose count may be more than there is. */
  private static byte[] list(Chance chance) {
    int type = chance.below(14);
    int count = chance.below(5);
    ByteBuffer list = ByteBuffer.allocate(12 + 16 * count).order(ByteOrder.LITTLE_ENDIAN);
    list.putInt(type).putLong(chance.onceIn(3) ? chance.of(NUMBERS) : count);
    while (list.remaining() >= 4) {
      list.putInt(chance.below(3));
    }
    return list.array();
  }

  private static void tensor(GgufBytes file, Chance chance) {
    int at = chance.below(file.entries.size());
    GgufBytes.Entry entry = file.entries.get(at);
    switch (chance.below(9)) {
      case 0 -> file.entries.remove(at);
      case 1 -> file.entries.add(entry);
      case 2 ->
          file.entries.set(
              at,
              with(
                  entry,
                  chance.oneOf(
                      "",
                      "blk.0.ffn_gate_inp.weight",
                      "rope_freqs.weight",
                      "output.weight",
                      "blk.1.ffn_up.bias",
                      "blk.99999999999.attn_q.weight",
                      "x".repeat(3000)),
                  entry.dimensions(),
                  entry.type(),
                  -1));
      case 3, 4 -> {
        long[] dimensions = entry.dimensions().clone();
        if (dimensions.length > 0) {
          dimensions[chance.below(dimensions.length)] = chance.of(NUMBERS);
        }
        file.entries.set(at, with(entry, entry.name(), dimensions, entry.type(), -1));
      }
      case 5 ->
          file.entries.set(
              at,
              with(
                  entry,
                  entry.name(),
                  Arrays.copyOf(entry.dimensions(), chance.below(7)),
                  entry.type(),
                  -1));
      case 6 ->
          file.entries.set(
              at,
              with(
                  entry,
                  entry.name(),
                  entry.dimensions(),
                  chance.oneOf(0, 1, 2, 8, 9, 12, 14, 20, 30, 99, -1),
                  -1));
      case 7 ->
          file.entries.set(
              at,
              with(
                  entry,
                  entry.name(),
                  entry.dimensions(),
                  entry.type(),
                  chance.of(NUMBERS) & Long.MAX_VALUE));
      default -> numbers(entry.data(), chance);
    }
  }

  /** Numbers and scales that are none, or very large. */
  private static void numbers(byte[] data, Chance chance) {
    for (int i = 0; i + 1 < data.length; i += 2) {
      if (chance.onceIn(3)) {
        data[i] = (byte) chance.below(256);
        data[i + 1] = (byte) (int) chance.oneOf(0x7C, 0xFC, 0x7F, 0xFF, 0x7B);
      }
    }
  }

  private static GgufBytes.Entry with(
      GgufBytes.Entry entry, String name, long[] dimensions, int type, long offset) {
    return new GgufBytes.Entry(name, dimensions, type, offset, entry.data());
  }
}
