package org.gta4j.checkpoint;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
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
 * turned together, which {@code rope_interleave} says.
 *
 * @see <a href="https://github.com/karpathy/llama2.c">llama2.c</a>
 */
final class Llama2cFile {
  private static final int HEADER_INTS = 7;
  private static final int MAX_LAYERS = 10_000;

  /** What stands first in llama2.c's later formats. */
  private static final int NEWER_MAGIC = 0x616b3432;

  private final String file;
  private final MemorySegment memory;
  private final SequencedMap<String, Tensor> tensors = new LinkedHashMap<>();
  private long at = (long) HEADER_INTS * Integer.BYTES;

  private Llama2cFile(String file, MemorySegment memory) {
    this.file = file;
    this.memory = memory;
  }

  static Checkpoint open(Path path, Arena arena) {
    Checkpoint checkpoint = read(path.toString(), MappedFile.map(path, arena), arena);
    int vocabulary = checkpoint.config().size("vocab_size");
    Optional<Path> tokenizer = Optional.empty();
    for (String name : new String[] {"tok%d.bin".formatted(vocabulary), "tokenizer.bin"}) {
      tokenizer = tokenizer.or(() -> Optional.of(path.resolveSibling(name)).filter(Files::exists));
    }
    return new Checkpoint(
        String.valueOf(path.getFileName()),
        checkpoint.config(),
        checkpoint.weights(),
        tokenizer,
        arena);
  }

  static Checkpoint read(String file, MemorySegment memory, Arena arena) {
    return new Llama2cFile(file, memory).checkpoint(arena);
  }

  private Checkpoint checkpoint(Arena arena) {
    if (memory.byteSize() < at) {
      throw CheckpointException.of(
          file, "size", "a llama2.c model of at least %d bytes".formatted(at), memory.byteSize());
    }
    if (header(0) == NEWER_MAGIC) {
      throw CheckpointException.of(
          file, "version", "llama2.c's version 0 (export.py --version 0)", header(1));
    }
    int hidden = positive(0, "dim");
    int intermediate = positive(1, "hidden_dim");
    int layers = positive(2, "n_layers");
    int heads = positive(3, "n_heads");
    int keyHeads = positive(4, "n_kv_heads");
    // A negative size of the vocabulary says that the output head is not the embedding.
    boolean tied = header(5) > 0;
    int vocabulary = header(5) == Integer.MIN_VALUE ? 0 : Math.abs(header(5));
    if (vocabulary == 0) {
      throw CheckpointException.of(file, "vocab_size", "an integer other than 0", header(5));
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
    long headDim = hidden / heads;
    long keyWidth = headDim * keyHeads;
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
    at =
        Math.addExact(
            at,
            context
                * headDim
                * Float.BYTES); // tables of cosines and sines that nobody reads any more
    if (!tied) {
      add("lm_head.weight", vocabulary, hidden);
    }
    if (at != memory.byteSize()) {
      throw CheckpointException.of(
          file, "size", "%d bytes, as its header says".formatted(at), memory.byteSize());
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
    config
        .putArray("eos_token_id")
        .add(2)
        .add(1); // llama2.c ends a text at the next one's beginning too
    return new Checkpoint(
        file, ConfigFile.of(file, config), new Weights(file, tensors), Optional.empty(), arena);
  }

  private int header(int index) {
    return memory.get(Tensor.INT, (long) index * Integer.BYTES);
  }

  private int positive(int index, String name) {
    if (header(index) < 1) {
      throw CheckpointException.of(file, name, "a positive integer", header(index));
    }
    return header(index);
  }

  private void addLayers(int layers, String name, long... sizes) {
    for (int layer = 0; layer < layers; layer++) {
      add("model.layers." + layer + "." + name, sizes);
    }
  }

  private void add(String name, long... sizes) {
    Shape shape = Shape.of(sizes);
    long bytes;
    try {
      bytes = DType.F32.bytes(shape.elements());
    } catch (ArithmeticException e) {
      bytes = Long.MAX_VALUE;
    }
    if (bytes > memory.byteSize() - at) {
      throw CheckpointException.of(
          file,
          "size",
          "room for %s %s, as its header says".formatted(name, shape),
          memory.byteSize() + " bytes");
    }
    tensors.put(name, new Tensor(DType.F32, shape, memory.asSlice(at, bytes)));
    at += bytes;
  }
}
