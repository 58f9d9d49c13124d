package org.gta4j.model.variant;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.gta4j.attention.AttentionShape;
import org.gta4j.tensor.FloatMatrix;

/**
 * The projections most variants begin with: {@code q_proj}, {@code k_proj} and {@code v_proj} from
 * the hidden state to query heads, key heads and value heads; where there is an output gate, its
 * projection too.
 *
 * @param queryHeads how many heads {@code q_proj} gives
 * @param keyHeads how many heads {@code k_proj} gives
 * @param valueHeads how many heads {@code v_proj} gives
 * @param layers q, k, v, and what else reads the hidden state
 */
record QueryKeyValue(int queryHeads, int keyHeads, int valueHeads, JointLinear layers) {
  /** One query head a map. */
  static QueryKeyValue bind(AttentionShape shape, LayerTensors tensors, Optional<OutputGate> gate) {
    return bind(shape.maps(), shape.keyHeads(), shape.valueHeads(), tensors, gate);
  }

  static QueryKeyValue bind(
      int queryHeads,
      int keyHeads,
      int valueHeads,
      LayerTensors tensors,
      Optional<OutputGate> gate) {
    List<JointLinear.Part> parts = new ArrayList<>();
    parts.add(new JointLinear.Part("attention.q", tensors.linear("q_proj")));
    parts.add(new JointLinear.Part("attention.k", tensors.linear("k_proj")));
    parts.add(new JointLinear.Part("attention.v", tensors.linear("v_proj")));
    gate.map(OutputGate::part).ifPresent(parts::add);
    return new QueryKeyValue(queryHeads, keyHeads, valueHeads, new JointLinear(parts));
  }

  /** Computes queries, keys and values, not turned yet, and the gate's argument. */
  AttentionLayer.Projected project(FloatMatrix x, AttentionLayer.Step step) {
    layers.project(x, step);
    return step.projected(
        layers.out(0, step).heads(queryHeads),
        layers.out(1, step).heads(keyHeads),
        layers.out(2, step).heads(valueHeads));
  }

  /** Turns queries and keys by position. */
  void rotate(AttentionLayer.Projected projected, AttentionLayer.Step step) {
    int turned = step.angles().dimensions();
    step.ops().rotate(step.angles(), projected.queries().part(0, turned), step.rows());
    step.ops().rotate(step.angles(), projected.keys().part(0, turned), step.rows());
  }

  /** {@link #project} and {@link #rotate}. */
  AttentionLayer.Projected projectAndRotate(FloatMatrix x, AttentionLayer.Step step) {
    AttentionLayer.Projected projected = project(x, step);
    rotate(projected, step);
    return projected;
  }
}
