package org.gta4j.checkpoint;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.SequencedMap;
import org.gta4j.tensor.DType;
import org.gta4j.tensor.Shape;
import org.gta4j.tensor.Tensor;
import tools.jackson.databind.node.ObjectNode;

/**
 * llama2.c's first file format: seven 32-bit integers, then f32 weights kind by kind, each for all
 * layers. Its tensors get Hugging Face's names; unlike there, neighbouring numbers of a head are
 * turned together, which {@code rope_interleave} says. The header must account for the file's size
 * before anything is mapped.
 *
 * @see <a href="https://github.com/karpathy/llama2.c">llama2.c</a>
 */
final class Llama2cFile {
  private static final int HEADER_INTS = 7;
  private static final int HEADER_BYTES = HEADER_INTS * Integer.BYTES;
  private static final int MAX_LAYERS = 10_000;

  /** What stands first in llama2.c's later formats. */
  private static final int NEWER_MAGIC = 0x616b3432;

  /** What an archive begins with, {@code PK} and two numbers. */
  private static final int ZIP_MAGIC = 0x04034b50;

  /** Where a tensor lies. */
  private record Place(Shape shape, long begin) {}

  private final String file;
  private final long size;
  private final int[] header = new int[HEADER_INTS];
  private final SequencedMap<String, Place> places = new LinkedHashMap<>();
  private long at = HEADER_BYTES;

  private Llama2cFile(String file, long size, byte[] begin) {
    this.file = file;
    this.size = size;
    ByteBuffer.wrap(begin).order(ByteOrder.LITTLE_ENDIAN).asIntBuffer().get(header);
  }

  static Checkpoint open(Path path, Arena arena) {
    String file = path.toString();
    try (InputFile input = InputFile.open(path)) {
      requireHeader(file, input.size());
      Llama2cFile model = new Llama2cFile(file, input.size(), input.read(0, HEADER_BYTES));
      ConfigFile config = model.config();
      return new Checkpoint(
          String.valueOf(path.getFileName()),
          config,
          model.weights(input.map(0, input.size(), arena)),
          tokenizer(path, config.size("vocab_size")),
          arena);
    }
  }

  private static Optional<Path> tokenizer(Path model, int vocabulary) {
    Optional<Path> tokenizer = Optional.empty();
    for (String name : new String[] {"tok" + vocabulary + ".bin", "tokenizer.bin"}) {
      tokenizer = tokenizer.or(() -> Optional.of(model.resolveSibling(name)).filter(Files::exists));
    }
    return tokenizer;
  }

  static Checkpoint read(String file, MemorySegment memory, Arena arena) {
    requireHeader(file, memory.byteSize());
    byte[] begin = memory.asSlice(0, HEADER_BYTES).toArray(ValueLayout.JAVA_BYTE);
    Llama2cFile model = new Llama2cFile(file, memory.byteSize(), begin);
    return new Checkpoint(file, model.config(), model.weights(memory), Optional.empty(), arena);
  }

  private static void requireHeader(String file, long size) {
    if (size < HEADER_BYTES) {
      throw CheckpointException.of(
          file, "size", "a llama2.c model of at least %d bytes".formatted(HEADER_BYTES), size);
    }
  }

