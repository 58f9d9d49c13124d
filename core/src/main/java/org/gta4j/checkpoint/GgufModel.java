package org.gta4j.checkpoint;

import java.util.List;
import java.util.Optional;

/**
 * What a GGUF file says of a model of one of the architectures that llama.cpp and {@link GgufFile}
 * know: the inverse of {@link GgufConfig}.
 *
 * @param architecture llama, qwen2 or qwen3
 * @param vocabulary how many tokens
 * @param hidden floats a token
 * @param feedForward floats of the feed-forward network
 * @param layers how many
 * @param heads query heads
 * @param keyHeads key and value heads
 * @param headDim floats a head
 * @param epsilon of the norms
 * @param context how many tokens
 * @param theta the base of the positions
 * @param ends ids of tokens that end a text
 */
public record GgufModel(
    String architecture,
    int vocabulary,
    int hidden,
    int feedForward,
    int layers,
    int heads,
    int keyHeads,
    int headDim,
    float epsilon,
    int context,
    float theta,
    List<Integer> ends) {

  /** The tensor of what the frequencies of positions are divided by. */
  public static final String ROPE_FACTORS = GgufNames.ROPE_FACTORS;

  /** What a file calls one of Hugging Face's tensors; empty where no such model has it. */
  public static Optional<String> tensorName(String huggingFace) {
    return GgufNames.toGguf(huggingFace);
  }

  /** Adds the tokens that end a text to metadata that may have the tokenizer's own. */
  public void putEnds(GgufPairs pairs) {
    GgufConfig.putEnds(pairs, ends);
  }

  /** The metadata, without the scaling of positions and the ends of texts. */
  public GgufPairs describe() {
    GgufPairs pairs = new GgufPairs();
    pairs.put(key("block_count"), layers);
    pairs.put(key("context_length"), context);
    pairs.put(key("embedding_length"), hidden);
    pairs.put(key("feed_forward_length"), feedForward);
    pairs.put(key("attention.head_count"), heads);
    pairs.put(key("attention.head_count_kv"), keyHeads);
    pairs.put(key("attention.key_length"), headDim);
    pairs.put(key("attention.value_length"), headDim);
    pairs.put(key("attention.layer_norm_rms_epsilon"), epsilon);
    pairs.put(key("rope.dimension_count"), headDim);
    pairs.put(key("rope.freq_base"), theta);
    pairs.put(key("vocab_size"), vocabulary);
    return pairs;
  }

  /** A key of this architecture. */
  public String key(String name) {
    return architecture + "." + name;
  }
}
