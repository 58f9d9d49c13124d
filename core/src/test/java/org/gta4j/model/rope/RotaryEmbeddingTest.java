package org.gta4j.model.rope;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.gta4j.checkpoint.CheckpointException;
import org.gta4j.checkpoint.ConfigFile;
import org.gta4j.model.ModelConfig;
import org.gta4j.ops.RotaryAngles;
import org.gta4j.tensor.FloatMatrix;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Rotary position embeddings, against what transformers computes from the same configuration. */
class RotaryEmbeddingTest {
  private static final JsonMapper JSON = new JsonMapper();

  /** A Llama with heads of 16. */
  private static final String LLAMA =
      """
      "architectures": ["LlamaForCausalLM"], "model_type": "llama", "vocab_size": 20, "hidden_size": 64,
      "intermediate_size": 32, "num_hidden_layers": 1, "num_attention_heads": 4, "head_dim": 16
      """;

  /** A DeepSeek-V3 whose heads have 8 numbers that are not turned and 16 that are. */
  private static final String DEEPSEEK =
      """
      "architectures": ["DeepseekV3ForCausalLM"], "model_type": "deepseek_v3", "vocab_size": 20, "hidden_size": 64,
      "intermediate_size": 32, "num_hidden_layers": 1, "first_k_dense_replace": 1, "num_attention_heads": 4,
      "q_lora_rank": null, "kv_lora_rank": 16, "qk_nope_head_dim": 8, "qk_rope_head_dim": 16, "v_head_dim": 8
      """;

