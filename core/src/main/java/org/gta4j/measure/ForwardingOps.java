package org.gta4j.measure;

import java.util.List;
import java.util.Optional;
import org.gta4j.attention.AttentionMask;
import org.gta4j.attention.AttentionShape;
import org.gta4j.cache.CacheMemory;
import org.gta4j.cache.CacheType;
import org.gta4j.cache.RaggedBatch;
import org.gta4j.ops.GateActivation;
import org.gta4j.ops.MemoryReading;
import org.gta4j.ops.Ops;
import org.gta4j.ops.PackedHeads;
import org.gta4j.ops.PackedLinear;
import org.gta4j.ops.RotaryAngles;
import org.gta4j.tensor.DType;
import org.gta4j.tensor.FloatMatrix;
import org.gta4j.tensor.Heads;
import org.gta4j.tensor.Tensor;

/** Operations of another implementation, for those who want to look at some of them. */
class ForwardingOps implements Ops {
  private final Ops ops;

  ForwardingOps(Ops ops) {
    this.ops = ops;
  }

  @Override
  public void linear(PackedLinear weights, FloatMatrix x, FloatMatrix out, int rows) {
    ops.linear(weights, x, out, rows);
  }

  @Override
  public void linears(List<PackedLinear> layers, FloatMatrix x, FloatMatrix[] outs, int rows) {
    ops.linears(layers, x, outs, rows);
  }

  @Override
  public void headLinear(PackedHeads weights, Heads x, Heads out, int rows) {
    ops.headLinear(weights, x, out, rows);
  }

  @Override
  public void store(RaggedBatch batch, int layer, Heads keys, Optional<Heads> values) {
    ops.store(batch, layer, keys, values);
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
    ops.attention(shape, mask, scale, batch, layer, queries, attended);
  }

  @Override
  public String name() {
    return ops.name();
  }

  @Override
  public String describe(boolean quantized) {
    return ops.describe(quantized);
  }

  @Override
  public boolean quantizesInputsOf(DType weights) {
    return ops.quantizesInputsOf(weights);
  }

  @Override
  public String kernels() {
    return ops.kernels();
  }

  @Override
  public int threads() {
    return ops.threads();
  }

  @Override
  public boolean supportsWeights(DType dtype) {
    return ops.supportsWeights(dtype);
  }

  @Override
  public boolean supportsCache(CacheType type) {
    return ops.supportsCache(type);
  }

  @Override
  public PackedLinear pack(Tensor weight, Optional<Tensor> bias) {
    return ops.pack(weight, bias);
  }

  @Override
  public PackedHeads packHeads(Tensor weight) {
    return ops.packHeads(weight);
  }

  @Override
  public void embed(Tensor table, int[] ids, FloatMatrix out, int rows) {
    ops.embed(table, ids, out, rows);
  }

  @Override
  public void rmsNorm(float[] weight, float epsilon, Heads x, Heads out, int rows) {
    ops.rmsNorm(weight, epsilon, x, out, rows);
  }

  @Override
  public void rotate(RotaryAngles angles, Heads x, int rows) {
    ops.rotate(angles, x, rows);
  }

  @Override
  public void copyHeads(Heads x, Heads out, int rows) {
    ops.copyHeads(x, out, rows);
  }

  @Override
  public void add(FloatMatrix x, FloatMatrix y, int rows) {
    ops.add(x, y, rows);
  }

  @Override
  public void swiGlu(FloatMatrix gate, FloatMatrix up, int rows) {
    ops.swiGlu(gate, up, rows);
  }

  @Override
  public void sigmoidGate(FloatMatrix gate, FloatMatrix x, int rows) {
    ops.sigmoidGate(gate, x, rows);
  }

  @Override
  public void gate(GateActivation activation, FloatMatrix gate, FloatMatrix x, int rows) {
    ops.gate(activation, gate, x, rows);
  }

  @Override
  public CacheMemory cacheMemory() {
    return ops.cacheMemory();
  }

  @Override
  public MemoryReading reading(long bytes) {
    return ops.reading(bytes);
  }

  @Override
  public void close() {
    ops.close();
  }
}
