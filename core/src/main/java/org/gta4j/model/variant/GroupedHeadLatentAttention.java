package org.gta4j.model.variant;

import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import org.gta4j.attention.AttentionShape;
import org.gta4j.checkpoint.ConfigFile;
import org.gta4j.model.rope.RotaryEmbedding;
import org.gta4j.ops.GateActivation;
import org.gta4j.ops.PackedHeads;
import org.gta4j.ops.PackedLinear;
import org.gta4j.ops.RotaryAngles;
import org.gta4j.tensor.FloatMatrix;
import org.gta4j.tensor.Shape;
import org.gta4j.tensor.Tensor;

/**
 * Grouped-head latent attention, GTA (arXiv 2506.17286): few maps, each shared by a group of heads,
 * weight one cached latent; a decoder turns the weighted latent into the group's heads, and a gate
 * from the current token multiplies them.
 *
 * <pre>
 * q = x W_q + b_q  [maps, d_h]     k = x W_k + b_k  [n_k, d_h]     c = x W_c + b_c  [n_c, d_l]
 * z_i = softmax(q_i kᵀ / √d_h) c   v_i = z_i P_i  [H / n_q]        y = (sigmoid(x W_g + b_g) ⊙ concat v_i) W_o
 * </pre>
 *
 * @param hiddenSize H
 * @param numQueryHeads n_q, the maps
 * @param numKeyHeads n_k
 * @param numValueHeads n_c, the latent heads
 * @param headDim d_h
 * @param valueDim d_l, floats a latent
 * @param gate the gate's activation; empty for GTA without its gate, an ablation
 * @param rotary position embedding, over all of d_h
 */
public record GroupedHeadLatentAttention(
    int hiddenSize,
    int numQueryHeads,
    int numKeyHeads,
    int numValueHeads,
    int headDim,
    int valueDim,
    Optional<GateActivation> gate,
    RotaryEmbedding rotary)
    implements AttentionVariant {
  private static final String DECODER = "v_b_proj.weight";

  static Optional<AttentionVariant> read(ConfigFile config) {
    // The reference writes model_type "llama": its architecture or its own key tells it.
    boolean ours =
        AttentionVariants.isArchitecture(config, "GTAForCausalLM") || config.has("num_query_heads");
    return ours ? Optional.of(of(config)) : Optional.empty();
  }

  private static GroupedHeadLatentAttention of(ConfigFile config) {
    int hidden = config.size("hidden_size");
    int heads = config.size("num_attention_heads");
    int maps = config.size("num_query_heads");
    int keys = config.size("num_key_heads");
    int latents = config.size("num_value_heads");
    int headDim = config.size("head_dim", Math.max(1, hidden / heads));
    int latentDim = config.size("value_dim");
    // Its projections have biases whatever this says; what it says must make sense all the same.
    config.flag("attention_bias", true);
    config.requireDivides("num_query_heads", maps, "num_attention_heads", heads);
    config.requireDivides("num_key_heads", keys, "num_query_heads", maps);
    config.requireDivides("num_value_heads", latents, "num_query_heads", maps);
    for (String key : new String[] {"query_dim", "key_dim"}) {
      if (config.size(key, headDim) != headDim) {
        throw config.wrong(key, "head_dim, which is " + headDim, config.size(key));
      }
    }
    if ((long) heads * headDim != hidden) {
      throw config.wrong(
          "hidden_size",
          "num_attention_heads · head_dim, which is " + (long) heads * headDim,
          hidden);
    }
    if (hidden % ((long) maps * latentDim) != 0) {
      throw config.wrong(
          "value_dim",
          "a divisor of hidden_size / num_query_heads, which is " + hidden / maps,
          latentDim);
    }
    RotaryEmbedding rotary =
        RotaryEmbedding.read(config, "head_dim", headDim, RotaryAngles.Pairs.HALVES);
    return new GroupedHeadLatentAttention(
        hidden, maps, keys, latents, headDim, latentDim, OutputGate.readOptional(config), rotary);
  }

  @Override
  public String name() {
    return "gta";
  }

  @Override
  public AttentionShape shape() {
    return AttentionShape.of(numQueryHeads, numKeyHeads, headDim, numValueHeads, valueDim);
  }

  @Override
  public double scale() {
    return 1 / Math.sqrt(headDim);
  }

  /** Floats that a map's heads have side by side. */
  private int groupWidth() {
    return hiddenSize / numQueryHeads;
  }

  @Override
  public SequencedMap<String, Shape> tensors() {
    AttentionShape shape = shape();
    TensorList list =
        new TensorList()
            .linear("q_proj", shape.queryWidth(), hiddenSize, true)
            .linear("k_proj", shape.keyWidth(), hiddenSize, true)
            .linear("v_proj", shape.ownValueWidth(), hiddenSize, true);
    if (gate.isPresent()) {
      list.linear(OutputGate.NAME, hiddenSize, hiddenSize, true);
    }
    return list.linear("v_b_proj", groupWidth(), numQueryHeads * valueDim, false)
        .linear("o_proj", hiddenSize, hiddenSize, false)
        .toMap();
  }

  @Override
  public Set<String> headMatrices() {
    return Set.of(DECODER);
  }

  @Override
  public List<MatrixProduct> headProducts() {
    int attended = shape().attendedWidth();
    return List.of(
        new MatrixProduct(DECODER, attended, hiddenSize, (long) attended * groupWidth()));
  }

  @Override
  public AttentionLayer bind(LayerTensors tensors) {
    Optional<OutputGate> outputGate = gate.map(activation -> OutputGate.bind(activation, tensors));
    return new Layer(
        QueryKeyValue.bind(shape(), tensors, outputGate),
        outputGate,
        decoder(tensors),
        tensors.linear("o_proj"),
        hiddenSize);
  }

  /**
   * {@code P_i}: the learned part, whose memory is read as [maps, d_l, H/n_q], with the identity
   * that copies the latent into each head folded in.
   */
  private PackedHeads decoder(LayerTensors tensors) {
    Tensor learned = tensors.tensor(DECODER);
    int width = groupWidth();
    return tensors.heads(
        numQueryHeads,
        width,
        valueDim,
        (map, output, latent) ->
            learned.get(((long) map * valueDim + latent) * width + output)
                + (output % valueDim == latent ? 1 : 0));
  }

  private record Layer(
      QueryKeyValue projections,
      Optional<OutputGate> gate,
      PackedHeads decoder,
      PackedLinear output,
      int hiddenSize)
      implements AttentionLayer {
    @Override
    public Projected project(FloatMatrix x, Step step) {
      return projections.projectAndRotate(x, step);
    }

    @Override
    public void output(FloatMatrix attended, FloatMatrix out, Step step) {
      FloatMatrix heads = step.buffers().matrix("attention.heads", hiddenSize);
      step.ops()
          .headLinear(
              decoder, attended.heads(decoder.heads()), heads.heads(decoder.heads()), step.rows());
      if (gate.isPresent()) {
        gate.get().apply(heads, step);
      }
      step.ops().linear(output, heads, out, step.rows());
    }
  }
}
