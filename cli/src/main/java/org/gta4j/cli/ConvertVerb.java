package org.gta4j.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.gta4j.checkpoint.Checkpoint;
import org.gta4j.checkpoint.HuggingFaceFolder;
import org.gta4j.checkpoint.InputFile;
import org.gta4j.checkpoint.Json;
import org.gta4j.checkpoint.RotaryLayout;
import org.gta4j.embedded.EmbeddedModel;
import org.gta4j.model.ModelConfig;
import org.gta4j.tensor.DType;
import tools.jackson.databind.node.ObjectNode;

/** {@code gta convert}. */
final class ConvertVerb extends Verb {
  /** A tokenizer is some megabytes; what is larger is none. */
  private static final long LARGEST_COMPANION = 256L << 20;

  private static final String SAFETENSORS = "safetensors";

  /** What may lie beside a model's weights and belongs to it. */
  private static final List<String> COMPANIONS =
      List.of(
          "tokenizer.json",
          "tokenizer.model",
          "tokenizer_config.json",
          "special_tokens_map.json",
          "added_tokens.json",
          "vocab.json",
          "merges.txt",
          "chat_template.jinja",
          "chat_template.json",
          "generation_config.json");

  private final Setting<String> out =
      Setting.required("--out", "FOLDER", "The folder to write, a new or empty one.");
  private final Setting<String> weights =
      Setting.text(
          "--weights",
          "TYPE",
          "f32, f16 or bf16 (default: as they are, a GGUF file's blocks as f32).");
  private final Setting<String> format =
      Setting.text("--format", "NAME", "safetensors, the only one of this version.");
  private final Setting<String> maxShardSize =
      Setting.text(
          "--max-shard-size",
          "SIZE",
          "How large a file may become, such as 5GB or 500MB (default: 5GB).");
  private final ModelOptions options;

  ConvertVerb() {
    super(
        "convert",
        "--out FOLDER [OPTION]...",
        List.of(
            "Writes a model as a Hugging Face folder, its weights as another type if asked for.",
            "A llama2.c or GGUF model becomes one that Hugging Face's own code loads too."),
        List.of(
            "gta convert --model stories15M.bin --out stories15M",
            "gta convert --model model.gguf --weights bf16 --out FOLDER",
            "gta convert --model FOLDER --weights bf16 --max-shard-size 2GB --out FOLDER-bf16"));
    add(out, weights, format, maxShardSize);
    options = new ModelOptions(this);
  }

  @Override
  void run(Terminal terminal) {
    if (!format.or(SAFETENSORS).equals(SAFETENSORS)) {
      throw UsageException.of(format.name(), "safetensors in this version", format.or(""));
    }
    Optional<DType> dtype = weights.value().map(ConvertVerb::type);
    long shardBytes = ByteSizes.parse(maxShardSize.name(), maxShardSize.or("5GB"));
    Path folder = Check.path(out);
    options.loadOptions(); // checked like everywhere, though nothing is computed
    try (Checkpoint checkpoint = options.open()) {
      // What cannot be loaded is not worth converting.
      ModelConfig.read(checkpoint.config()).requireTensors(checkpoint.weights());
      Checkpoint model =
          RotaryLayout.isInterleavedLlama(checkpoint.config())
              ? RotaryLayout.toHalves(checkpoint)
              : checkpoint;
      Map<String, byte[]> companions = companions(checkpoint);
      try (Progress progress = new Progress(terminal, "writing", 0, "bytes")) {
        HuggingFaceFolder.write(
            folder,
            model.config().json(),
            model.weights().tensors(),
            dtype,
            shardBytes,
            companions,
            progress::at);
      }
      long bytes = folderBytes(folder);
      if (checkpoint.metadata().isPresent()) {
        terminal.say(
            "%s has the weights and the configuration; the tokenizer stays in the GGUF file"
                .formatted(folder));
      }
      if (options.isJson()) {
        ObjectNode json = Json.object();
        json.put("out", folder.toString());
        json.put("bytes", bytes);
        terminal.line(json.toString());
      } else {
        terminal.line("%s: %s written".formatted(folder, Numbers.bytes(bytes)));
      }
    }
  }

  private static DType type(String name) {
    return DType.named(name)
        .filter(DType::isPlain)
        .orElseThrow(
            () -> UsageException.of("--weights", "f32, f16 or bf16 in this version", name));
  }

  private Map<String, byte[]> companions(Checkpoint checkpoint) {
    Map<String, byte[]> companions = new LinkedHashMap<>();
    Optional<Path> path = options.path();
    if (path.isEmpty()) {
      companions.put(HuggingFaceFolder.LLAMA2C_TOKENIZER, EmbeddedModel.tokenizerFile());
      return companions;
    }
    if (checkpoint.metadata().isPresent()) {
      return companions; // What lies beside a GGUF file belongs to other models.
    }
    Path model = path.get();
    Path folder = Files.isDirectory(model) ? model : model.toAbsolutePath().resolveSibling("");
    for (String name : COMPANIONS) {
      if (Files.isRegularFile(folder.resolve(name))) {
        companions.put(name, read(folder.resolve(name)));
      }
    }
    checkpoint
        .tokenizerFile()
        .filter(file -> file.toString().endsWith(".bin"))
        .ifPresent(file -> companions.put(HuggingFaceFolder.LLAMA2C_TOKENIZER, read(file)));
    return companions;
  }

  private static byte[] read(Path file) {
    return InputFile.readBytes(file, LARGEST_COMPANION);
  }

  private static long folderBytes(Path folder) {
    try (var files = Files.newDirectoryStream(folder)) {
      long bytes = 0;
      for (Path file : files) {
        bytes += Files.size(file);
      }
      return bytes;
    } catch (IOException e) {
      throw new RefusedException(folder + ": " + Sentences.reason(e), e);
    }
  }
}
