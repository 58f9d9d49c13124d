package org.gta4j.cli;

import java.util.Optional;
import java.util.SplittableRandom;
import org.gta4j.embedded.EmbeddedModel;
import org.gta4j.generate.Sampling;

/** How the next token is chosen. */
public final class SamplingOptions {
  private final Sampling usual;
  private final Setting<Double> temperature;
  private final Setting<Integer> topK;
  private final Setting<Double> topP;
  private final Setting<Double> minP;
  private final Setting<Double> repeatPenalty;

  /** Options for {@code verb}, greedy where none is given. */
  public SamplingOptions(Verb verb) {
    this(verb, Sampling.greedy());
  }

  /** Options for {@code verb}; what is not given is as {@code usual}. */
  SamplingOptions(Verb verb, Sampling usual) {
    this.usual = usual;
    temperature =
        Setting.number(
            "--temperature",
            "X",
            "0: always the most probable token; 1: as the model says; higher: more surprising (default: %s)."
                .formatted(brief(usual.temperature())));
    topK =
        Setting.integer(
            "--top-k",
            "N",
            "Only the N most probable tokens; 0: all (default: %d).".formatted(usual.topK()));
    topP =
        Setting.number(
            "--top-p",
            "X",
            "Only the most probable tokens that together reach this; 1: all (default: %s)."
                .formatted(brief(usual.topP())));
    minP =
        Setting.number(
            "--min-p",
            "X",
            "Only tokens this times as probable as the most probable one; 0: all (default: %s)."
                .formatted(brief(usual.minP())));
    repeatPenalty =
        Setting.number(
            "--repeat-penalty",
            "X",
            "Above 1 makes tokens less probable that occurred (default: %s; of the embedded model %s)."
                .formatted(brief(usual.repeatPenalty()), brief(EmbeddedModel.REPEAT_PENALTY)));
    verb.add(temperature, topK, topP, minP, repeatPenalty);
  }

  private static String brief(double value) {
    return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
  }

  /**
   * The checked options; without a seed the random numbers are others every time.
   *
   * @param embedded whether it is for the embedded model
   */
  public Sampling sampling(Optional<Long> seed, boolean embedded) {
    long begin = seed.isPresent() ? seed.get() : new SplittableRandom().nextInt(Integer.MAX_VALUE);
    try {
      return new Sampling(
          temperature.or(usual.temperature()),
          topK.or(usual.topK()),
          topP.or(usual.topP()),
          minP.or(usual.minP()),
          repeatPenalty.or(embedded ? EmbeddedModel.REPEAT_PENALTY : usual.repeatPenalty()),
          begin);
    } catch (IllegalArgumentException e) {
      throw UsageException.of(e);
    }
  }

  /** Says so where an option has no effect because the choice is greedy. */
  public void report(Terminal terminal) {
    if (temperature.or(usual.temperature()) == 0
        && (topK.or(0) != 0 || topP.or(1.0) != 1 || minP.or(0.0) != 0)) {
      terminal.say(
          "--top-k, --top-p and --min-p change nothing at temperature 0: add --temperature 0.8,"
              + " say");
    }
  }
}
