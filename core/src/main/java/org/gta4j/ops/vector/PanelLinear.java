package org.gta4j.ops.vector;

import java.lang.foreign.MemorySegment;
import org.gta4j.ops.PackedLinear;
import org.gta4j.tensor.DType;

/**
 * A linear layer in panels.
 *
 * @param dtype the type its weights had
 * @param format how they lie in {@code panels}
 * @param panels panel after panel of {@code blocks} blocks
 * @param bias one number an output, zeros up to whole panels
 */
record PanelLinear(
    DType dtype, PanelFormat format, int inputs, int outputs, MemorySegment panels, float[] bias)
    implements PackedLinear {
  /** Blocks of inputs. */
  int blocks() {
    return inputs / PanelFormat.INPUTS;
  }

  /** Bytes of a panel. */
  long panelBytes() {
    return (long) blocks() * format.blockBytes();
  }
}
