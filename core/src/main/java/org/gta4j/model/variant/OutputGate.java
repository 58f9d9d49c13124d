package org.gta4j.model.variant;

import java.util.Optional;
import org.gta4j.checkpoint.ConfigFile;
import org.gta4j.ops.GateActivation;
import org.gta4j.ops.PackedLinear;
import org.gta4j.tensor.FloatMatrix;

/**
 * The gate of GTA and of the gated baselines: {@code y ⊙ f(x W_g + b_g)} with a sigmoid for {@code
 * f}, unless the configuration's {@code gate_activation} says otherwise, from the current token's
 * normalized hidden state {@code x}. Tensors {@code g_proj.weight} [width, hidden] and {@code
 * g_proj.bias} [width].
 *
 * @param activation f
 * @param projection the gate's linear layer
 */
record OutputGate(GateActivation activation, PackedLinear projection) {
  static final String NAME = "g_proj";

  /** The configuration's key. */
  static final String KEY = "gate_activation";

  /** The key's value for an attention without its gate. */
  static final String NONE = "none";

  private static final String BUFFER = "attention.gate";

  /** What a configuration says of the gate's activation; a sigmoid where it says nothing. */
  static GateActivation read(ConfigFile config) {
    String label = config.text(KEY).orElse(GateActivation.SIGMOID.label());
    return GateActivation.labelled(label)
        .orElseThrow(() -> config.wrong(KEY, "one of " + GateActivation.labels(), label));
  }

  /** {@link #read} for an attention that may do without the gate; empty where it does. */
  static Optional<GateActivation> readOptional(ConfigFile config) {
    String label = config.text(KEY).orElse(GateActivation.SIGMOID.label());
    if (label.equals(NONE)) {
      return Optional.empty();
    }
    return Optional.of(
        GateActivation.labelled(label)
            .orElseThrow(() ->
                config.wrong(
                    KEY, "one of %s, %s".formatted(GateActivation.labels(), NONE), label)));
  }

  /** The gate of a layer. */
  static OutputGate bind(GateActivation activation, LayerTensors tensors) {
    return new OutputGate(activation, tensors.linear(NAME));
  }

  /**
   * The projection to the gate's argument, to be computed with the others that read the hidden
   * state, before {@link #apply}.
   */
  JointLinear.Part part() {
    return new JointLinear.Part(BUFFER, projection);
  }

  /** Multiplies {@code y} [rows, width] by the gate. */
  void apply(FloatMatrix y, AttentionLayer.Step step) {
    step.ops().gate(activation, buffer(step), y, step.rows());
  }

  private FloatMatrix buffer(AttentionLayer.Step step) {
    return step.buffers().matrix(BUFFER, projection.outputs());
  }
}
