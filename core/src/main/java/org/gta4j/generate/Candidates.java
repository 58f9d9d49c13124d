package org.gta4j.generate;

import java.util.Arrays;

/**
 * The tokens that a sampler chooses from, by falling logit; of equal ones the lower id first.
 *
 * <p>Which token is drawn is defined by sums in that order over the whole vocabulary. Few tokens
 * are looked at, so only those are sorted: a sum over all others is taken in any order, and where
 * that sum's last bits could decide, everything is sorted after all.
 */
final class Candidates {
  /** Fewer tokens than these are sorted at once. */
  private static final int SMALL = 1024;

  /** Keys that say where about the first ones end. */
  private static final int SAMPLE = 512;

  /** At least so many are sorted. */
  private static final int FIRST = 64;

  /** Roundings of a sum of n numbers, in n times the sum: more than two orders can be apart. */
  private static final double ROUNDINGS = 0x1p-49;

  /** By id: the logit in the upper half, so that larger ones are less, the id below. */
  private long[] keys = new long[0];

  /** The least keys, ascending, as many as {@link #sorted} says. */
  private long[] order = new long[0];

  private double[] weights = new double[0];
  private final long[] sample = new long[SAMPLE];
  private int sorted;
  private int count;

  /** Begins with all tokens. */
  void take(float[] logits) {
    if (keys.length != logits.length) {
      keys = new long[logits.length];
      order = new long[logits.length];
      weights = new double[logits.length];
    }
    long least = Long.MAX_VALUE;
    for (int id = 0; id < logits.length; id++) {
      keys[id] = key(logits[id], id);
      least = Math.min(least, keys[id]);
    }
    order[0] = least;
    sorted = 1;
    count = keys.length;
  }

  private static long key(float logit, int id) {
    int bits = Float.floatToRawIntBits(logit + 0f); // adding 0 makes the two zeros equal
    int ascending = bits ^ (bits >> 31 & 0x7FFFFFFF);
    return (long) ~ascending << 32 | id;
  }

  private static double logit(long key) {
    int ascending = ~(int) (key >> 32);
    return Float.intBitsToFloat(ascending ^ (ascending >> 31 & 0x7FFFFFFF));
  }

  /** Keeps those that top-k, top-p and min-p allow, in this order. */
  void restrict(Sampling sampling) {
    if (sampling.topK() > 0) {
      count = Math.min(count, sampling.topK());
    }
    if (sampling.topP() < 1) {
      count = reaching(sampling.topP());
    }
    if (sampling.minP() > 0) {
      count = Math.min(count, above(logit(order[0]) + Math.log(sampling.minP())));
    }
  }

  /** How many tokens together reach a probability. */
  private int reaching(double topP) {
    boolean exact = isSorted();
    double total = weigh(1);
    double goal = topP * total;
    double reached = 0;
    int kept = 0;
    while (kept < count) {
      if (!exact && isOpen(reached - goal, total)) {
        sort(count);
        return reaching(topP);
      }
      if (reached >= goal) {
        break;
      }
      sort(kept + 1);
      reached += weight(kept++, 1);
    }
    return Math.max(1, kept);
  }

  /** How many tokens have at least this logit, of the candidates or of all. */
  private int above(double least) {
    if (sorted < count) {
      float limit = (float) least;
      gather(key(limit < least ? Math.nextUp(limit) : limit, 0) | 0xFFFFFFFFL);
    }
    int kept = Math.min(sorted, count);
    while (kept > 1 && logit(order[kept - 1]) < least) {
      kept--;
    }
    return kept;
  }

  /**
   * Draws a token.
   *
   * @param uniform a random number from 0 to 1, without 1
   */
  int draw(double temperature, double uniform) {
    boolean exact = isSorted();
    double total = weigh(temperature);
    double left = uniform * total;
    for (int i = 0; i < count; i++) {
      sort(i + 1);
      left -= exact ? weights[i] : weight(i, temperature);
      if (!exact && isOpen(left, total)) {
        sort(count);
        return draw(temperature, uniform);
      }
      if (left < 0) {
        return (int) order[i];
      }
    }
    int last = count - 1; // Roundings have left a rest: the last one that may come at all.
    while (last > 0 && weight(last, temperature) == 0) {
      last--;
    }
    return (int) order[last];
  }

  /** Whether a difference of sums over all candidates could have another sign in their order. */
  private boolean isOpen(double difference, double total) {
    return Math.abs(difference) <= ROUNDINGS * count * total;
  }

  /** Whether all candidates are in order, as they always are once they are fewer than all. */
  private boolean isSorted() {
    if (count < keys.length) {
      sort(count);
    }
    return sorted >= count;
  }

  private double weight(int rank, double temperature) {
    return weight(order[rank], logit(order[0]), temperature);
  }

  private static double weight(long key, double largest, double temperature) {
    return Math.exp((logit(key) - largest) / temperature);
  }

  /** The sum of the candidates' weights, relative to the first: in order if they are. */
  private double weigh(double temperature) {
    double largest = logit(order[0]);
    double sum = 0;
    if (sorted >= count) {
      for (int i = 0; i < count; i++) {
        weights[i] = weight(order[i], largest, temperature);
        sum += weights[i];
      }
    } else {
      for (long key : keys) {
        sum += weight(key, largest, temperature);
      }
    }
    return sum;
  }

  /** Puts at least the first {@code wanted} tokens in order. */
  private void sort(int wanted) {
    if (wanted <= sorted) {
      return;
    }
    // Each time some times more, so that many small steps do not cost much.
    long goal = Math.max(wanted, Math.max(FIRST, 4L * sorted));
    if (keys.length > SMALL && goal < keys.length / 8) {
      int step = keys.length / SAMPLE;
      for (int i = 0; i < SAMPLE; i++) {
        sample[i] = keys[i * step];
      }
      Arrays.sort(sample);
      for (int at = (int) (goal * SAMPLE / keys.length) + 2; at < SAMPLE / 2; at *= 2) {
        if (gather(sample[at]) >= wanted) {
          return;
        }
      }
    }
    gather(Long.MAX_VALUE);
  }

  /** Puts all tokens up to a key in order; returns how many those are. */
  private int gather(long last) {
    int found = 0;
    for (long key : keys) {
      if (key <= last) {
        order[found++] = key;
      }
    }
    Arrays.sort(order, 0, found);
    sorted = found;
    return found;
  }
}
