package org.gta4j.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.gta4j.attention.AttentionShape;
import org.gta4j.cache.CacheLayout;
import org.gta4j.cache.CacheType;
import org.gta4j.checkpoint.Checkpoint;
import org.gta4j.checkpoint.ConfigFile;
import org.gta4j.checkpoint.HuggingFaceFolder;
import org.gta4j.embedded.EmbeddedModel;
import org.gta4j.model.ModelConfig;
import org.gta4j.model.Preset;
import org.gta4j.model.variant.MatrixProduct;
import org.gta4j.tensor.DType;
import tools.jackson.databind.node.ObjectNode;

/**
 * A model whose cost is computed: its weights need not exist.
 *
 * @param name what people call it
 * @param config its sizes
 * @param mainType the type of most weights, where there are weights
 */
record AnalyzedModel(String name, ModelConfig config, Optional<DType> mainType) {
  /** A shape, which has no weights. */
  static AnalyzedModel of(Preset preset) {
    return new AnalyzedModel(preset.name(), ModelConfig.read(preset.config()), Optional.empty());
  }

  /** The embedded model. */
  static AnalyzedModel embedded() {
    try (Checkpoint checkpoint = EmbeddedModel.checkpoint()) {
      return of(EmbeddedModel.NAME, checkpoint);
    }
  }

  /** A configuration, a folder that has one, or a file of weights. */
  static AnalyzedModel at(Path path, String name) {
    Path file = Files.isDirectory(path) ? path.resolve("config.json") : path;
    if (!HuggingFaceFolder.hasWeights(path)
        && file.toString().endsWith(".json")
        && Files.exists(file)) {
      return new AnalyzedModel(name, ModelConfig.read(ConfigFile.read(file)), Optional.empty());
    }
    try (Checkpoint checkpoint = Checkpoint.open(path)) {
      return of(name, checkpoint);
    }
  }

  private static AnalyzedModel of(String name, Checkpoint checkpoint) {
    return new AnalyzedModel(
        name, ModelConfig.read(checkpoint.config()), Optional.of(checkpoint.weights().mainType()));
  }

  /** Whether rows of its matrices are whole blocks of a type. */
  boolean hasRowsOf(DType type) {
    int block = type.blockElements();
    return config.hiddenSize() % block == 0 && config.intermediateSize() % block == 0;
  }

  /** Adds its sizes that depend on no machine, under the names that programs know. */
  void putSizes(ObjectNode json) {
    AttentionShape shape = config.attention().shape();
    json.put("parameters", config.parameters());
    json.put("cache_elements_per_token_layer", shape.cacheElements());
    json.put("attention_macs_per_pair", shape.multiplyAddsPerPair());
    json.put("linear_macs_per_token", linearMacs());
  }

  /** Bytes of the cache for a token, in all layers. */
  long cacheBytesPerToken(CacheType type) {
    return new CacheLayout(config.attention().shape(), config.numHiddenLayers(), type)
        .bytesPerToken();
  }

  /** Multiply-adds of a layer's attention for a token, without those that pairs of tokens cost. */
  long linearMacs() {
    return config.attention().products().stream().mapToLong(MatrixProduct::weights).sum();
  }

  /** Multiply-adds of all matrices for a token, the output head's among them. */
  long modelMacs() {
    long feedForward = 3L * config.hiddenSize() * config.intermediateSize();
    return config.numHiddenLayers() * (linearMacs() + feedForward)
        + (long) config.vocabSize() * config.hiddenSize();
  }
}