  /**
   * Computed by transformers 5.23.0: {@code LlamaRotaryEmbedding(LlamaConfig(...))} of heads of 16,
   * its {@code inv_freq} and {@code attention_scaling} after a call with positions below the
   * length. What it is, keys, length, factor, frequencies.
   */
  private static final String KNOWN =
      """
      default, no key at all |  | 10 | 1.0 | 1.0 0.31622776 0.1 0.03162278 0.01 0.0031622779 0.001 0.0003162278
      default, old style | "rope_theta": 500.0, "rope_scaling": null | 10 | 1.0 | 1.0 0.45986328 0.21147424 0.09724925 0.04472136 0.020565713 0.009457416 0.0043491186
      default, new style | "rope_parameters": {"rope_theta": 500.0, "rope_type": "default"} | 10 | 1.0 | 1.0 0.45986328 0.21147424 0.09724925 0.04472136 0.020565713 0.009457416 0.0043491186
      default by type | "rope_theta": 500.0, "rope_scaling": {"type": "default"} | 10 | 1.0 | 1.0 0.45986328 0.21147424 0.09724925 0.04472136 0.020565713 0.009457416 0.0043491186
      linear | "rope_theta": 500.0, "rope_scaling": {"type": "linear", "factor": 2.5} | 10 | 1.0 | 0.4 0.18394531 0.0845897 0.038899697 0.017888544 0.008226285 0.0037829664 0.0017396475
      linear, new style | "rope_parameters": {"rope_theta": 500.0, "rope_type": "linear", "factor": 2.5} | 10 | 1.0 | 0.4 0.18394531 0.0845897 0.038899697 0.017888544 0.008226285 0.0037829664 0.0017396475
      dynamic, short | "max_position_embeddings": 32, "rope_scaling": {"type": "dynamic", "factor": 3.0} | 10 | 1.0 | 1.0 0.31622776 0.1 0.03162278 0.01 0.0031622779 0.001 0.0003162278
      dynamic, at the border | "max_position_embeddings": 32, "rope_scaling": {"type": "dynamic", "factor": 3.0} | 32 | 1.0 | 1.0 0.31622776 0.1 0.03162278 0.01 0.0031622779 0.001 0.0003162278
      dynamic, one more | "max_position_embeddings": 32, "rope_scaling": {"type": "dynamic", "factor": 3.0} | 33 | 1.0 | 1.0 0.3122053 0.09747215 0.030431323 0.00950082 0.0029662065 0.00092606543 0.00028912252
      dynamic, long | "max_position_embeddings": 32, "rope_scaling": {"type": "dynamic", "factor": 3.0} | 100 | 1.0 | 1.0 0.23770264 0.056502543 0.013430803 0.0031925375 0.0007588746 0.00018038647 4.287834e-05
      dynamic, whatever the original | "max_position_embeddings": 32, "rope_scaling": {"type": "dynamic", "factor": 3.0, "original_max_position_embeddings": 8} | 20 | 1.0 | 1.0 0.31622776 0.1 0.03162278 0.01 0.0031622779 0.001 0.0003162278
      yarn | "max_position_embeddings": 512, "rope_theta": 100.0, "rope_scaling": {"type": "yarn", "factor": 8.0, "original_max_position_embeddings": 64} | 10 | 1.2079441541679836 | 1.0 0.4639316 0.20554805 0.08446827 0.030000001 0.007029266 0.0039528473 0.0022228493
      yarn, new style, not truncated | "max_position_embeddings": 512, "rope_parameters": {"rope_theta": 100.0, "rope_type": "yarn", "factor": 8.0, "original_max_position_embeddings": 64, "truncate": false} | 10 | 1.2079441541679836 | 1.0 0.4403055 0.17897615 0.062054552 0.013194458 0.007029266 0.0039528473 0.0022228493
      yarn, betas | "rope_theta": 100.0, "rope_scaling": {"rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 64, "beta_fast": 4, "beta_slow": 0.5} | 10 | 1.138629436111989 | 1.0 0.56234133 0.2687936 0.12447956 0.055 0.02249365 0.007905695 0.0044456986
      yarn, betas, not truncated | "rope_theta": 100.0, "rope_scaling": {"rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 64, "beta_fast": 4, "beta_slow": 0.5, "truncate": false} | 10 | 1.138629436111989 | 1.0 0.56234133 0.29152563 0.12701617 0.050664395 0.016815323 0.007905695 0.0044456986
      yarn, betas of 0 and null | "rope_theta": 100.0, "rope_scaling": {"rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 64, "beta_fast": 0, "beta_slow": null} | 10 | 1.138629436111989 | 1.0 0.47799012 0.22135943 0.097805366 0.04 0.014058532 0.007905695 0.0044456986
      yarn, attention_factor | "rope_theta": 100.0, "rope_scaling": {"rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 64, "attention_factor": 1.25} | 10 | 1.25 | 1.0 0.47799012 0.22135943 0.097805366 0.04 0.014058532 0.007905695 0.0044456986
      yarn, both mscales | "rope_theta": 100.0, "rope_scaling": {"rope_type": "yarn", "factor": 8.0, "original_max_position_embeddings": 64, "mscale": 0.707, "mscale_all_dim": 0.5} | 10 | 1.0389905150739585 | 1.0 0.4639316 0.20554805 0.08446827 0.030000001 0.007029266 0.0039528473 0.0022228493
      yarn, equal mscales | "rope_theta": 100.0, "rope_scaling": {"rope_type": "yarn", "factor": 8.0, "original_max_position_embeddings": 64, "mscale": 1.0, "mscale_all_dim": 1.0} | 10 | 1.0 | 1.0 0.4639316 0.20554805 0.08446827 0.030000001 0.007029266 0.0039528473 0.0022228493
      yarn, mscale alone | "rope_theta": 100.0, "rope_scaling": {"rope_type": "yarn", "factor": 8.0, "original_max_position_embeddings": 64, "mscale": 0.707} | 10 | 1.2079441541679836 | 1.0 0.4639316 0.20554805 0.08446827 0.030000001 0.007029266 0.0039528473 0.0022228493
      yarn, mscale_all_dim alone | "rope_theta": 100.0, "rope_scaling": {"rope_type": "yarn", "factor": 8.0, "original_max_position_embeddings": 64, "mscale_all_dim": 0.5} | 10 | 1.2079441541679836 | 1.0 0.4639316 0.20554805 0.08446827 0.030000001 0.007029266 0.0039528473 0.0022228493
      yarn, a factor below 1 | "rope_theta": 100.0, "rope_scaling": {"rope_type": "yarn", "factor": 0.5, "original_max_position_embeddings": 64} | 10 | 1.0 | 1.0 0.6748096 0.44271886 0.2845247 0.18 0.11246826 0.06324556 0.03556559
      yarn, factor null | "max_position_embeddings": 256, "rope_theta": 100.0, "rope_scaling": {"rope_type": "yarn", "factor": null, "original_max_position_embeddings": 64} | 10 | 1.138629436111989 | 1.0 0.47799012 0.22135943 0.097805366 0.04 0.014058532 0.007905695 0.0044456986
      yarn, original missing | "max_position_embeddings": 256, "rope_theta": 100.0, "rope_scaling": {"rope_type": "yarn", "factor": 4.0} | 10 | 1.138629436111989 | 1.0 0.50209045 0.24846469 0.120668955 0.057142854 0.0261087 0.011293849 0.0044456986
      yarn, original at the top | "max_position_embeddings": 256, "original_max_position_embeddings": 32, "rope_theta": 100.0, "rope_scaling": {"rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 64} | 10 | 1.138629436111989 | 1.0 0.42175597 0.15811388 0.044456985 0.025 0.014058532 0.007905695 0.0044456986
      yarn, a tiny original | "rope_theta": 100.0, "rope_scaling": {"rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 5} | 10 | 1.138629436111989 | 1.0 0.14058533 0.07905694 0.044456985 0.025 0.014058532 0.007905695 0.0044456986
      yarn, ramp of no width | "rope_theta": 100.0, "rope_scaling": {"rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 64, "beta_fast": 2, "beta_slow": 2, "truncate": false} | 10 | 1.138629436111989 | 1.0 0.56234133 0.31622776 0.044456985 0.025 0.014058532 0.007905695 0.0044456986
      llama3 | "rope_theta": 500.0, "rope_scaling": {"rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0, "original_max_position_embeddings": 64} | 10 | 1.0 | 1.0 0.45986328 0.09761663 0.012156156 0.00559017 0.002570714 0.001182177 0.0005436398
      llama3, new style | "rope_parameters": {"rope_theta": 500.0, "rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0, "original_max_position_embeddings": 64} | 10 | 1.0 | 1.0 0.45986328 0.09761663 0.012156156 0.00559017 0.002570714 0.001182177 0.0005436398
      llama3, other bands | "rope_theta": 10000.0, "rope_scaling": {"rope_type": "llama3", "factor": 32.0, "low_freq_factor": 2.0, "high_freq_factor": 16.0, "original_max_position_embeddings": 256} | 10 | 1.0 | 1.0 0.24805006 0.017478876 0.0009882118 0.0003125 9.882118e-05 3.125e-05 9.882118e-06
      llama3, original at the top | "original_max_position_embeddings": 16, "rope_theta": 500.0, "rope_scaling": {"rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0, "original_max_position_embeddings": 64} | 10 | 1.0 | 0.57605636 0.08042291 0.02643428 0.012156156 0.00559017 0.002570714 0.001182177 0.0005436398
      llama3, original missing | "max_position_embeddings": 128, "rope_theta": 500.0, "rope_scaling": {"rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0} | 10 | 1.0 | 1.0 0.45986328 0.21147424 0.039985716 0.00559017 0.002570714 0.001182177 0.0005436398
      rope_scaling wins as a whole | "rope_scaling": {"type": "linear", "factor": 2.0}, "rope_parameters": {"rope_theta": 500.0, "rope_type": "default"} | 10 | 1.0 | 0.5 0.15811388 0.05 0.01581139 0.005 0.0015811389 0.0005 0.0001581139
      rope_scaling wins, theta from the top | "rope_theta": 77.0, "rope_scaling": {"type": "linear", "factor": 2.0}, "rope_parameters": {"rope_theta": 500.0, "rope_type": "default"} | 10 | 1.0 | 0.5 0.2905084 0.16879024 0.09806995 0.05698029 0.033106502 0.019235432 0.011176109
      theta inside rope_scaling | "rope_theta": 77.0, "rope_scaling": {"type": "linear", "factor": 2.0, "rope_theta": 300.0} | 10 | 1.0 | 0.5 0.2450924 0.120140575 0.058891084 0.028867511 0.0141504165 0.006936319 0.0034000783
      theta inside rope_parameters | "rope_theta": 77.0, "rope_parameters": {"rope_type": "default", "rope_theta": 300.0} | 10 | 1.0 | 1.0 0.4901848 0.24028115 0.11778217 0.057735022 0.028300833 0.013872638 0.0068001566
      theta from the top with rope_parameters | "rope_theta": 77.0, "rope_parameters": {"rope_type": "linear", "factor": 2.0} | 10 | 1.0 | 0.5 0.2905084 0.16879024 0.09806995 0.05698029 0.033106502 0.019235432 0.011176109
      empty rope_scaling | "rope_scaling": {}, "rope_parameters": {"rope_theta": 500.0, "rope_type": "linear", "factor": 4.0} | 10 | 1.0 | 0.25 0.11496582 0.05286856 0.024312312 0.01118034 0.005141428 0.002364354 0.0010872796
      null rope_scaling | "rope_scaling": null, "rope_parameters": {"rope_theta": 500.0, "rope_type": "linear", "factor": 4.0} | 10 | 1.0 | 0.25 0.11496582 0.05286856 0.024312312 0.01118034 0.005141428 0.002364354 0.0010872796
      rope_type beats type | "rope_theta": 500.0, "rope_scaling": {"rope_type": "linear", "type": "default", "factor": 4.0} | 10 | 1.0 | 0.25 0.11496582 0.05286856 0.024312312 0.01118034 0.005141428 0.002364354 0.0010872796
      no type is default | "rope_parameters": {"rope_theta": 500.0, "factor": 4.0} | 10 | 1.0 | 1.0 0.45986328 0.21147424 0.09724925 0.04472136 0.020565713 0.009457416 0.0043491186
      integers | "rope_theta": 500, "rope_scaling": {"type": "linear", "factor": 2} | 10 | 1.0 | 0.5 0.22993164 0.10573712 0.048624624 0.02236068 0.010282856 0.004728708 0.0021745593
      partial rotation of a default | "rope_theta": 500.0, "partial_rotary_factor": 0.5 | 10 | 1.0 | 1.0 0.45986328 0.21147424 0.09724925 0.04472136 0.020565713 0.009457416 0.0043491186
      """;

