package org.gta4j.cost;

import org.gta4j.model.ModelConfig;

/**
 * What a step of a training costs the devices that share it.
 *
 * @param size how it is cut up and shared
 * @param computeSeconds of the batches, the sum of their gradients, and the change of parameters
 * @param communicationSeconds in which devices exchange gradients and parameters
 * @param hiddenSeconds of those in which they compute as well
 * @param sentBytes what a device sends, of the one that sends most
 * @param memory of the device that has most
 * @param modelOperations what the model asks for in a step, whatever the implementation
 * @param utilization of what all devices could multiply and add meanwhile (MFU)
 */
public record TrainingCost(
    TrainingSize size,
    double computeSeconds,
    double communicationSeconds,
    double hiddenSeconds,
    long sentBytes,
    DeviceMemory memory,
    double modelOperations,
    double utilization) {
  /** Parameter, gradient and both moments are read, all but the gradient written. */
  private static final int ADAM_BYTES = 7 * Float.BYTES;

  /** The gradients' length is taken before that. */
  private static final int NORM_BYTES = Float.BYTES;

  private static final double SECONDS_A_DAY = 86_400;

  /**
   * Plans a step.
   *
   * @param overlapped whether gradients travel while the last batch's backward pass goes on, as
   *     PyTorch's DistributedDataParallel has them do (Li et al., arXiv 2006.15704); {@code gta
   *     train} exchanges them behind it
   */
  public static TrainingCost of(
      ModelConfig config, TrainingSize size, TrainingMachine machine, boolean overlapped) {
    TrainingPass pass =
        TrainingPass.of(
            config,
            size.microSequences(),
            size.length(),
            machine.bytes(size.products()),
            size.recompute());
    long numbers = config.parameters();
    double owned =
        size.sharded()
            ? (double) new GradientBuckets(numbers, size.devices()).owned(0)
            : (double) numbers;
    double passes = machine.passSeconds(pass, size);
    double compute =
        passes
            + machine.addingSeconds(numbers, size)
            + machine.updateSeconds((ADAM_BYTES + NORM_BYTES) * owned, size);
    TrainingTraffic traffic = new TrainingTraffic(numbers, size.devices(), size.sharded());
    double communication = machine.communicationSeconds(traffic);
    // Of a ring's two halves with ZeRO-1 the second comes behind the change of parameters.
    double early = communication * (size.sharded() ? 0.5 : 1);
    double behind = passes / size.ownParts() * 2 / 3; // two of the three parts of the last batch
    double hidden = overlapped ? Math.min(early, behind) : 0;
    long sent = 0;
    for (int rank = 0; rank < size.devices(); rank++) {
      sent = Math.max(sent, machine.sentBytes(traffic, rank));
    }
    double operations = pass.modelOperations(config) / size.microSequences() * size.sequences();
    double seconds = compute + communication - hidden;
    return new TrainingCost(
        size,
        compute,
        communication,
        hidden,
        sent,
        DeviceMemory.of(config, size, machine),
        operations,
        operations / seconds / machine.peakOperations(size.products(), size.devices()));
  }

  /** A step's time. */
  public double stepSeconds() {
    return computeSeconds + communicationSeconds - hiddenSeconds;
  }

  /** Tokens of all devices. */
  public double tokensPerSecond() {
    return size.tokens() / stepSeconds();
  }

  /** Days of a training of so many tokens. */
  public double days(double tokens) {
    return tokens / tokensPerSecond() / SECONDS_A_DAY;
  }

  /** Whether devices exchange longer than they compute. */
  public boolean isCommunicationBound() {
    return communicationSeconds > computeSeconds;
  }
}
