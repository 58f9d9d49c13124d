package org.gta4j.ops.vector;

import java.util.Optional;
import org.gta4j.tensor.DType;
import org.gta4j.tensor.block.PlainBlocks;

/**
 * How weights in blocks of 32 numbers lie after packing, so that vector lanes run over outputs: a
 * panel is {@link #OUTPUTS} outputs side by side, block after block of inputs. A block has {@value
 * #STEPS} steps, step i with inputs i and {@value #STEPS} + i of every output: of 4 bits in one
 * byte, of 8 bits in a row of bytes for each. Behind them lie the outputs' scales, and then their
 * minima if they have some, as f16.
 *
 * <pre>
 * 4 bits   [16 steps][outputs] bytes, the low half input i  | scales [outputs] | minima [outputs]
 * 8 bits   [16 steps][2][outputs] bytes                     | scales [outputs] | minima [outputs]
 * </pre>
 *
 * <p>Where numbers of 4 bits meet {@link QuantizedInputs} their bytes lie in pairs: an output of
 * the panel's first half and one of its second make a lane of 16 bits.
 */
enum PanelFormat {
  /** Q4_0: what is subtracted from each number is 8 scales. */
  NIBBLES_CENTRED(1, 1),
  /** Q4_1. */
  NIBBLES_WITH_MINIMA(1, 2),
  /** Q8_0 and Q5_0, whose numbers are signed. */
  BYTES(2, 1),
  /** Q5_1. */
  BYTES_WITH_MINIMA(2, 2);

  /** What Q4_0 subtracts from each number, in scales. */
  static final int CENTRE = 8;

  /** Vectors of outputs in a panel. */
  static final int VECTORS = 4;

  /** Outputs a panel. */
  static final int OUTPUTS = VECTORS * Lanes.COUNT;

  /** Inputs a block. */
  static final int INPUTS = PlainBlocks.ELEMENTS;

  /** Steps of two inputs in a block. */
  static final int STEPS = INPUTS / 2;

  private final int bytesAStep;
  private final int halves;

  PanelFormat(int bytesAStep, int halves) {
    this.bytesAStep = bytesAStep;
    this.halves = halves;
  }

  /** The format a type is packed in; empty where it is computed on as it lies in the file. */
  static Optional<PanelFormat> of(DType dtype) {
    return switch (dtype) {
      case Q4_0 -> Optional.of(NIBBLES_CENTRED);
      case Q4_1 -> Optional.of(NIBBLES_WITH_MINIMA);
      case Q8_0, Q5_0 -> Optional.of(BYTES);
      case Q5_1 -> Optional.of(BYTES_WITH_MINIMA);
      default -> Optional.empty();
    };
  }

  /** Whether two numbers share a byte. */
  boolean isNibbles() {
    return bytesAStep == 1;
  }

  /** Whether each output has a minimum beside its scale. */
  boolean hasMinima() {
    return halves == 2;
  }

  /** Bytes of a block's numbers, which its scales follow. */
  int numberBytes() {
    return STEPS * bytesAStep * OUTPUTS;
  }

  /** Bytes of a block. */
  int blockBytes() {
    return numberBytes() + halves * OUTPUTS * Short.BYTES;
  }

  /** Where an output's byte lies in a step of pairs. */
  static int paired(int output) {
    return output < OUTPUTS / 2 ? 2 * output : 2 * output - OUTPUTS + 1;
  }

  /** Panels that {@code outputs} outputs make; the last one is filled up with zeros. */
  static int panels(int outputs) {
    return Math.ceilDiv(outputs, OUTPUTS);
  }
}
