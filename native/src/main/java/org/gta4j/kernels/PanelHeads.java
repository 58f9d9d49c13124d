package org.gta4j.kernels;

import java.lang.foreign.MemorySegment;
import org.gta4j.ops.PackedHeads;
import org.gta4j.tensor.DType;

/**
 * A matrix per head in panels, one head's behind the other's.
 *
 * @param dtype what the weights were
 * @param panels {@link PanelFormat#bytes} of memory for each head
 * @param bias zeros, whole units
 */
record PanelHeads(
    DType dtype, int heads, int inputs, int outputs, MemorySegment panels, MemorySegment bias)
    implements PackedHeads {}
