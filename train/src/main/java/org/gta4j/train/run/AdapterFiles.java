package org.gta4j.train.run;

import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import org.gta4j.checkpoint.AtomicOutput;
import org.gta4j.checkpoint.CheckpointException;
import org.gta4j.checkpoint.Json;
import org.gta4j.checkpoint.SafetensorsReader;
import org.gta4j.checkpoint.SafetensorsWriter;
import org.gta4j.tensor.DType;
import org.gta4j.tensor.Shape;
import org.gta4j.tensor.Tensor;
import org.gta4j.train.block.Lora;
import org.gta4j.train.block.Parameters;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A model's adapters as Hugging Face's PEFT has them: {@value #TENSORS} and {@value #CONFIG}, under
 * its names.
 */
public final class AdapterFiles {
  /** The matrices. */
  public static final String TENSORS = "adapter_model.safetensors";

  /** What they are. */
  public static final String CONFIG = "adapter_config.json";

  /** What PEFT wraps a model in. */
  private static final String PREFIX = "base_model.model.";

  private AdapterFiles() {}

  /** Writes both files into a folder that is there. */
  static void write(Path folder, Parameters parameters, Lora lora) {
    SequencedMap<String, Tensor> named = new LinkedHashMap<>();
    parameters.trainedViews().forEach((name, tensor) -> named.put(PREFIX + name, tensor));
    SafetensorsWriter.write(folder.resolve(TENSORS), named);
    byte[] json = Json.toBytes(config(lora, base(parameters)));
    AtomicOutput.write(
        folder.resolve(CONFIG), channel -> AtomicOutput.writeFully(channel, ByteBuffer.wrap(json)));
  }

  /**
   * The model's folder, wherever one is when it is read; none of a model that only we load, which
   * PEFT would look for on the hub.
   */
  private static Optional<Path> base(Parameters parameters) {
    Path file = Path.of(parameters.config().source().file()).toAbsolutePath().normalize();
    return file.endsWith("config.json") && Files.exists(file)
        ? Optional.ofNullable(file.getParent())
        : Optional.empty();
  }

  private static ObjectNode config(Lora lora, Optional<Path> base) {
    ObjectNode json = Json.object();
    json.put("peft_type", "LORA").put("task_type", "CAUSAL_LM");
    json.put("base_model_name_or_path", base.map(Path::toString).orElse(null));
    json.put("r", lora.rank()).put("lora_dropout", 0.0);
    // PEFT declares an integer, takes any number, and others who read its files do not.
    if (lora.alpha() == Math.rint(lora.alpha())) {
      json.put("lora_alpha", (long) lora.alpha());
    } else {
      json.put("lora_alpha", lora.alpha());
    }
    ArrayNode targets = json.putArray("target_modules");
    lora.targets().forEach(targets::add);
    json.put("bias", "none").put("fan_in_fan_out", false).put("inference_mode", true);
    return json;
  }

  /**
   * Reads the matrices of adapters that parameters have.
   *
   * @throws CheckpointException if one is missing, or of another type or shape
   */
  static void read(Path folder, Parameters parameters) {
    Path file = folder.resolve(TENSORS);
    try (Arena arena = Arena.ofShared()) {
      Map<String, Tensor> saved = SafetensorsReader.read(file, arena);
      parameters
          .trainedViews()
          .forEach((name, tensor) -> copy(file, PREFIX + name, saved.get(PREFIX + name), tensor));
    }
  }

  /** Copies a tensor of a file that must be as it was written. */
  private static void copy(Path file, String name, @Nullable Tensor saved, Tensor to) {
    to.data().copyFrom(required(file, name, saved, to.shape()).data());
  }

  /** A tensor of a file that must be as it was written. */
  static Tensor required(Path file, String name, @Nullable Tensor saved, Shape shape) {
    if (saved == null || saved.dtype() != DType.F32 || !saved.shape().equals(shape)) {
      throw CheckpointException.of(
          file.toString(),
          "tensor " + name,
          "f32 of shape " + shape,
          saved == null ? "no such tensor" : saved.dtype().label() + " " + saved.shape());
    }
    return saved;
  }
}
