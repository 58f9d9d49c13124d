package org.gta4j.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import org.gta4j.checkpoint.Checkpoint;
import org.gta4j.checkpoint.CheckpointException;
import org.gta4j.checkpoint.GgufMetadata;
import org.gta4j.checkpoint.GgufPairs;
import org.gta4j.checkpoint.HuggingFaceFolder;
import org.gta4j.checkpoint.InputFile;
import org.gta4j.checkpoint.Json;
import org.gta4j.checkpoint.RotaryLayout;
import org.gta4j.checkpoint.TensorTypes;
import org.gta4j.model.ModelConfig;
import org.gta4j.model.export.GgufExport;
import org.gta4j.model.export.WeightFormat;
import org.gta4j.model.export.WeightPlan;
import org.gta4j.tensor.Tensor;
import org.gta4j.tokenizer.GgufVocabulary;
import org.gta4j.tokenizer.HuggingFaceVocabulary;
import tools.jackson.databind.node.ObjectNode;

/** {@code gta convert}. */
final class ConvertVerb extends Verb {
  /** A tokenizer is some megabytes; what is larger is none. */
  private static final long LARGEST_COMPANION = 256L << 20;

  private static final String SAFETENSORS = "safetensors";
  private static final String GGUF = "gguf";

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
      Setting.required(
          "--out", "PATH", "What to write: a new or empty folder, or with --format gguf a file.");
  private final Setting<String> weights =
      Setting.text(
          "--weights",
          "TYPE",
          "f32, f16, bf16, q8 or q4 (default: as they are; a GGUF file's blocks become f32 in a folder).");
  private final Setting<String> format =
      Setting.text(
          "--format",
          "NAME",
          "safetensors, a Hugging Face folder, or gguf, one file (default: gguf where --out ends with .gguf).");
  private final Setting<String> maxShardSize =
      Setting.text(
          "--max-shard-size",
          "SIZE",
          "How large a file of a folder may become, such as 5GB or 500MB (default: 5GB).");
  private final ModelOptions options;

  ConvertVerb() {
    super(
        "convert",
        "--out PATH [OPTION]...",
        List.of(
            "Writes a model as a Hugging Face folder or a GGUF file, its weights as another type if asked for.",
            "f16 and bf16 are what all of a folder becomes, norms and biases too, as Hugging Face's libraries expect. In a GGUF file those stay f32, as llama.cpp has them, so that an f32 model loses a little less there.",
            "q8 and q4 are blocks of 32 numbers with a scale each: 8.5 and 4.5 bits a number. With q4 the embedding and the output head stay at 8 bits; norms and biases stay f32.",
            "A Llama, Mistral, Qwen2 or Qwen3 without sliding windows becomes a GGUF file that llama.cpp reads too, every other model one that only gta4j reads. A folder with f32, f16 or bf16 is read by Hugging Face's own code, one with q8 or q4 by gta4j."),
        List.of(
            "gta convert --model stories15M.bin --out stories15M",
            "gta convert --model FOLDER --weights q8 --out FOLDER-q8",
            "gta convert --model FOLDER --weights q4 --out model-q4.gguf",
            "gta convert --model model.gguf --weights bf16 --out FOLDER",
            "gta convert --model FOLDER --weights bf16 --max-shard-size 2GB --out FOLDER-bf16"));
    add(out, weights, format, maxShardSize);
    options = new ModelOptions(this);
  }

  @Override
  public void run(Terminal terminal) {
    boolean gguf = isGguf();
    Optional<WeightFormat> type = Check.weights(weights);
    if (gguf && maxShardSize.isGiven()) {
      throw UsageException.of(
          maxShardSize.name(), "nothing: a GGUF file is one file", maxShardSize.or(""));
    }
    long shardBytes = ByteSizes.parse(maxShardSize.name(), maxShardSize.or("5GB"));
    Path path = Check.path(out);
    options.loadOptions(); // checked like everywhere, though nothing is computed
    try (Checkpoint checkpoint = options.open()) {
      ModelConfig config = ModelConfig.read(checkpoint.config());
      // What cannot be loaded is not worth converting.
      config.requireTensors(checkpoint.weights());
      Optional<WeightPlan> plan = type.map(format -> new WeightPlan(config, format));
      long bytes =
          gguf
              ? writeFile(terminal, path, checkpoint, config, plan)
              : writeFolder(terminal, path, checkpoint, plan, shardBytes);
      if (options.isJson()) {
        ObjectNode json = Json.object();
        json.put("out", path.toString());
        json.put("bytes", bytes);
        terminal.line(json.toString());
      } else {
        terminal.line("%s: %s written".formatted(path, Numbers.bytes(bytes)));
        if (type.isPresent() && type.get().isQuantized()) {
          terminal.print(
              summary(
                  plan.orElseThrow(), checkpoint.weights().tensors(), config.tensors().keySet()));
        }
      }
    }
  }

  private boolean isGguf() {
    boolean named = out.or("").toLowerCase(Locale.ROOT).endsWith("." + GGUF);
    String given = format.or(named ? GGUF : SAFETENSORS);
    String name = given.toLowerCase(Locale.ROOT);
    if (!name.equals(SAFETENSORS) && !name.equals(GGUF)) {
      throw UsageException.of(format.name(), "safetensors or gguf", given);
    }
    return name.equals(GGUF);
  }

