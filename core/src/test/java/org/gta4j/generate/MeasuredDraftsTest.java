package org.gta4j.generate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Machines and texts that are made up: what is proposed on them, and what time that takes. */
class MeasuredDraftsTest {
  private static final double STEP = 4e6;

  /** Eight rows take 1.6 times as long as one. */
  private static double memory(int rows) {
    return STEP * (1 + 0.086 * (rows - 1));
  }

  /** Each row takes as long as any other. */
  private static double arithmetic(int rows) {
    return STEP * rows;
  }

  private final SplittableRandom random = new SplittableRandom(1);
  private final MeasuredDrafts drafts = new MeasuredDrafts();

  /** What came of some steps. */
  private record Run(double nanos, long tokens, long drafted, long plainSteps, int steps) {
    double tokensPerStepTime() {
      return tokens * STEP / nanos;
    }
  }

  /** How many tokens of a proposal a text has. */
  private interface Text {
    int accepts(int drafted, SplittableRandom random);

    /** Each token is right with a probability, the ones before it being right. */
    static Text of(double chance) {
      return (drafted, random) -> {
        int accepted = 0;
        while (accepted < drafted && random.nextDouble() < chance) {
          accepted++;
        }
        return accepted;
      };
    }
  }

  private Run run(int steps, int matched, IntToDoubleFunction machine, Text text) {
    return run(steps, 1, matched, machine, text);
  }

  private Run run(int steps, int texts, int matched, IntToDoubleFunction machine, Text text) {
    double nanos = 0;
    long tokens = 0;
    long all = 0;
    long plain = 0;
    for (int step = 0; step < steps; step++) {
      drafts.begin(texts);
      int rows = texts;
      int[] drafted = new int[texts];
      for (int i = 0; i < texts; i++) {
        drafted[i] = drafts.draft(matched, DraftPolicy.MOST);
        assertThat(drafted[i]).isBetween(0, DraftPolicy.MOST);
        rows += drafted[i];
      }
      assertThat(rows).isLessThanOrEqualTo(Math.max(texts, MeasuredDrafts.MAX_ROWS));
      double time = machine.applyAsDouble(rows) * (0.95 + 0.1 * random.nextDouble());
      nanos += time;
      drafts.end((long) time);
      tokens += texts;
      for (int i = 0; i < texts; i++) {
        int accepted = text.accepts(drafted[i], random);
        tokens += accepted;
        if (drafted[i] > 0) {
          drafts.verified(matched, Math.min(drafted[i], accepted + 1), accepted);
        }
      }
      all += rows - texts;
      plain += rows == texts ? 1 : 0;
    }
    return new Run(nanos, tokens, all, plain, steps);
  }

