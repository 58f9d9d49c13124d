package org.gta4j.model.variant;

import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import org.gta4j.attention.AttentionShape;
import org.gta4j.checkpoint.ConfigFile;
import org.gta4j.model.rope.RotaryEmbedding;
import org.gta4j.ops.GateActivation;
import org.gta4j.tensor.FloatMatrix;
import org.gta4j.tensor.Shape;

/**
 * Gated multi-head latent attention: DeepSeek's attention with GTA's sigmoid gate on the
 * concatenated heads, the baseline that separates what the gate brings from what the latent brings.
 *
 * @param ungated the attention under the gate
 * @param activation the gate's activation
 */
public record GatedLatentAttention(MultiHeadLatentAttention ungated, GateActivation activation)
    implements AttentionVariant {
  static Optional<AttentionVariant> read(ConfigFile config) {
    return AttentionVariants.isArchitecture(config, "GatedMLAForCausalLM")
        ? Optional.of(
            new GatedLatentAttention(MultiHeadLatentAttention.of(config), OutputGate.read(config)))
        : Optional.empty();
  }

  @Override
  public String name() {
    return "gated-mla";
  }

  @Override
  public AttentionShape shape() {
    return ungated.shape();
  }

  @Override
  public double scale() {
    return ungated.scale();
  }

  @Override
  public RotaryEmbedding rotary() {
    return ungated.rotary();
  }

  @Override
  public SequencedMap<String, Shape> tensors() {
    return new TensorList()
        .under("", ungated.tensors())
        .linear(OutputGate.NAME, ungated.headsWidth(), ungated.hiddenSize(), true)
        .toMap();
  }

  @Override
  public Set<String> headMatrices() {
    return ungated.headMatrices();
  }

  @Override
  public List<MatrixProduct> headProducts() {
    return ungated.headProducts();
  }

  @Override
  public AttentionShape expandedShape() {
    return ungated.expandedShape();
  }

  @Override
  public AttentionLayer bind(LayerTensors tensors) {
    OutputGate gate = OutputGate.bind(activation, tensors);
    return new Layer(ungated.layer(tensors, Optional.of(gate)), gate);
  }

  private record Layer(MultiHeadLatentAttention.Layer inner, OutputGate gate)
      implements AttentionLayer {
    @Override
    public Projected project(FloatMatrix x, Step step) {
      return inner.project(x, step);
    }

    @Override
    public void output(FloatMatrix attended, FloatMatrix out, Step step) {
      FloatMatrix heads = inner.heads(attended, step);
      gate.apply(heads, step);
      step.ops().linear(inner.outputProjection(), heads, out, step.rows());
    }
  }
}
