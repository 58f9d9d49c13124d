package org.gta4j.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What a size's measurements against GQA say together, in rows of a table. */
final class SpeedClaimSummary {
  /** A gain that was measured, and the one that was predicted. */
  private record Gain(double measured, double predicted) {}

  private final StringBuilder rows = new StringBuilder();
  private final String size;

  private SpeedClaimSummary(String size) {
    this.size = size;
  }

  /** Rows of a size's models, ours first, the one with grouped queries second. */
  static String rows(List<SweepModel> models, List<Integer> contexts) {
    SweepModel own = models.getFirst();
    SweepModel other = models.get(1);
    List<Gain> smallCache = new ArrayList<>();
    List<Gain> largeCache = new ArrayList<>();
    List<Gain> shortPrompts = new ArrayList<>();
    List<Gain> longPrompts = new ArrayList<>();
    for (int context : contexts) {
      for (int batch : SpeedClaim.BATCHES) {
        Optional<SweepPoint> ours = own.point(context, batch);
        Optional<SweepPoint> theirs = other.point(context, batch);
        if (ours.isPresent() && theirs.isPresent()) {
          (theirs.get().cacheShare() < 0.5 ? smallCache : largeCache)
              .add(
                  new Gain(
                      SpeedClaimPage.gain(ours.get(), theirs.get()),
                      SpeedClaimPage.predicted(ours.get(), theirs.get())));
        }
      }
      Optional<Double> ours = own.promptSeconds(context);
      Optional<Double> theirs = other.promptSeconds(context);
      if (ours.isPresent() && theirs.isPresent()) {
        double predicted =
            other.cost().prefillOperations(context, 0) / own.cost().prefillOperations(context, 0);
        (context <= 2048 ? shortPrompts : longPrompts)
            .add(new Gain(theirs.get() / ours.get(), predicted));
      }
    }
    SpeedClaimSummary summary = new SpeedClaimSummary(SpeedClaimPage.suffix(models));
    summary.row("decoding, cache less than half", smallCache);
    summary.row("decoding, cache half and more", largeCache);
    summary.row("prompts up to 2 048 tokens", shortPrompts);
    summary.row("longer prompts", longPrompts);
    return summary.rows.toString();
  }

  private void row(String work, List<Gain> gains) {
    if (gains.isEmpty()) {
      return;
    }
    double[] measured = gains.stream().mapToDouble(Gain::measured).sorted().toArray();
    double[] shares =
        gains.stream().mapToDouble(gain -> gain.measured() / gain.predicted()).sorted().toArray();
    rows.append(
        "| %s | %s | %d | %.2f to %.2f | %.0f to %.0f %%, half of them %.0f %% or more |%n"
            .formatted(
                size,
                work,
                gains.size(),
                measured[0],
                measured[measured.length - 1],
                100 * shares[0],
                100 * shares[shares.length - 1],
                100 * shares[shares.length / 2]));
  }
}
