package org.gta4j.kernels;

import java.lang.foreign.MemorySegment;
import org.gta4j.ops.PackedLinear;
import org.gta4j.tensor.DType;

/**
 * A linear layer in panels.
 *
 * @param dtype what the weights were
 * @param panels {@link PanelFormat#bytes} of memory
 * @param bias f32, whole units
 */
record PanelLinear(DType dtype, int inputs, int outputs, MemorySegment panels, MemorySegment bias)
    implements PackedLinear {}
