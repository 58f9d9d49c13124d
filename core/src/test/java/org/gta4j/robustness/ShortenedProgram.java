package org.gta4j.robustness;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import org.gta4j.cache.CacheType;
import org.gta4j.checkpoint.CheckpointException;
import org.gta4j.generate.LanguageModel;
import org.gta4j.generate.LoadOptions;
import org.gta4j.generate.Request;
import org.gta4j.generate.Sampling;
import org.gta4j.model.RandomCheckpoint;
import org.gta4j.tensor.DType;

/**
 * Generates until both compilers have been through the kernels, cuts its model's file off, and goes
 * on. Arguments: a folder, the weights' type, the backend, threads.
 */
final class ShortenedProgram {
  private static final int HIDDEN = 256;
  private static final int LAYERS = 3;
  private static final int CONTEXT = 250;

  private ShortenedProgram() {}

  public static void main(String[] args) throws IOException {
    Path folder = Path.of(args[0]);
    checkpoint().write(folder, DType.valueOf(args[1]));
    LoadOptions options =
        new LoadOptions(args[2], Integer.parseInt(args[3]), CacheType.F32, Optional.empty());
    try (LanguageModel model = LanguageModel.load(folder, options)) {
      int prompts = args[2].equals("scalar") ? 1 : 12;
      for (int i = 0; i < prompts; i++) {
        model.generate(request(), text -> {});
      }
      try (FileChannel weights =
          FileChannel.open(folder.resolve("model.safetensors"), StandardOpenOption.WRITE)) {
        weights.truncate(1);
      }
      model.generate(request(), text -> {});
      System.out.println("computed with weights that are no more");
    } catch (CheckpointException e) {
      System.out.println("given up: " + e.getMessage());
    }
  }

  /** Prompts and decoding have kernels of their own. */
  private static Request request() {
    int[] prompt = new int[64];
    return new Request(prompt, CONTEXT - prompt.length, Sampling.greedy(), List.of(), true);
  }

  private static RandomCheckpoint checkpoint() {
    RandomCheckpoint checkpoint =
        RandomCheckpoint.decoder(1, 300, HIDDEN, LAYERS)
            .set("architectures", "LlamaForCausalLM")
            .set("model_type", "llama")
            .set("num_attention_heads", 4);
    for (int layer = 0; layer < LAYERS; layer++) {
      for (String name : List.of("q_proj", "k_proj", "v_proj", "o_proj")) {
        checkpoint.linear(
            "model.layers.%d.self_attn.%s".formatted(layer, name), HIDDEN, HIDDEN, false);
      }
    }
    return checkpoint;
  }
}