  /** What transformers computes from a configuration. */
  record Known(String name, String keys, int length, double factor, double[] frequencies) {
    @Override
    public String toString() {
      return name;
    }
  }

  static List<Known> known() {
    return KNOWN
        .lines()
        .map(line -> {
          String[] parts = line.split(" \\| ?", -1);
          return new Known(
              parts[0],
              parts[1].strip(),
              Integer.parseInt(parts[2].strip()),
              Double.parseDouble(parts[3]),
              Arrays.stream(parts[4].split(" ")).mapToDouble(Double::parseDouble).toArray());
        })
        .toList();
  }

  private static ModelConfig read(String model, String keys) {
    String json = "{" + model + (keys.isEmpty() ? "" : ", " + keys) + "}";
    return ModelConfig.read(ConfigFile.of("config.json", (ObjectNode) JSON.readTree(json)));
  }

  private static RotaryEmbedding llama(String keys) {
    return read(LLAMA, keys).attention().rotary();
  }

  private static void assertFrequencies(
      RotaryEmbedding rotary, int length, double[] expected, double tolerance) {
    float[] found = rotary.frequencies(length);
    assertThat(found).hasSize(expected.length);
    for (int i = 0; i < found.length; i++) {
      assertThat((double) found[i])
          .as("frequency %d of %d", i, found.length)
          .isCloseTo(expected[i], within(tolerance * Math.abs(expected[i])));
    }
  }

