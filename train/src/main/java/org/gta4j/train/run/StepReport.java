package org.gta4j.train.run;

import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * What a step was.
 *
 * @param step its number, from 1
 * @param loss the mean over its targets, in nats a token
 * @param tokens targets so far, of all steps
 * @param tokensPerSecond targets of this step by its time
 * @param learningRate the step's
 * @param gradientNorm before clipping
 * @param bytesSent what this process sent to other workers in this step, where there are any and
 *     the system counts it; those of its validation and of saving not
 * @param validationLoss in nats a token, where it was measured after this step
 */
public record StepReport(
    long step,
    double loss,
    long tokens,
    double tokensPerSecond,
    double learningRate,
    double gradientNorm,
    OptionalLong bytesSent,
    OptionalDouble validationLoss) {}
