package org.gta4j.generate;

/**
 * Proposes as many tokens as pay: those expected to be accepted, by how often such ones were,
 * against what a step with so many rows takes longer, by how long such ones took. All of that is
 * measured while texts are continued, nothing is known of the machine or the model before.
 *
 * <p>What does not pay is tried again now and then, since it may after all in another text or on a
 * machine that has become quiet: trials may take {@link #TRIALS} of the time. And a step without
 * proposals is computed now and then while they pay, so that the comparison is with the present.
 */
final class MeasuredDrafts implements DraftPolicy {
  /** Steps with more rows are not speculated in: they are limited by arithmetic, not by memory. */
  static final int MAX_ROWS = 32;

  /** How many tokens may be proposed: one less than kernels take in tiles of rows. */
  private static final int[] DRAFTS = {1, 3, 7, MOST};

  /** How many are proposed in one trial after another: mostly few, which costs least. */
  private static final int[] TRIAL_DRAFTS = {1, 3, 1, 7, 1, 3, 1, MOST};

  /** What must be gained at least. */
  private static final double MARGIN = 1.05;

  /** The part of the time that trials may take. */
  static final double TRIALS = 0.01;

  /** Steps after which the time of one without proposals is measured again. */
  private static final int PLAIN_EVERY = 64;

  /** What a row more is taken to cost before it was measured, in times of a step. */
  private static final double GUESSED_ROW = 0.08;

  /** How much a step's time counts in the moving estimate where it is longer, and shorter. */
  private static final double LONGER_WEIGHT = 0.2;

  private static final double SHORTER_WEIGHT = 0.5;

  /** How much a verified token counts at least: the last dozens decide. */
  private static final double TOKEN_WEIGHT = 1.0 / 16;

  /** Matches by their length: how probable what follows is, differs most by that. */
  private static final int[] CLASSES = {2, 3, 4, 6, 9, PromptLookup.LONGEST};

  /** How probable a first token is taken to be before any was verified. */
  private static final double[] GUESSED = {0.3, 0.45, 0.6, 0.75, 0.85, 0.9};

  /** How probable a further token is taken to be, that one accepted. */
  private static final double GUESSED_NEXT = 0.85;

  /** By rows: a step's time in nanoseconds, 0 before it was measured, and when that was. */
  private final double[] times = new double[MAX_ROWS + 1];

  private final long[] measured = new long[MAX_ROWS + 1];

  /** By class and place in the proposal: how probable a token is if those before it were right. */
  private final double[][] chances = new double[CLASSES.length][MOST];

  private final int[][] judgements = new int[CLASSES.length][MOST];

  private long steps;
  private int texts;
  private int rows;
  private double tokens;
  private boolean plain;
  private boolean isTrial;
  private int nextTrial;
  private double trialNanos;

  /** Without any measurement. */
  MeasuredDrafts() {
    for (int i = 0; i < CLASSES.length; i++) {
      for (int place = 0; place < MOST; place++) {
        chances[i][place] = place == 0 ? GUESSED[i] : Math.max(GUESSED[i], GUESSED_NEXT);
      }
    }
  }

  @Override
  public void begin(int count) {
    steps++;
    texts = count;
    rows = count;
    tokens = count;
    isTrial = false;
    // The first steps of a process are slower than any other: they are measured more often.
    plain =
        rows >= MAX_ROWS
            || times[rows] == 0
            || steps - measured[rows] > Math.min(PLAIN_EVERY, Math.max(4, steps / 4));
  }

  @Override
  public int draft(int matched, int most) {
    if (plain) {
      return 0;
    }
    int group = group(matched);
    int room = Math.min(most, MAX_ROWS - rows);
    int best = 0;
    double bestRate = MARGIN * tokens / time(rows);
    for (int draft : DRAFTS) {
      double rate = draft > room ? 0 : (tokens + expected(group, draft)) / time(rows + draft);
      if (rate > bestRate) {
        best = draft;
        bestRate = rate;
      }
    }
    int trial = TRIAL_DRAFTS[nextTrial];
    if (!isTrial
        && trial != best
        && trial <= room
        && time(rows + trial) - time(rows) < trialNanos) {
      isTrial = true;
      best = trial;
      nextTrial = (nextTrial + 1) % TRIAL_DRAFTS.length;
    } else if (trial == best || trial > room) {
      nextTrial = (nextTrial + 1) % TRIAL_DRAFTS.length; // is measured anyway, or cannot be now
    }
    rows += best;
    tokens += expected(group, best);
    return best;
  }

  private static int group(int matched) {
    int group = CLASSES.length - 1;
    while (matched < CLASSES[group]) {
      group--;
    }
    return group;
  }

  /** How many tokens of a proposal are expected to be accepted. */
  private double expected(int group, int draft) {
    double all = 1;
    double sum = 0;
    for (int place = 0; place < draft; place++) {
      all *= chances[group][place];
      sum += all;
    }
    return sum;
  }

  /** What a step with so many rows takes: as measured, or guessed from one with fewer rows. */
  private double time(int count) {
    int nearest = count;
    while (times[nearest] == 0) {
      nearest--; // the plain step at least was measured
    }
    double time = times[nearest] * (1 + GUESSED_ROW * (count - nearest));
    return Math.max(time, times[texts]);
  }

  @Override
  public void verified(int matched, int judged, int accepted) {
    int group = group(matched);
    for (int place = 0; place < judged; place++) {
      int before = judgements[group][place]++;
      double weight = Math.max(TOKEN_WEIGHT, 1.0 / (before + 4)); // the guess counts as three
      chances[group][place] += weight * ((place < accepted ? 1 : 0) - chances[group][place]);
    }
  }

  @Override
  public void end(long nanos) {
    if (rows > MAX_ROWS) {
      return;
    }
    trialNanos += TRIALS * nanos;
    if (isTrial) {
      // As if nothing had been accepted: that errs on the safe side.
      trialNanos -= Math.max(0, nanos - times[texts]);
    }
    trialNanos = Math.min(trialNanos, MOST * times[texts]);
    double time = Math.max(1, nanos);
    double known = times[rows];
    if (known == 0) {
      times[rows] = time;
    } else if (time < known) {
      times[rows] += SHORTER_WEIGHT * (time - known); // the first steps of a process are longest
    } else {
      // Another program's turn of the processor is no reason to expect it in every step.
      times[rows] += LONGER_WEIGHT * (Math.min(time, 2 * known) - known);
    }
    measured[rows] = steps;
  }
}