  @ParameterizedTest
  @MethodSource("known")
  void frequenciesAndFactorsAreThoseOfTransformers(Known known) {
    RotaryEmbedding rotary = llama(known.keys());
    // transformers computes in f32: a power of ten thousand is off by some units in the last place.
    assertFrequencies(rotary, known.length(), known.frequencies(), 1e-6);
    assertThat(rotary.scaling().attentionFactor()).isCloseTo(known.factor(), within(1e-12));
  }

  @Test
  void linearScalingDividesFrequencies() {
    SplittableRandom random = new SplittableRandom(1);
    for (int run = 0; run < 200; run++) {
      int dimensions = 2 * random.nextInt(1, 65);
      double theta = Math.exp(random.nextDouble(1, 15));
      double factor = random.nextDouble(0.5, 40);
      double[] expected = new double[dimensions / 2];
      Arrays.setAll(expected, i -> 1 / (Math.pow(theta, 2.0 * i / dimensions) * factor));
      assertFrequencies(of(dimensions, theta, new RopeScaling.Linear(factor)), 5, expected, 1e-7);
    }
  }

  @Test
  void dynamicScalingRaisesTheBaseWithTheLength() {
    SplittableRandom random = new SplittableRandom(2);
    for (int run = 0; run < 200; run++) {
      int dimensions = 2 * random.nextInt(2, 65);
      double theta = Math.exp(random.nextDouble(1, 15));
      double factor = random.nextDouble(1, 10);
      int trained = random.nextInt(1, 5000);
      int length = random.nextInt(1, 20000);
      double ratio = Math.max(length, trained) / (double) trained;
      double base =
          theta * Math.pow(factor * ratio - factor + 1, dimensions / (double) (dimensions - 2));
      double[] expected = new double[dimensions / 2];
      Arrays.setAll(expected, i -> 1 / Math.pow(base, i / (dimensions / 2.0)));
      assertFrequencies(
          of(dimensions, theta, new RopeScaling.Dynamic(factor, trained)), length, expected, 1e-7);
    }
  }

