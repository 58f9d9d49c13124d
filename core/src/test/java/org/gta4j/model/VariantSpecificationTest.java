package org.gta4j.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.Stream;
import org.gta4j.cache.CacheType;
import org.gta4j.testing.Engine;
import org.gta4j.testing.Fixture;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The engine's attention variants against their definitions in the paper, on whole models with
 * random weights.
 */
class VariantSpecificationTest {
  private static final double TOLERANCE = 1e-4;
  private static final int VOCABULARY = 61;
  private static final int LAYERS = 2;
  private static final double THETA = 1000;

  /** A variant with its sizes: a checkpoint, and the definition to hold it to. */
  record Variant(String name, RandomCheckpoint checkpoint, Paper.Attention attention) {
    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Arguments> variants() {
    return all().stream()
        .flatMap(variant ->
            Stream.of("scalar", "vector").map(backend -> Arguments.of(variant, backend)));
  }

  /** Every variant in sizes that are special for it. */
  static List<Variant> all() {
    List<Variant> variants = new ArrayList<>();
    variants.add(llama("MHA", 4, 4, false, false));
    variants.add(llama("MQA with biases", 4, 1, true, false));
    variants.add(llama("GQA", 6, 2, false, false));
    variants.add(llama("gated GQA", 6, 2, false, true));
    variants.add(llama("gated MHA with biases", 4, 4, true, true));
    variants.add(grouped("GVA", 12, 4, 2, 12, false));
    variants.add(grouped("GVA with biases, one key head", 6, 3, 1, 6, true));
    variants.add(grouped("GVA, a map for every head", 4, 4, 2, 4, false));
    variants.add(grouped("GHA, fewer values than maps", 12, 6, 2, 3, false));
    variants.add(grouped("GHA, fewer values than keys", 12, 6, 3, 2, true));
    variants.add(grouped("GHA, one value", 12, 4, 2, 1, false));
    variants.add(grouped("GHA, as many values as maps", 12, 4, 1, 4, false));
    variants.add(grouped("GHA, more values than maps", 12, 2, 1, 6, false));
    variants.add(grouped("GHA, a value for every head", 12, 3, 3, 12, true));
    variants.add(grouped("GHA, values that straddle maps", 12, 4, 2, 6, false));
    variants.add(grouped("GHA, maps that straddle values", 12, 6, 2, 4, true));
    variants.add(mla("MLA", false, false, false, true));
    variants.add(mla("MLA with a query rank and biases", true, true, false, true));
    variants.add(mla("MLA with halves", false, false, false, false));
    variants.add(mla("gated MLA", false, false, true, true));
    variants.add(mla("gated MLA with a query rank and biases", true, true, true, true));
    variants.add(gta("GTA", 12, 3, 1, 1, 8, 16));
    variants.add(gta("GTA, two latents", 8, 4, 1, 2, 8, 16));
    variants.add(gta("GTA, two key heads for one latent", 8, 4, 2, 1, 8, 8));
    variants.add(gta("GTA, a latent as wide as a group", 6, 2, 2, 2, 4, 12));
    variants.add(ungated());
    variants.add(gatedBy("silu", x -> x / (1 + Math.exp(-x))));
    variants.add(gatedBy("relu2", x -> x > 0 ? x * x : 0));
    return variants;
  }

  private static Variant llama(String name, int heads, int keyValues, boolean bias, boolean gated) {
    int headDim = 10;
    int hidden = 36;
    RandomCheckpoint checkpoint =
        decoder(name, hidden)
            .set("architectures", gated ? "GatedGQAForCausalLM" : "LlamaForCausalLM")
            .set("model_type", "llama")
            .set("num_attention_heads", heads)
            .set("num_key_value_heads", keyValues)
            .set("head_dim", headDim)
            .set("attention_bias", bias);
    for (int layer = 0; layer < LAYERS; layer++) {
      String prefix = prefix(layer);
      checkpoint
          .linear(prefix + "q_proj", heads * headDim, hidden, bias)
          .linear(prefix + "k_proj", keyValues * headDim, hidden, bias)
          .linear(prefix + "v_proj", keyValues * headDim, hidden, bias)
          .linear(prefix + "o_proj", hidden, heads * headDim, bias);
      if (gated) {
        checkpoint.linear(prefix + "g_proj", heads * headDim, hidden, true);
      }
    }
    return new Variant(
        name, checkpoint, Paper.grouped(heads, heads, keyValues, keyValues, headDim, THETA, gated));
  }

