package org.gta4j.model.variant;

import java.util.Optional;
import java.util.SequencedMap;
import org.gta4j.attention.AttentionShape;
import org.gta4j.checkpoint.ConfigFile;
import org.gta4j.model.rope.RotaryEmbedding;
import org.gta4j.ops.GateActivation;
import org.gta4j.tensor.FloatMatrix;
import org.gta4j.tensor.Shape;

/**
 * Gated grouped-query attention: Llama's attention with GTA's sigmoid gate on the concatenated
 * heads, the baseline that separates what the gate brings from what the latent brings.
 *
 * @param ungated the attention under the gate
 * @param activation the gate's activation
 */
public record GatedQueryAttention(GroupedQueryAttention ungated, GateActivation activation)
    implements AttentionVariant {
  static Optional<AttentionVariant> read(ConfigFile config) {
    return AttentionVariants.isArchitecture(config, "GatedGQAForCausalLM")
        ? Optional.of(
            new GatedQueryAttention(
                GroupedQueryAttention.of(config, "llama"), OutputGate.read(config)))
        : Optional.empty();
  }

  @Override
  public String name() {
    return "gated-" + ungated.name();
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
        .linear(OutputGate.NAME, shape().attendedWidth(), ungated.hiddenSize(), true)
        .toMap();
  }

  @Override
  public AttentionLayer bind(LayerTensors tensors) {
    OutputGate gate = OutputGate.bind(activation, tensors);
    return new Layer(ungated.bind(tensors, Optional.of(gate)), gate);
  }

  private record Layer(AttentionLayer inner, OutputGate gate) implements AttentionLayer {
    @Override
    public Projected project(FloatMatrix x, Step step) {
      return inner.project(x, step);
    }

    @Override
    public void output(FloatMatrix attended, FloatMatrix out, Step step) {
      gate.apply(attended, step);
      inner.output(attended, out, step);
    }
  }
}
