package org.gta4j.model.export;

import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.function.Function;
import org.gta4j.checkpoint.Checkpoint;
import org.gta4j.checkpoint.ConfigFile;
import org.gta4j.checkpoint.GgufMetadata;
import org.gta4j.checkpoint.GgufModel;
import org.gta4j.checkpoint.GgufOwn;
import org.gta4j.checkpoint.GgufPairs;
import org.gta4j.checkpoint.GgufWriter;
import org.gta4j.checkpoint.HuggingFaceFolder;
import org.gta4j.checkpoint.RotaryLayout;
import org.gta4j.checkpoint.TensorTypes;
import org.gta4j.model.ModelConfig;
import org.gta4j.tensor.DType;
import org.gta4j.tensor.Shape;
import org.gta4j.tensor.Tensor;

/**
 * Writes a model as a GGUF file: as llama.cpp knows it where that is all of it, and under an
 * architecture of our own otherwise ({@link GgufOwn}). What comes from a GGUF file keeps that
 * file's metadata bit for bit. Vectors are f32 always, since llama.cpp computes with no others.
 */
public final class GgufExport {
  private static final String ARCHITECTURE = GgufOwn.ARCHITECTURE_KEY;
  private static final String FILE_TYPE = "general.file_type";
  private static final String QUANTIZATION_VERSION = "general.quantization_version";

  private static final String TOKENIZER = "tokenizer.ggml.model";

  /** Of ggml's blocks, as they have been since 2023. */
  private static final int BLOCKS_VERSION = 2;

  /** Keys about a file's form, which another file has another of. */
  private static final Set<String> FORM_KEYS =
      Set.of(
          FILE_TYPE,
          QUANTIZATION_VERSION,
          "general.alignment",
          "split.no",
          "split.count",
          "split.tensors.count");

  /** llama.cpp's numbers for what most of a file is. */
  private static final Map<DType, Integer> FILE_TYPES =
      Map.ofEntries(
          Map.entry(DType.F32, 0),
          Map.entry(DType.F16, 1),
          Map.entry(DType.Q4_0, 2),
          Map.entry(DType.Q4_1, 3),
          Map.entry(DType.Q8_0, 7),
          Map.entry(DType.Q5_0, 8),
          Map.entry(DType.Q5_1, 9),
          Map.entry(DType.Q4_K, 15),
          Map.entry(DType.Q5_K, 17),
          Map.entry(DType.Q6_K, 18),
          Map.entry(DType.BF16, 32));

  private final Checkpoint checkpoint;
  private final ModelConfig config;
  private final TensorTypes types;
  private final Optional<GgufForm> form;
  private final boolean isOwn;

  /**
   * A model to be written.
   *
   * @param checkpoint the model
   * @param config its sizes
   * @param types what its tensors are written as; each as it is where this says its own type
   */
  public GgufExport(Checkpoint checkpoint, ModelConfig config, TensorTypes types) {
    this.checkpoint = checkpoint;
    this.config = config;
    this.types = types;
    form = GgufForm.of(config);
    isOwn =
        checkpoint
            .metadata()
            .flatMap(metadata -> metadata.text(ARCHITECTURE))
            .map(GgufOwn.ARCHITECTURE::equals)
            .orElse(form.isEmpty());
  }

  /**
   * Whether llama.cpp does not know such a model, so that nothing but this engine reads the file.
   */
  public boolean isOwn() {
    return isOwn;
  }

  /** The tensors that are written, under Hugging Face's names. */
  public SequencedMap<String, Tensor> tensors() {
    SequencedMap<String, Tensor> tensors = new LinkedHashMap<>();
    config
        .tensors()
        .forEach(
            (name, shape) -> tensors.put(name, checkpoint.weights().get(name, shape.toArray())));
    return tensors;
  }

  /** What a tensor is written as. */
  public DType typeOf(String name, Tensor tensor) {
    return tensor.shape().rank() < 2 ? DType.F32 : types.typeOf(name, tensor);
  }

