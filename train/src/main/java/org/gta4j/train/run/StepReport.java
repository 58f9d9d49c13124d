package org.gta4j.train.run;

import java.util.OptionalDouble;

/**
 * What a step was.
 *
 * @param step its number, from 1
 * @param loss the mean over its targets, in nats a token
 * @param tokens targets so far, of all steps
 * @param tokensPerSecond targets of this step by its time
 * @param learningRate the step's
 * @param gradientNorm before clipping
 * @param validationLoss in nats a token, where it was measured after this step
 */
public record StepReport(
    long step,
    double loss,
    long tokens,
    double tokensPerSecond,
    double learningRate,
    double gradientNorm,
    OptionalDouble validationLoss) {}
