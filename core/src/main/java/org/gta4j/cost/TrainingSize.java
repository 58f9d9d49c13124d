package org.gta4j.cost;

import org.gta4j.model.ModelConfig;
import org.gta4j.tensor.DType;

/**
 * How a training's step is cut up and shared.
 *
 * @param sequences sequences a step
 * @param length tokens of each
 * @param microSequences sequences of a batch, which is computed at once
 * @param devices how many share the batches
 * @param products what matrix products are computed in, f32 or bf16; parameters, gradients and
 *     moments are f32 in either
 * @param sharded whether the optimizer's moments are divided among the devices (ZeRO-1), instead of
 *     being there once for each
 * @param recompute whether layers keep their input alone for the backward pass
 */
public record TrainingSize(
    int sequences,
    int length,
    int microSequences,
    int devices,
    DType products,
    boolean sharded,
    boolean recompute) {
  /** The part of a memory that a plan counts on. */
  private static final double USED = 0.9;

  /** Checks the numbers, and that every device has something to do. */
  public TrainingSize {
    if (sequences < 1 || length < 1 || devices < 1) {
      throw new IllegalArgumentException(
          "expected sequences, tokens and devices, found %d of %d on %d"
              .formatted(sequences, length, devices));
    }
    if (microSequences < 1 || microSequences > sequences) {
      throw new IllegalArgumentException(
          "sequences at once: expected 1 to %d, found %d".formatted(sequences, microSequences));
    }
    if (products != DType.F32 && products != DType.BF16) {
      throw new IllegalArgumentException(
          "matrix products: expected f32 or bf16, found " + products.label());
    }
    if (devices > sequences) {
      throw new IllegalArgumentException(
          "devices: expected at most %d, one for each sequence of a step, found %d"
              .formatted(sequences, devices));
    }
  }

  /** In how many batches a step is computed. */
  public int parts() {
    return Math.ceilDiv(sequences, microSequences);
  }

  /** Batches of the device that has most of them: the others wait for it. */
  public int ownParts() {
    return Math.ceilDiv(parts(), devices);
  }

  /** The same with other batches. */
  TrainingSize withMicroSequences(int count) {
    return new TrainingSize(sequences, length, count, devices, products, sharded, recompute);
  }

  /**
   * The same with the batches by which the device that has most has least, and of those the largest
   * that leave a tenth of its memory free; of one sequence where none do.
   */
  public TrainingSize fitting(ModelConfig config, TrainingMachine machine) {
    TrainingSize best = withMicroSequences(1);
    for (int count = 2; count <= Math.ceilDiv(sequences, devices); count++) {
      TrainingSize larger = withMicroSequences(count);
      if (DeviceMemory.of(config, larger, machine).total() > USED * machine.memoryBytes(devices)) {
        break;
      }
      if (larger.ownSequences() <= best.ownSequences()) {
        best = larger;
      }
    }
    return best;
  }

  /** Sequences of the device that has most, or would have if the last batch were whole. */
  private long ownSequences() {
    return (long) ownParts() * microSequences;
  }

  /** Tokens a step. */
  public long tokens() {
    return (long) sequences * length;
  }
}
