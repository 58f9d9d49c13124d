package org.gta4j.model.variant;

import org.gta4j.attention.AttentionShape;
import org.gta4j.ops.PackedLinear;
import org.gta4j.tensor.FloatMatrix;

/**
 * The projections most variants begin with: {@code q_proj}, {@code k_proj} and {@code v_proj} from
 * the hidden state to query heads, key heads and value heads.
 *
 * @param queryHeads how many heads {@code query} gives
 * @param keyHeads how many heads {@code key} gives
 * @param valueHeads how many heads {@code value} gives
 * @param query [queryHeads · keyDim, hidden]
 * @param key [keyHeads · keyDim, hidden]
 * @param value [valueHeads · valueDim, hidden]
 */
record QueryKeyValue(
    int queryHeads,
    int keyHeads,
    int valueHeads,
    PackedLinear query,
    PackedLinear key,
    PackedLinear value) {
  /** One query head a map. */
  static QueryKeyValue bind(AttentionShape shape, LayerTensors tensors) {
    return bind(shape.maps(), shape.keyHeads(), shape.valueHeads(), tensors);
  }

  static QueryKeyValue bind(int queryHeads, int keyHeads, int valueHeads, LayerTensors tensors) {
    return new QueryKeyValue(
        queryHeads,
        keyHeads,
        valueHeads,
        tensors.linear("q_proj"),
        tensors.linear("k_proj"),
        tensors.linear("v_proj"));
  }

  /** Computes queries, keys and values; not turned yet. */
  AttentionLayer.Projected project(FloatMatrix x, AttentionLayer.Step step) {
    FloatMatrix q = step.buffers().matrix("attention.q", query.outputs());
    FloatMatrix k = step.buffers().matrix("attention.k", key.outputs());
    FloatMatrix v = step.buffers().matrix("attention.v", value.outputs());
    step.ops().linear(query, x, q, step.rows());
    step.ops().linear(key, x, k, step.rows());
    step.ops().linear(value, x, v, step.rows());
    return step.projected(q.heads(queryHeads), k.heads(keyHeads), v.heads(valueHeads));
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