  private static Variant grouped(
      String name, int heads, int maps, int keys, int values, boolean bias) {
    int headDim = 6;
    int hidden = 40;
    boolean gva = name.startsWith("GVA");
    RandomCheckpoint checkpoint =
        decoder(name, hidden)
            .set("architectures", gva ? "GVAForCausalLM" : "GHAForCausalLM")
            .set("num_attention_heads", heads)
            .set("num_query_heads", maps)
            .set("num_key_heads", keys)
            .set("head_dim", headDim)
            .set("attention_bias", bias);
    if (!gva) {
      checkpoint.set("num_value_heads", values);
    }
    for (int layer = 0; layer < LAYERS; layer++) {
      String prefix = prefix(layer);
      checkpoint
          .linear(prefix + "q_proj", maps * headDim, hidden, bias)
          .linear(prefix + "k_proj", keys * headDim, hidden, bias)
          .linear(prefix + "v_proj", values * headDim, hidden, bias)
          .linear(prefix + "o_proj", hidden, heads * headDim, false);
    }
    return new Variant(
        name, checkpoint, Paper.grouped(heads, maps, keys, values, headDim, THETA, false));
  }

  private static Variant mla(
      String name, boolean queryRank, boolean bias, boolean gated, boolean neighbours) {
    int hidden = 34;
    int heads = 3;
    int latent = 20;
    int nope = 10;
    int rope = 6;
    int valueDim = 9;
    RandomCheckpoint checkpoint =
        decoder(name, hidden)
            .set("architectures", gated ? "GatedMLAForCausalLM" : "DeepseekV3ForCausalLM")
            .set("model_type", "deepseek_v3")
            .set("first_k_dense_replace", LAYERS)
            .set("num_attention_heads", heads)
            .set("num_key_value_heads", heads)
            .set("kv_lora_rank", latent)
            .set("q_lora_rank", queryRank ? 14 : "null")
            .set("qk_nope_head_dim", nope)
            .set("qk_rope_head_dim", rope)
            .set("v_head_dim", valueDim)
            .set("rope_interleave", neighbours)
            .set("attention_bias", bias);
    for (int layer = 0; layer < LAYERS; layer++) {
      String prefix = prefix(layer);
      if (queryRank) {
        checkpoint
            .linear(prefix + "q_a_proj", 14, hidden, bias)
            .norm(prefix + "q_a_layernorm.weight", 14)
            .linear(prefix + "q_b_proj", heads * (nope + rope), 14, false);
      } else {
        checkpoint.linear(prefix + "q_proj", heads * (nope + rope), hidden, false);
      }
      checkpoint
          .linear(prefix + "kv_a_proj_with_mqa", latent + rope, hidden, bias)
          .norm(prefix + "kv_a_layernorm.weight", latent)
          .linear(prefix + "kv_b_proj", heads * (nope + valueDim), latent, false)
          .linear(prefix + "o_proj", hidden, heads * valueDim, bias);
      if (gated) {
        checkpoint.linear(prefix + "g_proj", heads * valueDim, hidden, true);
      }
    }
    return new Variant(
        name,
        checkpoint,
        Paper.mla(heads, queryRank, latent, nope, rope, valueDim, THETA, neighbours, gated));
  }

  private static Variant gta(
      String name, int heads, int maps, int keys, int latents, int headDim, int latentDim) {
    int hidden = heads * headDim;
    return new Variant(
        name,
        gtaCheckpoint(name, heads, maps, keys, latents, headDim, latentDim),
        Paper.gta(
            hidden,
            maps,
            keys,
            latents,
            headDim,
            latentDim,
            THETA,
            Optional.of(x -> 1 / (1 + Math.exp(-x)))));
  }