  /** How many tensors became what, and why not what was asked for. */
  private static String summary(
      WeightPlan plan, SequencedMap<String, Tensor> tensors, Set<String> names) {
    SequencedMap<String, Tensor> written = new LinkedHashMap<>(tensors);
    written.keySet().retainAll(names);
    List<String[]> rows = new ArrayList<>();
    plan.summary(written)
        .forEach((dtype, reasons) ->
            reasons.forEach((reason, count) ->
                rows.add(
                    new String[] {
                      "  " + dtype.label(),
                      "%,d tensor%s".formatted(count, count == 1 ? "" : "s"),
                      reason.text()
                    })));
    return Table.of(rows);
  }

  private long writeFile(
      Terminal terminal,
      Path file,
      Checkpoint checkpoint,
      ModelConfig config,
      Optional<WeightPlan> plan) {
    if (options.reads(file)) {
      throw new RefusedException("%s: expected another file than the model's own".formatted(file));
    }
    TensorTypes types = plan.isPresent() ? plan.get() : (name, tensor) -> tensor.dtype();
    GgufExport export = new GgufExport(checkpoint, config, types);
    GgufPairs tokenizer =
        checkpoint.metadata().isPresent()
            ? new GgufPairs()
            : ggufTokenizer(terminal, checkpoint, config);
    try (Progress progress = new Progress(terminal, "writing", 0, "bytes")) {
      export.write(file, tokenizer, progress::at);
    }
    sayLeftOut(terminal, checkpoint, config);
    if (export.isOwn()) {
      terminal.say(
          "%s is of architecture gta4j: llama.cpp knows no such model, and cannot read it"
              .formatted(file));
    }
    try {
      return Files.size(file);
    } catch (IOException e) {
      throw new RefusedException(file + ": " + Sentences.reason(e), e);
    }
  }

  /** llama.cpp refuses tensors that it does not use. */
  private static void sayLeftOut(Terminal terminal, Checkpoint checkpoint, ModelConfig config) {
    Set<String> left = new LinkedHashSet<>(checkpoint.weights().tensors().keySet());
    left.removeAll(config.tensors().keySet());
    left.removeIf(name ->
        name.endsWith(".rotary_emb.inv_freq")
            || (config.tieWordEmbeddings() && name.equals("lm_head.weight")));
    if (!left.isEmpty()) {
      terminal.say(
          "%d of the checkpoint's tensors have no place in its configuration and were left out: %s%s"
              .formatted(left.size(), left.iterator().next(), left.size() > 1 ? ", ..." : ""));
    }
  }

  private GgufPairs ggufTokenizer(Terminal terminal, Checkpoint checkpoint, ModelConfig config) {
    Optional<Path> file = checkpoint.tokenizerFile();
    String reason = "GGUF has no way to say what it does";
    if (file.isPresent()) {
      try {
        Optional<GgufPairs> pairs = GgufVocabulary.of(file.get(), config.vocabSize());
        if (pairs.isPresent()) {
          return pairs.get();
        }
      } catch (CheckpointException e) {
        reason = String.valueOf(e.getMessage());
      }
      terminal.say("the tokenizer stays in %s: %s".formatted(file.get(), reason));
    }
    return new GgufPairs();
  }

  private long writeFolder(
      Terminal terminal,
      Path folder,
      Checkpoint checkpoint,
      Optional<WeightPlan> plan,
      long shardBytes) {
    Checkpoint model =
        RotaryLayout.isInterleavedLlama(checkpoint.config())
            ? RotaryLayout.toHalves(checkpoint)
            : checkpoint;
    TensorTypes kept =
        checkpoint.metadata().isPresent()
            ? TensorTypes.withoutBlocks()
            : (name, tensor) -> tensor.dtype();
    Map<String, byte[]> companions = companions(checkpoint);
    boolean staysBehind = checkpoint.metadata().isPresent() && companions.isEmpty();
    try (Progress progress = new Progress(terminal, "writing", 0, "bytes")) {
      HuggingFaceFolder.write(
          folder,
          model.config().json(),
          model.weights().tensors(),
          plan.isPresent() ? plan.get() : kept,
          shardBytes,
          companions,
          progress::at);
    }
    if (staysBehind) {
      terminal.say(
          "%s has the weights and the configuration; the tokenizer stays in the GGUF file"
              .formatted(folder));
    }
    return folderBytes(folder);
  }

  private Map<String, byte[]> companions(Checkpoint checkpoint) {
    Map<String, byte[]> companions = new LinkedHashMap<>();
    if (checkpoint.metadata().isPresent()) {
      // What lies beside a GGUF file belongs to other models.
      return huggingFaceTokenizer(checkpoint.metadata().get());
    }
    Path model = options.path().orElseThrow();
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

  private static Map<String, byte[]> huggingFaceTokenizer(GgufMetadata metadata) {
    try {
      return HuggingFaceVocabulary.of(metadata);
    } catch (CheckpointException e) {
      return Map.of(); // a kind that is not known here; the weights are worth converting
    }
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