  /**
   * Writes the file.
   *
   * @param tokenizer the metadata of its tokenizer; of no account where it comes from a GGUF file
   * @throws org.gta4j.checkpoint.CheckpointException if it cannot be written
   */
  public void write(Path file, GgufPairs tokenizer, HuggingFaceFolder.Listener listener) {
    SequencedMap<String, GgufWriter.Entry> entries = new LinkedHashMap<>();
    if (!isOwn && form.isPresent() && form.get().factors().length > 0) {
      Tensor factors = Tensor.of(Shape.of(form.get().factors().length), form.get().factors());
      entries.put(
          GgufModel.ROPE_FACTORS,
          new GgufWriter.Entry(DType.F32, factors.shape(), arena -> factors));
    }
    tensors()
        .forEach((name, tensor) ->
            entries.put(
                isOwn ? name : GgufModel.tensorName(name).orElseThrow(),
                new GgufWriter.Entry(typeOf(name, tensor), tensor.shape(), content(name, tensor))));
    GgufWriter.write(file, metadata(tokenizer), entries, listener);
  }

  private Function<Arena, Tensor> content(String name, Tensor tensor) {
    boolean query = name.contains(".self_attn.q_proj.");
    boolean key = name.contains(".self_attn.k_proj.");
    if (isOwn || form.isEmpty() || !form.get().sortsRows() || !(query || key)) {
      return arena -> tensor;
    }
    int heads = query ? form.get().model().heads() : form.get().model().keyHeads();
    return arena -> RotaryLayout.toNeighbours(tensor, heads, arena);
  }

  private GgufPairs metadata(GgufPairs tokenizer) {
    GgufPairs pairs = new GgufPairs();
    Optional<GgufMetadata> source = checkpoint.metadata();
    if (source.isPresent()) {
      pairs.copy(source.get(), key -> !FORM_KEYS.contains(key));
    } else if (isOwn) {
      pairs.put(ARCHITECTURE, GgufOwn.ARCHITECTURE);
      pairs.put("general.name", checkpoint.name());
      putOwn(pairs);
      pairs.putAll(tokenizer);
    } else {
      GgufForm known = form.orElseThrow();
      pairs.put(ARCHITECTURE, known.model().architecture());
      pairs.put("general.name", checkpoint.name());
      pairs.putAll(tokenizer).putAll(known.metadata());
      known.model().putEnds(pairs);
      ConfigFile keys = checkpoint.config();
      keys.ids("bos_token_id").stream()
          .limit(1)
          .forEach(id -> pairs.putIfAbsent("tokenizer.ggml.bos_token_id", id));
    }
    putForm(pairs);
    return pairs;
  }

  private void putOwn(GgufPairs pairs) {
    String prefix = GgufOwn.ARCHITECTURE + ".";
    pairs.put(prefix + "attention.variant", config.attention().name());
    pairs.put(prefix + "context_length", config.contextLength());
    pairs.put(prefix + "attention.maps", config.attention().shape().maps());
    pairs.put(prefix + "attention.key_heads", config.attention().shape().keyHeads());
    pairs.put(prefix + "attention.key_length", config.attention().shape().keyDim());
    pairs.put(prefix + "attention.value_heads", config.attention().shape().valueHeads());
    pairs.put(prefix + "attention.value_length", config.attention().shape().valueDim());
    pairs.put(prefix + "attention.layer_norm_rms_epsilon", config.rmsNormEps());
    pairs.put(prefix + "rope.freq_base", (float) config.rotary().theta());
    pairs.put(prefix + "rope.dimension_count", config.rotary().dimensions());
    pairs.putAll(GgufOwn.describe(checkpoint.config()));
  }

  private void putForm(GgufPairs pairs) {
    if (!pairs.has(TOKENIZER)) {
      pairs.put(TOKENIZER, "none"); // so that llama.cpp does not ask for one
    }
    Map<DType, Long> bytes = new LinkedHashMap<>();
    tensors()
        .forEach((name, tensor) -> {
          DType type = typeOf(name, tensor);
          bytes.merge(type, type.bytes(tensor.shape().elements()), Long::sum);
        });
    DType most =
        bytes.entrySet().stream()
            .max(Map.Entry.comparingByValue())
            .map(Map.Entry::getKey)
            .orElse(DType.F32);
    Optional.ofNullable(FILE_TYPES.get(most)).ifPresent(number -> pairs.put(FILE_TYPE, number));
    if (bytes.keySet().stream().anyMatch(DType::isQuantized)) {
      pairs.put(QUANTIZATION_VERSION, BLOCKS_VERSION);
    }
  }
}