  @Test
  void aCopiedTextIsSpeculatedInFromTheStart() {
    Run start = run(50, 16, MeasuredDraftsTest::memory, Text.of(0.97));
    assertThat(start.tokensPerStepTime()).isGreaterThan(3);
    Run later = run(2000, 16, MeasuredDraftsTest::memory, Text.of(0.97));
    // 15 proposals: 11 accepted, in 2.3 times the time.
    assertThat(later.tokensPerStepTime()).isBetween(5.2, 5.7);
    assertThat(later.plainSteps()).isBetween(20L, 60L);
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 4, 6, 9, 16})
  void whatIsHardlyEverRightCostsNextToNothing(int matched) {
    Run start = run(200, matched, MeasuredDraftsTest::memory, Text.of(0.02));
    assertThat(start.tokensPerStepTime()).isGreaterThan(0.9);
    Run later = run(5000, matched, MeasuredDraftsTest::memory, Text.of(0.02));
    assertThat(later.tokensPerStepTime()).isGreaterThan(0.985);
    assertThat(later.drafted()).as("but it is tried again").isPositive();
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 16})
  void whereEveryRowTakesAsLongAsAnyOtherNothingIsGainedAndNothingLost(int matched) {
    run(200, matched, MeasuredDraftsTest::arithmetic, Text.of(0.9));
    Run later = run(5000, matched, MeasuredDraftsTest::arithmetic, Text.of(0.9));
    assertThat(later.tokensPerStepTime()).isGreaterThan(0.985);
  }

  @Test
  void howManyAreProposedDependsOnHowManyAreRight() {
    run(1000, 4, MeasuredDraftsTest::memory, Text.of(0.5));
    Run half = run(3000, 4, MeasuredDraftsTest::memory, Text.of(0.5));
    run(1000, 9, MeasuredDraftsTest::memory, Text.of(0.99));
    Run nearlyAll = run(3000, 9, MeasuredDraftsTest::memory, Text.of(0.99));
    assertThat((double) half.drafted() / half.steps()).isBetween(1.0, 4.0);
    assertThat(half.tokensPerStepTime()).isGreaterThan(1.35);
    assertThat((double) nearlyAll.drafted() / nearlyAll.steps()).isGreaterThan(13);
  }

  @Test
  void runsThatAreRightAsAWholeOrNotAtAllAreJudgedAsWhatTheyAre() {
    Text text = (drafted, chance) -> chance.nextDouble() < 0.3 ? drafted : 0;
    run(500, 3, MeasuredDraftsTest::memory, text);
    // Of 15 tokens 4.5 are right in 2.3 times the time.
    assertThat(run(3000, 3, MeasuredDraftsTest::memory, text).tokensPerStepTime())
        .isGreaterThan(1.9);
  }

  @Test
  void itFollowsATextAndAMachineThatChange() {
    for (int round = 0; round < 3; round++) {
      run(600, 6, MeasuredDraftsTest::memory, Text.of(0.95));
      assertThat(run(500, 6, MeasuredDraftsTest::memory, Text.of(0.95)).tokensPerStepTime())
          .isGreaterThan(3.5);
      Run worse = run(600, 6, MeasuredDraftsTest::memory, Text.of(0.02));
      assertThat(worse.tokensPerStepTime()).isGreaterThan(0.9);
      worse = run(1000, 6, MeasuredDraftsTest::memory, Text.of(0.02));
      assertThat(worse.tokensPerStepTime()).isGreaterThan(0.985);
      Run slower = run(3000, 6, MeasuredDraftsTest::arithmetic, Text.of(0.95));
      assertThat(slower.tokensPerStepTime()).isGreaterThan(0.95);
      slower = run(1000, 6, MeasuredDraftsTest::arithmetic, Text.of(0.95));
      assertThat(slower.tokensPerStepTime()).isGreaterThan(0.985);
      run(2000, 6, MeasuredDraftsTest::memory, Text.of(0.95));
    }
  }

  @Test
  void aStepThatAnotherProgramHeldUpChangesNothing() {
    IntToDoubleFunction busy = rows -> memory(rows) * (random.nextInt(50) == 0 ? 20 : 1);
    run(300, 16, busy, Text.of(0.97));
    Run run = run(2000, 16, busy, Text.of(0.97));
    // A fiftieth of the steps takes 20 times as long, with proposals and without.
    assertThat(run.tokensPerStepTime()).isGreaterThan(4.5 / (1 + 19 / 50.0));
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 5, 12, 31, 40})
  void severalTextsShareTheRows(int texts) {
    run(300, texts, 16, MeasuredDraftsTest::memory, Text.of(0.97));
    Run run = run(2000, texts, 16, MeasuredDraftsTest::memory, Text.of(0.97));
    double alone = texts * STEP / memory(texts);
    assertThat(run.tokensPerStepTime()).isGreaterThan(alone * 0.97);
    if (texts < 6) {
      assertThat(run.tokensPerStepTime()).isGreaterThan(alone * 1.7);
    }
    Run useless = run(4000, texts, 4, MeasuredDraftsTest::memory, Text.of(0.02));
    assertThat(useless.tokensPerStepTime()).isGreaterThan(alone * 0.98);
  }
}
