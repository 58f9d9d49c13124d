package org.gta4j.kernels;

import java.util.List;
import java.util.Optional;
import org.gta4j.attention.AttentionMask;
import org.gta4j.attention.AttentionShape;
import org.gta4j.cache.CacheMemory;
import org.gta4j.cache.CacheType;
import org.gta4j.cache.RaggedBatch;
import org.gta4j.ops.Activations;
import org.gta4j.ops.MemoryReading;
import org.gta4j.ops.Ops;
import org.gta4j.ops.OpsChecks;
import org.gta4j.ops.PackedHeads;
import org.gta4j.ops.PackedLinear;
import org.gta4j.ops.RotaryAngles;
import org.gta4j.ops.Workers;
import org.gta4j.tensor.DType;
import org.gta4j.tensor.FloatMatrix;
import org.gta4j.tensor.Heads;
import org.gta4j.tensor.Tensor;

/**
 * The operations in C, shared by worker threads. Weights are copied into panels that its kernels
 * read, and freed when it is closed.
 */
final class NativeOps implements Ops {
  private final Kernels kernels;
  private final Activations activations;
  private final Workers workers;
  private final WeightMemory memory;
  private final Packing packing;
  private final LinearTask linear;
  private final RowTask rows;
  private final EmbedTask embed;
  private final StoreTask store;
  private final AttentionTask attention;

  NativeOps(Kernels kernels, int threads, Activations activations) {
    this.kernels = kernels;
    this.activations = activations;
    workers = new Workers(threads);
    memory = new WeightMemory(kernels);
    packing = new Packing(kernels, workers, memory);
    linear = new LinearTask(kernels, workers, activations == Activations.AUTO);
    rows = new RowTask(kernels, workers);
    embed = new EmbedTask(kernels);
    store = new StoreTask(kernels, workers);
    attention = new AttentionTask(kernels, workers);
  }

  @Override
  public String name() {
    return "native";
  }

  @Override
  public String describe(boolean quantized) {
    return "native: C kernels, %s (%s), %s activations, %d %s"
        .formatted(
            kernels.level().label(),
            kernels.why(),
            quantized && activations == Activations.AUTO
                ? "8-bit (f32 where weights are not quantized)"
                : "f32",
            threads(),
            threads() == 1 ? "thread" : "threads");
  }

  @Override
  public String kernels() {
    return kernels.level().label();
  }

  @Override
  public boolean quantizesInputsOf(DType weights) {
    return activations == Activations.AUTO && weights.isQuantized();
  }

  @Override
  public CacheMemory cacheMemory() {
    return (least, most, arena) -> WeightMemory.forCache(kernels, least, most, arena);
  }

  @Override
  public MemoryReading reading(long bytes) {
    return new NativeReading(kernels, workers, bytes);
  }

  @Override
  public int threads() {
    return workers.count();
  }

  @Override
  public boolean supportsWeights(DType dtype) {
    return dtype.isWeight();
  }

  @Override
  public boolean supportsCache(CacheType type) {
    return true;
  }

  @Override
  public PackedLinear pack(Tensor weight, Optional<Tensor> bias) {
    return packing.linear(weight, bias);
  }

  @Override
  public PackedHeads packHeads(Tensor weight) {
    return packing.heads(weight);
  }

  @Override
  public void embed(Tensor table, int[] ids, FloatMatrix out, int count) {
    OpsChecks.embed(table, ids, out, count);
    embed.run(table, ids, out, count);
  }

  @Override
  public void linear(PackedLinear weights, FloatMatrix x, FloatMatrix out, int count) {
    OpsChecks.linear(weights, x, out, count);
    PanelLinear own = (PanelLinear) weights;
    linear.run(
        own.dtype(),
        own.inputs(),
        own.outputs(),
        own.panels(),
        own.bias(),
        x.heads(1),
        out.heads(1),
        count);
  }

  @Override
  public void linears(List<PackedLinear> layers, FloatMatrix x, FloatMatrix[] outs, int count) {
    OpsChecks.linears(layers, x, outs, count);
    linear.run(layers, x, outs, count);
  }

  @Override
  public void headLinear(PackedHeads weights, Heads x, Heads out, int count) {
    OpsChecks.headLinear(weights, x, out, count);
    PanelHeads own = (PanelHeads) weights;
    linear.run(own.dtype(), own.inputs(), own.outputs(), own.panels(), own.bias(), x, out, count);
  }

  @Override
  public void rmsNorm(float[] weight, float epsilon, Heads x, Heads out, int count) {
    OpsChecks.rmsNorm(weight, x, out, count);
    rows.rmsNorm(weight, epsilon, x, out, count);
  }

  @Override
  public void rotate(RotaryAngles angles, Heads x, int count) {
    OpsChecks.rotate(angles, x, count);
    rows.rotate(angles, x, count);
  }

  @Override
  public void copyHeads(Heads x, Heads out, int count) {
    OpsChecks.copyHeads(x, out, count);
    rows.copyHeads(x, out, count);
  }

  @Override
  public void add(FloatMatrix x, FloatMatrix y, int count) {
    OpsChecks.pair("add", x, y, count);
    rows.elements(kernels.add, x, y, count);
  }

  @Override
  public void swiGlu(FloatMatrix gate, FloatMatrix up, int count) {
    OpsChecks.pair("swiGlu", gate, up, count);
    rows.elements(kernels.swiGlu, gate, up, count);
  }

  @Override
  public void sigmoidGate(FloatMatrix gate, FloatMatrix x, int count) {
    OpsChecks.pair("sigmoidGate", gate, x, count);
    rows.elements(kernels.sigmoidGate, x, gate, count);
  }

  @Override
  public void store(RaggedBatch batch, int layer, Heads keys, Optional<Heads> values) {
    OpsChecks.store(batch, layer, keys, values);
    if (batch.rows() > 0) {
      store.run(batch, layer, keys, values);
    }
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
    OpsChecks.attention(shape, batch, layer, queries, attended);
    if (batch.rows() > 0) {
      attention.run(shape, mask, scale, batch, layer, queries, attended);
    }
  }

  @Override
  public void close() {
    workers.close();
    linear.close();
    rows.close();
    embed.close();
    store.close();
    attention.close();
    memory.close();
  }
}