  @Test
  void yarnKeepsFastFrequenciesAndDividesSlowOnes() {
    SplittableRandom random = new SplittableRandom(3);
    for (int run = 0; run < 200; run++) {
      int dimensions = 2 * random.nextInt(1, 65);
      double theta = Math.exp(random.nextDouble(2, 15));
      double factor = random.nextDouble(1, 40);
      int trained = random.nextInt(8, 5000);
      double fast = random.nextDouble(8, 64);
      double slow = random.nextDouble(0.2, 4);
      boolean truncate = random.nextBoolean();
      // A pair turns trained · f / 2π times over the training's context: solved for the pair's
      // number.
      double low = Math.log(trained / (2 * Math.PI * fast)) * dimensions / Math.log(theta) / 2;
      double high = Math.log(trained / (2 * Math.PI * slow)) * dimensions / Math.log(theta) / 2;
      double from = Math.max(0, truncate ? Math.floor(low) : low);
      double end = Math.min(dimensions - 1, truncate ? Math.ceil(high) : high);
      double to = from == end ? end + 0.001 : end;
      double[] expected = new double[dimensions / 2];
      Arrays.setAll(
          expected,
          i -> {
            double plain = 1 / Math.pow(theta, 2.0 * i / dimensions);
            double share = Math.min(1, Math.max(0, (i - from) / (to - from)));
            return share * (plain / factor) + (1 - share) * plain;
          });
      RopeScaling yarn = new RopeScaling.Yarn(factor, trained, fast, slow, truncate, 1);
      assertFrequencies(of(dimensions, theta, yarn), 5, expected, 2e-7);
    }
  }

  @Test
  void llama3KeepsShortWavesAndDividesLongOnes() {
    SplittableRandom random = new SplittableRandom(4);
    for (int run = 0; run < 200; run++) {
      int dimensions = 2 * random.nextInt(1, 65);
      double theta = Math.exp(random.nextDouble(2, 15));
      double factor = random.nextDouble(1, 40);
      double low = random.nextDouble(0.5, 3);
      double high = low + random.nextDouble(0.1, 10);
      int trained = random.nextInt(8, 9000);
      double[] expected = new double[dimensions / 2];
      Arrays.setAll(
          expected,
          i -> {
            double plain = Math.pow(theta, -2.0 * i / dimensions);
            double turns = trained * plain / (2 * Math.PI);
            double share = Math.min(1, Math.max(0, (turns - low) / (high - low)));
            return share * plain + (1 - share) * plain / factor;
          });
      assertFrequencies(
          of(dimensions, theta, new RopeScaling.Llama3(factor, low, high, trained)),
          5,
          expected,
          2e-7);
    }
  }

  private static RotaryEmbedding of(int dimensions, double theta, RopeScaling scaling) {
    return new RotaryEmbedding(dimensions, theta, scaling, RotaryAngles.Pairs.HALVES);
  }

  @Test
  void anglesAreExactFarOutAndScaledByTheFactor() {
    RotaryEmbedding rotary =
        llama(
            "\"rope_theta\": 500.0, \"rope_scaling\": {\"type\": \"yarn\", \"factor\": 4, \"original_max_position_embeddings\": 64}");
    double factor = 0.1 * Math.log(4) + 1;
    float[] frequencies = rotary.frequencies(1);
    try (Arena arena = Arena.ofConfined()) {
      RotaryAngles angles =
          new RotaryAngles(
              FloatMatrix.allocate(arena, 5, 8), FloatMatrix.allocate(arena, 5, 8), rotary.pairs());
      for (int first : new int[] {0, 31, 4095, 1_000_000}) {
        new RotaryTable(rotary).fill(angles, 2, 3, first, first + 3);
        for (int row = 0; row < 3; row++) {
          for (int i = 0; i < 8; i++) {
            double angle = (double) (first + row) * frequencies[i];
            assertThat((double) angles.cosine().get(2 + row, i))
                .isCloseTo(Math.cos(angle) * factor, within(1e-7));
            assertThat((double) angles.sine().get(2 + row, i))
                .isCloseTo(Math.sin(angle) * factor, within(1e-7));
          }
        }
        assertThat(angles.cosine().get(1, 0)).as("the row before").isZero();
      }
    }
  }