  /** The configuration that the header says, once it accounts for the size. */
  private ConfigFile config() {
    if (header[0] == ZIP_MAGIC) {
      throw CheckpointException.of(
          file,
          "content",
          "a llama2.c model",
          "an archive, as PyTorch writes them: save the model as safetensors first");
    }
    if (header[0] == NEWER_MAGIC) {
      throw CheckpointException.of(
          file, "version", "llama2.c's version 0 (export.py --version 0)", header[1]);
    }
    int hidden = positive(0, "dim");
    int intermediate = positive(1, "hidden_dim");
    int layers = positive(2, "n_layers");
    int heads = positive(3, "n_heads");
    int keyHeads = positive(4, "n_kv_heads");
    // A negative size of the vocabulary says that the output head is not the embedding.
    boolean tied = header[5] > 0;
    int vocabulary = header[5] == Integer.MIN_VALUE ? 0 : Math.abs(header[5]);
    if (vocabulary == 0) {
      throw CheckpointException.of(file, "vocab_size", "an integer other than 0", header[5]);
    }
    int context = positive(6, "seq_len");
    if (layers > MAX_LAYERS || hidden % heads != 0 || heads % keyHeads != 0) {
      throw CheckpointException.of(
          file,
          "header",
          "at most %d layers, n_heads dividing dim, n_kv_heads dividing n_heads"
              .formatted(MAX_LAYERS),
          "n_layers %d, dim %d, n_heads %d, n_kv_heads %d"
              .formatted(layers, hidden, heads, keyHeads));
    }
    int headDim = hidden / heads;
    if (headDim % 2 != 0) {
      throw CheckpointException.of(file, "dim / n_heads", "an even number", headDim);
    }
    int keyWidth = headDim * keyHeads;
    add("model.embed_tokens.weight", vocabulary, hidden);
    addLayers(layers, "input_layernorm.weight", hidden);
    addLayers(layers, "self_attn.q_proj.weight", hidden, hidden);
    addLayers(layers, "self_attn.k_proj.weight", keyWidth, hidden);
    addLayers(layers, "self_attn.v_proj.weight", keyWidth, hidden);
    addLayers(layers, "self_attn.o_proj.weight", hidden, hidden);
    addLayers(layers, "post_attention_layernorm.weight", hidden);
    addLayers(layers, "mlp.gate_proj.weight", intermediate, hidden);
    addLayers(layers, "mlp.down_proj.weight", hidden, intermediate);
    addLayers(layers, "mlp.up_proj.weight", intermediate, hidden);
    add("model.norm.weight", hidden);
    // Tables of cosines and sines that nobody reads any more.
    skip("freq_cis", Shape.of(context, headDim));
    if (!tied) {
      add("lm_head.weight", vocabulary, hidden);
    }
    if (at != size) {
      throw CheckpointException.of(
          file, "size", "%d bytes, as its header says".formatted(at), size);
    }
    ObjectNode config = Json.object();
    config.putArray("architectures").add("LlamaForCausalLM");
    config.put("model_type", "llama");
    config.put("vocab_size", vocabulary);
    config.put("hidden_size", hidden);
    config.put("intermediate_size", intermediate);
    config.put("num_hidden_layers", layers);
    config.put("num_attention_heads", heads);
    config.put("num_key_value_heads", keyHeads);
    config.put("head_dim", headDim);
    config.put("hidden_act", "silu");
    config.put("rms_norm_eps", 1e-5);
    config.put("rope_theta", 10_000.0);
    config.put("rope_interleave", true);
    config.put("max_position_embeddings", context);
    config.put("tie_word_embeddings", tied);
    config.put("bos_token_id", 1);
    // llama2.c ends a text at the next one's beginning too.
    config.putArray("eos_token_id").add(2).add(1);
    return ConfigFile.of(file, config);
  }

  private Weights weights(MemorySegment memory) {
    SequencedMap<String, Tensor> tensors = new LinkedHashMap<>();
    places.forEach((name, place) -> {
      Shape shape = place.shape();
      long bytes = DType.F32.bytes(shape.elements());
      tensors.put(name, new Tensor(DType.F32, shape, memory.asSlice(place.begin(), bytes)));
    });
    return new Weights(file, tensors);
  }

  private int positive(int index, String name) {
    if (header[index] < 1) {
      throw CheckpointException.of(file, name, "a positive integer", header[index]);
    }
    return header[index];
  }

  private void addLayers(int layers, String name, long... sizes) {
    for (int layer = 0; layer < layers; layer++) {
      add("model.layers." + layer + "." + name, sizes);
    }
  }

  private void add(String name, long... sizes) {
    Shape shape = Shape.of(sizes);
    places.put(name, new Place(shape, at));
    skip(name, shape);
  }

  private void skip(String name, Shape shape) {
    // A product of two 32-bit sizes, which cannot overflow; its bytes can.
    if (shape.elements() > (size - at) / Float.BYTES) {
      throw CheckpointException.of(
          file,
          "size",
          "room for %s %s, as its header says".formatted(name, shape),
          size + " bytes");
    }
    at += DType.F32.bytes(shape.elements());
  }
}
