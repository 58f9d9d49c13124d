package org.gta4j.cli;

import java.util.Optional;
import java.util.SplittableRandom;
import org.gta4j.generate.Sampling;

/** How the next token is chosen. */
final class SamplingOptions {
  private final Setting<Double> temperature =
      Setting.number(
          "--temperature",
          "X",
          "0: always the most probable token (the default, as Hugging Face's generate); 1: as the model says; higher: more surprising.");
  private final Setting<Integer> topK =
      Setting.integer("--top-k", "N", "Only the N most probable tokens (default: 0, all).");
  private final Setting<Double> topP =
      Setting.number(
          "--top-p",
          "X",
          "Only the most probable tokens that together reach this (default: 1, all).");
  private final Setting<Double> minP =
      Setting.number(
          "--min-p",
          "X",
          "Only tokens this times as probable as the most probable one (default: 0, all).");
  private final Setting<Double> repeatPenalty =
      Setting.number(
          "--repeat-penalty",
          "X",
          "Above 1 makes tokens less probable that occurred (default: 1).");

  /** Options for {@code verb}. */
  SamplingOptions(Verb verb) {
    verb.add(temperature, topK, topP, minP, repeatPenalty);
  }

  /** The checked options; without a seed the random numbers are others every time. */
  Sampling sampling(Optional<Long> seed) {
    long begin = seed.isPresent() ? seed.get() : new SplittableRandom().nextInt(Integer.MAX_VALUE);
    try {
      return new Sampling(
          temperature.or(0.0),
          topK.or(0),
          topP.or(1.0),
          minP.or(0.0),
          repeatPenalty.or(1.0),
          begin);
    } catch (IllegalArgumentException e) {
      throw UsageException.of(e);
    }
  }

  /** Says so where an option has no effect because the choice is greedy. */
  void report(Terminal terminal) {
    if (temperature.or(0.0) == 0 && (topK.isGiven() || topP.isGiven() || minP.isGiven())) {
      terminal.say(
          "--top-k, --top-p and --min-p change nothing at temperature 0: add --temperature 0.8, say");
    }
  }
}
