package org.gta4j.model.variant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import org.gta4j.checkpoint.CheckpointException;
import org.gta4j.checkpoint.ConfigFile;
import org.gta4j.checkpoint.Json;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.node.ObjectNode;

/** Which configuration is whose. */
class AttentionVariantsTest {
  private static ObjectNode sizes(String modelType) {
    ObjectNode json = Json.object();
    json.put("model_type", modelType);
    json.put("hidden_size", 64);
    json.put("num_attention_heads", 4);
    json.put("num_key_value_heads", 2);
    json.put("num_hidden_layers", 1);
    return json;
  }

  private static String read(ObjectNode json) {
    return AttentionVariants.read(ConfigFile.of("config.json", json)).name();
  }

  @ParameterizedTest
  @CsvSource({
    "llama, LlamaForCausalLM, gqa",
    "llama, '', gqa",
    "mistral, MistralForCausalLM, gqa",
    "qwen2, Qwen2ForCausalLM, gqa",
    "qwen3, Qwen3ForCausalLM, gqa",
    "llama, GatedGQAForCausalLM, gated-gqa",
    "deepseek_v3, DeepseekV3ForCausalLM, mla",
    "deepseek_v2, '', mla",
    "deepseek_v3, GatedMLAForCausalLM, gated-mla"
  })
  void aKnownArchitectureIsRead(String modelType, String architecture, String name) {
    ObjectNode json = sizes(modelType);
    if (!architecture.isEmpty()) {
      json.putArray("architectures").add(architecture);
    }
    assertThat(read(json)).isEqualTo(name);
  }

  @ParameterizedTest
  @CsvSource({
    "llama, LlamaForSequenceClassification",
    "llama, SomethingElseForCausalLM",
    "qwen2, Qwen2MoeForCausalLM",
    "deepseek_v3, DeepseekV32ForCausalLM"
  })
  void anotherArchitectureIsRefusedWhateverItsModelType(String modelType, String architecture) {
    ObjectNode json = sizes(modelType);
    json.putArray("architectures").add(architecture);
    assertThatExceptionOfType(CheckpointException.class)
        .isThrownBy(() -> read(json))
        .withMessageStartingWith("config.json: architectures: expected ")
        .withMessageContaining(architecture);
  }

  @ParameterizedTest
  @CsvSource({
    "GTAForCausalLM, llama, 'sigmoid, silu, relu2, none'",
    "GatedGQAForCausalLM, llama, 'sigmoid, silu, relu2'",
    "GatedMLAForCausalLM, deepseek_v3, 'sigmoid, silu, relu2'"
  })
  void anUnknownActivationOfTheGateIsRefused(String architecture, String type, String known) {
    ObjectNode json = sizes(type);
    json.putArray("architectures").add(architecture);
    if (architecture.startsWith("GTA")) {
      json.put("num_query_heads", 2).put("num_key_heads", 1).put("num_value_heads", 1);
      json.put("value_dim", 32);
    }
    for (String activation : known.split(", ", -1)) {
      assertThat(read(json.put("gate_activation", activation))).isNotEmpty();
    }
    assertThatExceptionOfType(CheckpointException.class)
        .isThrownBy(() -> read(json.put("gate_activation", "tanh")))
        .withMessage(
            "config.json: gate_activation: expected one of %s, found tanh".formatted(known));
  }

  @Test
  void keysThatChangeNothingMustMakeSenseToo() {
    ObjectNode json = sizes("llama");
    json.putArray("architectures").add("GTAForCausalLM");
    json.put("num_query_heads", 2);
    json.put("num_key_heads", 1);
    json.put("num_value_heads", 1);
    json.put("value_dim", 32);
    assertThat(read(json)).isEqualTo("gta");
    json.put("attention_bias", "yes");
    assertThatExceptionOfType(CheckpointException.class)
        .isThrownBy(() -> read(json))
        .withMessage("config.json: attention_bias: expected true or false, found \"yes\"");
  }
}
