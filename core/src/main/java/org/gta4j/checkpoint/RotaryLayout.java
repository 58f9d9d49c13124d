package org.gta4j.checkpoint;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.LinkedHashMap;
import java.util.SequencedMap;
import org.gta4j.tensor.Tensor;
import tools.jackson.databind.node.ObjectNode;

/**
 * Which numbers of a head the rotary embedding turns together is a matter of the order of rows in
 * the query and key projections. Meta and llama2.c turn neighbours, {@code 2i} and {@code 2i + 1};
 * Hugging Face's Llama turns halves, {@code i} and {@code i + headDim/2}. Scores are sums over a
 * head, so a model whose rows are put into the other order computes the same.
 */
public final class RotaryLayout {
  private static final String INTERLEAVED = "rope_interleave";

  private RotaryLayout() {}

  /** Whether it is a Llama that turns neighbours, as no code but ours would load it. */
  public static boolean isInterleavedLlama(ConfigFile config) {
    return config.flag(INTERLEAVED, false)
        && config.texts("architectures").contains("LlamaForCausalLM");
  }

  /**
   * The same model with rows in Hugging Face's order. Its query and key projections are copies in
   * the checkpoint's arena, everything else is shared: closing either closes both.
   *
   * @param checkpoint a model that {@link #isInterleavedLlama}
   */
  public static Checkpoint toHalves(Checkpoint checkpoint) {
    ConfigFile config = checkpoint.config();
    int heads = config.size("num_attention_heads");
    int keyHeads = config.size("num_key_value_heads", heads);
    SequencedMap<String, Tensor> tensors = new LinkedHashMap<>();
    checkpoint
        .weights()
        .tensors()
        .forEach((name, tensor) -> {
          boolean query = name.contains(".self_attn.q_proj.");
          boolean key = name.contains(".self_attn.k_proj.");
          tensors.put(
              name,
              query || key ? toHalves(checkpoint, name, tensor, query ? heads : keyHeads) : tensor);
        });
    ObjectNode json = config.json();
    json.remove(INTERLEAVED);
    return new Checkpoint(
        checkpoint.name(),
        ConfigFile.of(config.file(), json),
        new Weights(checkpoint.weights().file(), tensors),
        checkpoint.tokenizerFile(),
        checkpoint.metadata(),
        checkpoint.arena());
  }

  /**
   * Rows of {@code heads} heads, one behind the other, neighbours to halves; a bias is rows of one
   * number.
   */
  private static Tensor toHalves(Checkpoint checkpoint, String name, Tensor tensor, int heads) {
    long rows = tensor.shape().rank() == 0 ? 0 : tensor.shape().size(0);
    long headDim = rows / heads;
    if (headDim == 0 || rows % heads != 0 || headDim % 2 != 0) {
      throw CheckpointException.of(
          checkpoint.weights().file(),
          "tensor " + name,
          "%d heads of an even number of rows".formatted(heads),
          tensor.shape());
    }
    return sorted(tensor, heads, checkpoint.arena(), true);
  }

  /**
   * Rows of {@code heads} heads, halves to neighbours: what GGUF's llama has.
   *
   * @param arena where the copy is made
   * @throws IllegalArgumentException if the rows are not that many heads of an even number
   */
  public static Tensor toNeighbours(Tensor tensor, int heads, Arena arena) {
    long rows = tensor.shape().rank() == 0 ? 0 : tensor.shape().size(0);
    if (rows == 0 || rows % (2L * heads) != 0) {
      throw new IllegalArgumentException(
          "expected %d heads of an even number of rows, found %s".formatted(heads, tensor.shape()));
    }
    return sorted(tensor, heads, arena, false);
  }

  private static Tensor sorted(Tensor tensor, int heads, Arena arena, boolean toHalves) {
    long rows = tensor.shape().size(0);
    long headDim = rows / heads;
    boolean mixed = tensor.shape().rank() == 1 && tensor.dtype().isQuantized();
    // A bias in blocks has its rows inside them: as f32 it is the same.
    Tensor source = mixed ? Tensor.of(tensor.shape(), tensor.toFloats()) : tensor;
    long rowBytes = source.data().byteSize() / rows;
    Tensor sorted = Tensor.allocate(arena, source.dtype(), source.shape());
    for (long row = 0; row < rows; row++) {
      long inHead = row % headDim;
      long inHalves = row - inHead + inHead / 2 + (inHead % 2) * (headDim / 2);
      long from = toHalves ? row : inHalves;
      long to = toHalves ? inHalves : row;
      MemorySegment.copy(source.data(), from * rowBytes, sorted.data(), to * rowBytes, rowBytes);
    }
    return sorted;
  }
}
