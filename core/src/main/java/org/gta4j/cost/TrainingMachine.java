package org.gta4j.cost;

import org.gta4j.tensor.DType;

/** Devices that share a training: how long each part of a step takes them. */
public sealed interface TrainingMachine permits Accelerators, SharedProcessors {
  /** What it is called on the command line. */
  String name();

  /** What people call it. */
  String label();

  /** Memory that each of so many devices has, in bytes. */
  double memoryBytes(int devices);

  /** What so many devices multiply and add a second at most: utilization is a part of that. */
  double peakOperations(DType products, int devices);

  /** What numbers take on their way between operations. */
  NumberBytes bytes(DType products);

  /** What of attention is kept for the backward pass. */
  KeptAttention keptAttention(DType products);

  /** How many batches a device computes side by side. */
  int together(TrainingSize size);

  /** Seconds of the batches of the device that has most, without the optimizer. */
  double passSeconds(TrainingPass pass, TrainingSize size);

  /**
   * Seconds of what is done to parameters, gradients and moments.
   *
   * @param bytes read and written by a device
   */
  double updateSeconds(double bytes, TrainingSize size);

  /** Seconds of adding up the gradients of a device's batches, where no product does that. */
  double addingSeconds(long parameters, TrainingSize size);

  /** What the device of a number sends to others in a step, in bytes. */
  long sentBytes(TrainingTraffic traffic, int rank);

  /** Seconds in which devices exchange a step's numbers. */
  double communicationSeconds(TrainingTraffic traffic);
}
