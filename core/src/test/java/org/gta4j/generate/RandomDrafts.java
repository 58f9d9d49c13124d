package org.gta4j.generate;

import java.util.SplittableRandom;

/** Proposes any number of tokens, and counts what came of them. */
final class RandomDrafts implements DraftPolicy {
  private final SplittableRandom random;
  private final int most;
  private int accepted;
  private int refused;

  /** At most so many at a time. */
  RandomDrafts(long seed, int most) {
    random = new SplittableRandom(seed);
    this.most = most;
  }

  int accepted() {
    return accepted;
  }

  int refused() {
    return refused;
  }

  @Override
  public void begin(int texts) {}

  @Override
  public int draft(int matched, int room) {
    return random.nextInt(Math.min(most, room) + 1);
  }

  @Override
  public void verified(int matched, int judged, int right) {
    accepted += right;
    refused += judged - right;
  }

  @Override
  public void end(long nanos) {}
}
