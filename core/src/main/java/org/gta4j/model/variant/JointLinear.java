package org.gta4j.model.variant;

import java.util.List;
import org.gta4j.ops.PackedLinear;
import org.gta4j.tensor.FloatMatrix;

/**
 * Linear layers that read the same hidden state, computed in one go: the state is prepared once,
 * and threads share the outputs of all.
 */
public final class JointLinear {
  private final List<Part> parts;
  private final List<PackedLinear> layers;
  private final FloatMatrix[] outs;

  /**
   * One of the layers.
   *
   * @param buffer the name of the matrix that its result goes to
   * @param layer the layer
   */
  public record Part(String buffer, PackedLinear layer) {}

  /** Layers with equally many inputs. */
  public JointLinear(List<Part> parts) {
    this.parts = List.copyOf(parts);
    layers = parts.stream().map(Part::layer).toList();
    outs = new FloatMatrix[layers.size()];
  }

  /** Computes all of them from {@code x} [rows, inputs]. */
  public void project(FloatMatrix x, AttentionLayer.Step step) {
    for (int i = 0; i < outs.length; i++) {
      outs[i] = out(i, step);
    }
    step.ops().linears(layers, x, outs, step.rows());
  }

  /** The matrix that the result of layer number {@code index} is in, until its next use. */
  public FloatMatrix out(int index, AttentionLayer.Step step) {
    Part part = parts.get(index);
    return step.buffers().matrix(part.buffer(), part.layer().outputs());
  }
}
