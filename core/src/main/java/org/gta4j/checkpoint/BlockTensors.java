package org.gta4j.checkpoint;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import org.gta4j.tensor.DType;
import org.gta4j.tensor.Shape;
import org.gta4j.tensor.Tensor;
import tools.jackson.databind.node.ObjectNode;

/**
 * Blocks of Q8_0 and Q4_0 in safetensors files, whose format has no such types: a matrix lies there
 * as bytes, {@code U8 [rows, bytes a row]}, and {@code config.json} says what the bytes are.
 *
 * <pre>
 * "quantization_config": {
 *   "quant_method": "gta4j",
 *   "formats": {"q8_0": {"bits": 8, "block_size": 32, "block_bytes": 34}, …},
 *   "tensors": {"model.embed_tokens.weight": "q8_0", …}
 * }
 * </pre>
 *
 * <p>Every tensor in blocks is named; what is not named is what its file says it is.
 */
final class BlockTensors {
  private static final String KEY = "quantization_config";
  private static final String METHOD_KEY = "quant_method";
  private static final String METHOD = "gta4j";
  private static final String FORMATS = "formats";
  private static final String TENSORS = "tensors";

  /** Bytes of a row that no model has; so many numbers can still be counted. */
  private static final long LONGEST_ROW = 1L << 40;

  /** The types that are written so. */
  private static final List<DType> TYPES = List.of(DType.Q8_0, DType.Q4_0);

  private BlockTensors() {}

  /** What the safetensors format is told of a tensor. */
  record Stored(DType dtype, Shape shape) {
    /**
     * A tensor as it is written as {@code dtype}.
     *
     * @throws IllegalArgumentException if it cannot be
     */
    static Stored of(String name, Tensor tensor, DType dtype) {
      if (dtype.isSafetensors()) {
        return new Stored(dtype, tensor.shape());
      }
      if (!TYPES.contains(dtype) || tensor.shape().rank() != 2) {
        throw new IllegalArgumentException(
            "tensor %s %s cannot be written as %s".formatted(name, tensor.shape(), dtype));
      }
      return new Stored(
          DType.U8, Shape.of(tensor.shape().size(0), dtype.bytes(tensor.shape().size(1))));
    }

    long bytes() {
      return dtype.bytes(shape.elements());
    }
  }

  /**
   * Makes a configuration say which tensors are in blocks, and nothing of it where none is.
   *
   * @param types what every tensor is written as
   */
  static void describe(ObjectNode config, SequencedMap<String, DType> types) {
    config.remove(KEY);
    if (types.values().stream().noneMatch(DType::isQuantized)) {
      return;
    }
    ObjectNode quantization = config.putObject(KEY);
    quantization.put(METHOD_KEY, METHOD);
    ObjectNode formats = quantization.putObject(FORMATS);
    for (DType type : TYPES) {
      if (types.containsValue(type)) {
        ObjectNode format = formats.putObject(type.label());
        sizes(type).forEach(format::put);
      }
    }
    ObjectNode tensors = quantization.putObject(TENSORS);
    types.forEach((name, type) -> {
      if (type.isQuantized()) {
        tensors.put(name, type.label());
      }
    });
  }

  private static SequencedMap<String, Integer> sizes(DType type) {
    SequencedMap<String, Integer> sizes = new LinkedHashMap<>();
    sizes.put("bits", type == DType.Q8_0 ? 8 : 4);
    sizes.put("block_size", type.blockElements());
    sizes.put("block_bytes", type.blockBytes());
    return sizes;
  }

  /**
   * Refuses weights that some other program has quantized.
   *
   * @throws CheckpointException if the configuration says that they are
   */
  static void requireOurs(ConfigFile config) {
    Optional<ConfigFile> quantization = config.object(KEY);
    if (quantization.isPresent()) {
      String method = quantization.get().text(METHOD_KEY).orElse("none");
      if (!method.equals(METHOD)) {
        throw quantization
            .get()
            .wrong(
                METHOD_KEY,
                METHOD
                    + " (take the model's own, unquantized files; gta convert --weights q8 or q4 makes them small)",
                method);
      }
    }
  }

  /** The configuration without what is said of blocks. */
  static ConfigFile without(ConfigFile config) {
    if (!config.mentions(KEY)) {
      return config;
    }
    ObjectNode json = config.json();
    json.remove(KEY);
    return ConfigFile.of(config.file(), json);
  }

  /**
   * The tensors of a folder, those in blocks with the type and shape that they have.
   *
   * @param tensors as their files say
   * @throws CheckpointException if the configuration contradicts itself or the tensors
   */
  static SequencedMap<String, Tensor> read(
      ConfigFile config, SequencedMap<String, Tensor> tensors) {
    Optional<ConfigFile> quantization = config.object(KEY);
    if (quantization.isEmpty()) {
      return tensors;
    }
    Map<String, DType> formats = formats(required(quantization.get(), FORMATS));
    ConfigFile named = required(quantization.get(), TENSORS);
    SequencedMap<String, Tensor> read = new LinkedHashMap<>(tensors);
    for (String name : named.json().propertyNames()) {
      String format = named.text(name).orElse("null");
      DType type = formats.get(format);
      if (type == null) {
        throw named.wrong(name, "one of the formats " + formats.keySet(), format);
      }
      Tensor stored = tensors.get(name);
      if (stored == null) {
        throw named.wrong(name, "a tensor of the checkpoint", "no such tensor");
      }
      read.put(name, blocks(named, name, stored, type));
    }
    return read;
  }

  private static ConfigFile required(ConfigFile quantization, String key) {
    return quantization
        .object(key)
        .orElseThrow(() -> quantization.wrong(key, "an object", "no such key"));
  }

  private static Map<String, DType> formats(ConfigFile declared) {
    Map<String, DType> formats = new LinkedHashMap<>();
    for (String name : declared.json().propertyNames()) {
      DType type =
          TYPES.stream()
              .filter(known -> known.label().equals(name))
              .findFirst()
              .orElseThrow(() -> declared.wrong(name, "the formats q8_0 and q4_0", name));
      ConfigFile format = required(declared, name);
      sizes(type)
          .forEach((key, size) -> {
            if (format.count(key, 0) != size) {
              throw format.wrong(key, "%d, as %s has".formatted(size, name), format.count(key, 0));
            }
          });
      formats.put(name, type);
    }
    return formats;
  }

  private static Tensor blocks(ConfigFile named, String name, Tensor stored, DType type) {
    Shape bytes = stored.shape();
    if (stored.dtype() != DType.U8
        || bytes.rank() != 2
        || bytes.size(1) > LONGEST_ROW
        || bytes.size(1) % type.blockBytes() != 0) {
      throw named.wrong(
          name,
          "U8 [rows, bytes], whose rows are whole blocks of %d bytes".formatted(type.blockBytes()),
          "%s %s".formatted(stored.dtype(), bytes));
    }
    long row = bytes.size(1) / type.blockBytes() * type.blockElements();
    return new Tensor(type, Shape.of(bytes.size(0), row), stored.data());
  }
}
