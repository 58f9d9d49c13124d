package org.gta4j.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.gta4j.attention.AttentionShape;
import org.gta4j.cache.CacheLayout;
import org.gta4j.checkpoint.Checkpoint;
import org.gta4j.checkpoint.CheckpointException;
import org.gta4j.checkpoint.Json;
import org.gta4j.generate.LoadOptions;
import org.gta4j.model.ModelConfig;
import org.gta4j.tensor.Tensor;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code gta inspect}. */
final class InspectVerb extends Verb {
  private final ModelOptions options = new ModelOptions(this);

  InspectVerb() {
    super(
        "inspect",
        "[OPTION]...",
        List.of(
            "Shows what a model is made of: its attention, sizes, tensors, and a GGUF file's metadata.",
            "Also the memory that a context of --context N tokens needs. Nothing is computed."),
        List.of(
            "gta inspect",
            "gta inspect --model FOLDER --context 32768 --cache-type bf16",
            "gta inspect --model model.gguf",
            "gta inspect --model FOLDER --json"));
  }

  @Override
  public void run(Terminal terminal) {
    LoadOptions load = options.loadOptions();
    try (Checkpoint checkpoint = options.open()) {
      ModelConfig config = ModelConfig.read(checkpoint.config());
      try {
        config.requireTensors(checkpoint.weights());
      } catch (CheckpointException e) {
        terminal.say("this model cannot be loaded: " + e.getMessage());
      }
      CacheLayout cache =
          new CacheLayout(config.attention().shape(), config.numHiddenLayers(), load.cacheType());
      int context = load.context().orElse(config.contextLength());
      if (options.isJson()) {
        terminal.line(json(checkpoint, config, cache, context));
      } else {
        terminal.print(text(checkpoint, config, cache, context));
      }
    }
  }

  private static String json(
      Checkpoint checkpoint, ModelConfig config, CacheLayout cache, int context) {
    ObjectNode json = Json.object();
    json.put("variant", config.attention().name());
    json.put("parameters", config.parameters());
    json.put("layers", config.numHiddenLayers());
    json.put("hidden_size", config.hiddenSize());
    json.put("vocab_size", config.vocabSize());
    json.put("cache_bytes_per_token", cache.bytesPerToken());
    json.put("weights_bytes", checkpoint.weights().bytes());
    json.put("context_tokens", context);
    json.put("context_cache_bytes", contextBytes(cache, context));
    ArrayNode tensors = json.putArray("tensors");
    for (Map.Entry<String, Tensor> entry : checkpoint.weights().tensors().entrySet()) {
      ObjectNode tensor = tensors.addObject();
      tensor.put("name", entry.getKey());
      tensor.put("dtype", entry.getValue().dtype().name());
      ArrayNode shape = tensor.putArray("shape");
      for (long size : entry.getValue().shape().toArray()) {
        shape.add(size);
      }
    }
    checkpoint
        .metadata()
        .ifPresent(metadata -> MetadataView.write(metadata, json.putObject("metadata")));
    return json.toString();
  }

  private String text(Checkpoint checkpoint, ModelConfig config, CacheLayout cache, int context) {
    AttentionShape shape = config.attention().shape();
    List<String[]> head = new ArrayList<>();
    head.add(new String[] {"model", options.modelName()});
    head.add(
        new String[] {
          "attention",
          "%s: %d maps, %d key heads of %d, %d value heads of %d"
              .formatted(
                  config.attention().name(),
                  shape.maps(),
                  shape.keyHeads(),
                  shape.keyDim(),
                  shape.valueHeads(),
                  shape.valueDim())
        });
    head.add(new String[] {"parameters", "%,d".formatted(config.parameters())});
    head.add(
        new String[] {
          "sizes",
          "%d layers, hidden %d, feed-forward %d, vocabulary %d"
              .formatted(
                  config.numHiddenLayers(),
                  config.hiddenSize(),
                  config.intermediateSize(),
                  config.vocabSize())
        });
    head.add(
        new String[] {
          "weights",
          "%s, mostly %s"
              .formatted(
                  Numbers.bytes(checkpoint.weights().bytes()),
                  checkpoint.weights().mainType().label())
        });
    head.add(
        new String[] {
          "cache",
          "%s a token in %s".formatted(Numbers.bytes(cache.bytesPerToken()), cache.type().label())
        });
    head.add(
        new String[] {
          "context",
          "%d tokens, whose cache takes %s"
              .formatted(context, Numbers.bytes(contextBytes(cache, context)))
        });
    List<String[]> tensors = new ArrayList<>();
    tensors.add(new String[] {"tensor", "type", "shape", "bytes"});
    for (Map.Entry<String, Tensor> entry : checkpoint.weights().tensors().entrySet()) {
      Tensor tensor = entry.getValue();
      tensors.add(
          new String[] {
            entry.getKey(),
            tensor.dtype().name(),
            tensor.shape().toString(),
            Long.toString(tensor.data().byteSize())
          });
    }
    String metadata =
        checkpoint.metadata().map(keys -> Table.of(MetadataView.rows(keys)) + "\n").orElse("");
    return Table.of(head) + "\n" + metadata + Table.of(tensors);
  }

  private static long contextBytes(CacheLayout cache, int context) {
    return Math.multiplyExact(context, cache.bytesPerToken());
  }
}