  @Test
  void onlyDynamicFrequenciesDependOnTheLength() {
    for (Known known : known()) {
      RotaryEmbedding rotary = llama(known.keys());
      float[] few = rotary.frequencies(1);
      assertThat(Arrays.equals(rotary.frequencies(100_000), few))
          .as(known.name())
          .isEqualTo(!(rotary.scaling() instanceof RopeScaling.Dynamic));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0.2041241452319315 1.0 {}",
        "0.38249888831204115 1.0 {'type': 'yarn', 'factor': 40, 'original_max_position_embeddings': 64, 'mscale': 1.0, 'mscale_all_dim': 1.0}",
        "0.24877718932522672 1.0389905150739585 {'type': 'yarn', 'factor': 8, 'original_max_position_embeddings': 64, 'mscale': 0.707, 'mscale_all_dim': 0.5}",
        "0.2041241452319315 1.2079441541679836 {'type': 'yarn', 'factor': 8, 'original_max_position_embeddings': 64}",
        "0.2041241452319315 1.2079441541679836 {'type': 'yarn', 'factor': 8, 'original_max_position_embeddings': 64, 'mscale': 1.0}",
        "0.2041241452319315 1.0 {'type': 'yarn', 'factor': 0.5, 'original_max_position_embeddings': 64, 'mscale_all_dim': 1.0}",
        "0.2041241452319315 1.0 {'type': 'default', 'factor': 4.0, 'mscale_all_dim': 1.0}",
        "0.2646422579642267 1.0 {'type': 'linear', 'factor': 4.0, 'mscale_all_dim': 1.0}"
      })
  void latentAttentionScalesItsScoresAsTransformersDoes(String known) {
    String[] parts = known.split(" ", 3);
    ModelConfig config = read(DEEPSEEK, "\"rope_scaling\": " + parts[2].replace('\'', '"'));
    assertThat(config.attention().scale()).isCloseTo(Double.parseDouble(parts[0]), within(1e-12));
    assertThat(config.attention().rotary().scaling().attentionFactor())
        .isCloseTo(Double.parseDouble(parts[1]), within(1e-12));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "'rope_scaling': {'type': 'su'}",
        "'rope_scaling': {'rope_type': 'longrope', 'short_factor': [1], 'long_factor': [1]}",
        "'rope_scaling': {'type': 'linear'}",
        "'rope_scaling': {'type': 'linear', 'factor': 0}",
        "'rope_scaling': {'type': 'linear', 'factor': -2}",
        "'rope_scaling': {'type': 'linear', 'factor': '2'}",
        "'rope_scaling': {'type': 'dynamic'}",
        "'rope_scaling': {'type': 'llama3', 'factor': 8, 'low_freq_factor': 1}",
        "'rope_scaling': {'type': 'llama3', 'factor': 8, 'low_freq_factor': 4, 'high_freq_factor': 1}",
        "'rope_scaling': {'type': 'linear', 'factor': 2}, 'partial_rotary_factor': 0.5",
        "'rope_scaling': {'type': 3}",
        "'rope_scaling': [1]",
        "'rope_theta': 0",
        "'rope_theta': -1",
        "'rope_theta': '10000'",
        "'head_dim': 15"
      })
  void impossibleScalingsAreRefusedWithTheirKey(String keys) {
    String json = keys.replace('\'', '"');
    String key = keys.substring(1, keys.indexOf('\'', 1));
    String model =
        LLAMA.replace(
            key.equals("head_dim") ? "\"head_dim\": 16" : "\n",
            key.equals("head_dim") ? "\"x\": 1" : " ");
    assertThatThrownBy(() -> read(model, json))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("config.json")
        .hasMessageContaining(
            key.equals("rope_scaling") && json.contains("partial") ? "partial_rotary_factor" : key);
  }
}
