package org.gta4j.measure;

import java.util.List;
import java.util.Optional;
import org.gta4j.attention.AttentionMask;
import org.gta4j.attention.AttentionShape;
import org.gta4j.cache.CacheLayout;
import org.gta4j.cache.RaggedBatch;
import org.gta4j.cache.SequenceCache;
import org.gta4j.ops.Ops;
import org.gta4j.ops.PackedHeads;
import org.gta4j.ops.PackedLinear;
import org.gta4j.tensor.FloatMatrix;
import org.gta4j.tensor.Heads;

/**
 * Operations of another implementation that count what they are asked to do: from the sizes that
 * arrive, not from the model's. Not thread-safe.
 */
final class CountingOps extends ForwardingOps {
  private StepCounts counts = StepCounts.NONE;

  CountingOps(Ops ops) {
    super(ops);
  }

  /** What was done since the last time this was asked. */
  StepCounts take() {
    StepCounts found = counts;
    counts = StepCounts.NONE;
    return found;
  }

  @Override
  public void linear(PackedLinear weights, FloatMatrix x, FloatMatrix out, int rows) {
    count(weights, rows);
    super.linear(weights, x, out, rows);
  }

  @Override
  public void linears(List<PackedLinear> layers, FloatMatrix x, FloatMatrix[] outs, int rows) {
    layers.forEach(layer -> count(layer, rows));
    super.linears(layers, x, outs, rows);
  }

  private void count(PackedLinear weights, int rows) {
    counts = counts.plusLinear((long) rows * weights.inputs() * weights.outputs());
  }

  @Override
  public void headLinear(PackedHeads weights, Heads x, Heads out, int rows) {
    counts =
        counts.plusLinear((long) rows * weights.heads() * weights.inputs() * weights.outputs());
    super.headLinear(weights, x, out, rows);
  }

  @Override
  public void store(RaggedBatch batch, int layer, Heads keys, Optional<Heads> values) {
    for (int slice = 0; slice < batch.slices(); slice++) {
      counts = counts.plusWritten(batch.rows(slice) * rowBytes(batch.sequence(slice)));
    }
    super.store(batch, layer, keys, values);
  }

  /** Bytes of a token in a layer. */
  private static long rowBytes(SequenceCache sequence) {
    CacheLayout layout = sequence.pool().layout();
    return layout.bytesPerToken() / layout.layers();
  }

  @Override
  public void attention(
      AttentionShape shape,
      AttentionMask mask,
      float scale,
      RaggedBatch batch,
      int layer,
      Heads queries,
      Heads attended) {
    for (int slice = 0; slice < batch.slices(); slice++) {
      int first = batch.past(slice);
      int last = first + batch.rows(slice) - 1;
      long pairs = 0;
      for (int position = first; position <= last; position++) {
        pairs += position - mask.firstVisible(position) + 1L;
      }
      long seen = last - mask.firstVisible(first) + 1L;
      counts =
          counts.plusAttention(
              pairs * shape.maps() * (shape.keyDim() + shape.valueDim()),
              seen * rowBytes(batch.sequence(slice)));
    }
    super.attention(shape, mask, scale, batch, layer, queries, attended);
  }
}