  private static Variant gatedBy(String activation, DoubleUnaryOperator function) {
    String name = "GTA, gated by " + activation;
    return new Variant(
        name,
        gtaCheckpoint(name, 12, 3, 1, 1, 8, 16).set("gate_activation", activation),
        Paper.gta(96, 3, 1, 1, 8, 16, THETA, Optional.of(function)));
  }

  private static Variant ungated() {
    String name = "GTA without its gate";
    RandomCheckpoint checkpoint =
        gtaCheckpoint(name, 12, 3, 1, 1, 8, 16).set("gate_activation", "none");
    for (int layer = 0; layer < LAYERS; layer++) {
      checkpoint.tensors().remove(prefix(layer) + "g_proj.weight");
      checkpoint.tensors().remove(prefix(layer) + "g_proj.bias");
    }
    return new Variant(name, checkpoint, Paper.gta(96, 3, 1, 1, 8, 16, THETA, Optional.empty()));
  }

  private static RandomCheckpoint gtaCheckpoint(
      String name, int heads, int maps, int keys, int latents, int headDim, int latentDim) {
    int hidden = heads * headDim;
    RandomCheckpoint checkpoint =
        decoder(name, hidden)
            .set("architectures", "GTAForCausalLM")
            .set("model_type", "llama")
            .set("num_attention_heads", heads)
            .set("head_dim", headDim)
            .set("num_query_heads", maps)
            .set("query_dim", headDim)
            .set("key_dim", headDim)
            .set("num_key_heads", keys)
            .set("num_value_heads", latents)
            .set("value_dim", latentDim);
    for (int layer = 0; layer < LAYERS; layer++) {
      checkpoint.gtaAttention(prefix(layer), hidden, maps, keys, latents, headDim, latentDim);
    }
    return checkpoint;
  }

  private static RandomCheckpoint decoder(String name, int hidden) {
    return RandomCheckpoint.decoder(name.hashCode(), VOCABULARY, hidden, LAYERS)
        .set("rope_theta", THETA);
  }

  private static String prefix(int layer) {
    return "model.layers." + layer + ".self_attn.";
  }

  private static int[] ids(int seed, int length) {
    return new SplittableRandom(seed).ints(length, 0, VOCABULARY).toArray();
  }

  private static void assertMatches(Paper.Result expected, Engine.Run run, String how) {
    for (int index = 0; index <= LAYERS; index++) {
      assertThat(Fixture.relativeError(run.hidden(index), expected.hidden().get(index)))
          .as("hidden.%d, %s", index, how)
          .isLessThanOrEqualTo(TOLERANCE);
    }
    assertThat(Fixture.relativeError(run.logits(), expected.logits()))
        .as("logits, %s", how)
        .isLessThanOrEqualTo(TOLERANCE);
  }

  @ParameterizedTest(name = "{0}, {1}")
  @MethodSource("variants")
  void theEngineComputesWhatThePaperDefines(Variant variant, String backend, @TempDir Path folder) {
    Paper paper = new Paper(variant.checkpoint().tensors(), LAYERS, 1e-5, variant.attention());
    int[] ids = ids(1, 41);
    int[] others = ids(2, 35);
    Paper.Result expected = paper.forward(ids);
    Paper.Result expectedOthers = paper.forward(others);
    try (Engine engine = new Engine(variant.checkpoint().write(folder), backend, CacheType.F32)) {
      assertMatches(expected, engine.run(ids, ids.length), "in one prefill");
      assertMatches(expected, engine.run(ids, 1), "token by token");
      Engine.Run one = engine.begin(ids);
      Engine.Run other = engine.begin(others);
      engine.step(List.of(one, other), 30, 3);
      engine.step(List.of(one, other), 1, 30);
      engine.step(List.of(other, one), 1, 1);
      engine.step(List.of(one), 9);
      engine.step(List.of(other), 1);
      assertMatches(expected, one, "in ragged batches");
      assertMatches(expectedOthers, other, "in ragged batches");
    }
  }
}
