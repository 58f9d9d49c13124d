package org.gta4j.model;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.gta4j.checkpoint.SafetensorsWriter;
import org.gta4j.tensor.DType;
import org.gta4j.tensor.Shape;
import org.gta4j.tensor.Tensor;

/**
 * A tiny model with random weights: what a checkpoint folder holds, made from nothing but a
 * configuration and the names and shapes of its tensors.
 */
public final class RandomCheckpoint {
  private final Map<String, Object> config = new LinkedHashMap<>();
  private final SequencedMap<String, Tensor> tensors = new LinkedHashMap<>();
  private final RandomGenerator random;

  /** A checkpoint without anything yet. */
  public RandomCheckpoint(long seed) {
    random = new SplittableRandom(seed);
  }

  /**
   * A tiny Llama-like decoder around an attention that the caller adds: sizes, embedding, norms,
   * feed-forward networks and head, with weights large enough for every part to matter.
   */
  public static RandomCheckpoint decoder(long seed, int vocabulary, int hidden, int layers) {
    RandomCheckpoint checkpoint = new RandomCheckpoint(seed);
    int intermediate = hidden + 12;
    checkpoint
        .set("vocab_size", vocabulary)
        .set("hidden_size", hidden)
        .set("intermediate_size", intermediate)
        .set("num_hidden_layers", layers)
        .set("max_position_embeddings", 256)
        .set("rms_norm_eps", 1e-5)
        .set("tie_word_embeddings", false)
        .set("hidden_act", "silu");
    checkpoint.matrix("model.embed_tokens.weight", vocabulary, hidden, Math.sqrt(hidden));
    checkpoint.norm("model.norm.weight", hidden);
    checkpoint.matrix("lm_head.weight", vocabulary, hidden, 1);
    for (int layer = 0; layer < layers; layer++) {
      String prefix = "model.layers." + layer + ".";
      checkpoint.norm(prefix + "input_layernorm.weight", hidden);
      checkpoint.norm(prefix + "post_attention_layernorm.weight", hidden);
      checkpoint.matrix(prefix + "mlp.gate_proj.weight", intermediate, hidden, 1);
      checkpoint.matrix(prefix + "mlp.up_proj.weight", intermediate, hidden, 1);
      checkpoint.matrix(prefix + "mlp.down_proj.weight", hidden, intermediate, 1);
    }
    return checkpoint;
  }

  /**
   * A tiny GTA, for tests of what is around a model.
   *
   * @param maxPositions its context
   */
  public static RandomCheckpoint gta(long seed, int vocabulary, int maxPositions) {
    RandomCheckpoint checkpoint =
        decoder(seed, vocabulary, 32, 2)
            .set("architectures", "GTAForCausalLM")
            .set("model_type", "llama")
            .set("num_attention_heads", 4)
            .set("head_dim", 8)
            .set("num_query_heads", 2)
            .set("num_key_heads", 1)
            .set("num_value_heads", 1)
            .set("value_dim", 16)
            .set("max_position_embeddings", maxPositions);
    for (int layer = 0; layer < 2; layer++) {
      checkpoint.gtaAttention("model.layers." + layer + ".self_attn.", 32, 2, 1, 1, 8, 16);
    }
    return checkpoint;
  }

  /** Adds a layer's GTA attention: n_q maps, n_k key heads of d_h, n_c latents of d_l. */
  public RandomCheckpoint gtaAttention(
      String prefix, int hidden, int maps, int keys, int latents, int headDim, int latentDim) {
    linear(prefix + "q_proj", maps * headDim, hidden, true);
    linear(prefix + "k_proj", keys * headDim, hidden, true);
    linear(prefix + "v_proj", latents * latentDim, hidden, true);
    linear(prefix + "g_proj", hidden, hidden, true);
    matrix(prefix + "v_b_proj.weight", hidden / maps, maps * latentDim, 0.7);
    matrix(prefix + "o_proj.weight", hidden, hidden, 1);
    return this;
  }

  /**
   * Sets a key of {@code config.json}: a number, a truth value, a text; {@code architectures}
   * becomes a list.
   */
  public RandomCheckpoint set(String key, Object value) {
    config.put(key, value);
    return this;
  }

  /** Adds a linear layer. */
  public RandomCheckpoint linear(String name, int outputs, int inputs, boolean bias) {
    matrix(name + ".weight", outputs, inputs, 1.2);
    if (bias) {
      float[] numbers = new float[outputs];
      for (int i = 0; i < outputs; i++) {
        numbers[i] = (float) (0.3 * random.nextGaussian());
      }
      put(name + ".bias", Shape.of(outputs), numbers);
    }
    return this;
  }

  /** Adds a matrix whose products with numbers of size 1 have about size {@code gain}. */
  public void matrix(String name, int outputs, int inputs, double gain) {
    float[] numbers = new float[outputs * inputs];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = (float) (gain / Math.sqrt(inputs) * random.nextGaussian());
    }
    put(name, Shape.of(outputs, inputs), numbers);
  }

  /** Adds a norm's weight. */
  public RandomCheckpoint norm(String name, int width) {
    float[] numbers = new float[width];
    for (int i = 0; i < width; i++) {
      numbers[i] = (float) (1 + 0.3 * random.nextGaussian());
    }
    put(name, Shape.of(width), numbers);
    return this;
  }

  private void put(String name, Shape shape, float[] numbers) {
    Tensor tensor = Tensor.allocate(Arena.ofAuto(), DType.F32, shape);
    for (int i = 0; i < numbers.length; i++) {
      tensor.set(i, numbers[i]);
    }
    tensors.put(name, tensor);
  }

  /** The tensors, by name. */
  public SequencedMap<String, Tensor> tensors() {
    return tensors;
  }

  /** The tensor of that name. */
  public Tensor tensor(String name) {
    return Objects.requireNonNull(tensors.get(name), name);
  }

  /** Writes the folder. */
  public Path write(Path folder) {
    return write(folder, DType.F32);
  }

  /** Writes the folder, its tensors as {@code dtype}. */
  public Path write(Path folder, DType dtype) {
    try {
      Files.createDirectories(folder);
      SafetensorsWriter.write(folder.resolve("model.safetensors"), tensors, dtype);
      Files.writeString(folder.resolve("config.json"), json());
      return folder;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The configuration. */
  public String json() {
    StringBuilder json = new StringBuilder("{");
    config.forEach((key, value) -> {
      String text =
          switch (value) {
            case String s when key.equals("architectures") -> "[\"" + s + "\"]";
            case String s when !s.startsWith("{") && !s.equals("null") -> "\"" + s + "\"";
            default -> value.toString();
          };
      json.append(json.length() == 1 ? "" : ", ")
          .append('"')
          .append(key)
          .append("\": ")
          .append(text);
    });
    return json.append("}").toString();
  }
}
