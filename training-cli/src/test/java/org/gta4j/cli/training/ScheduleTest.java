package org.gta4j.cli.training;

import static org.assertj.core.api.Assertions.assertThat;

import org.gta4j.train.block.Precision;
import org.gta4j.train.run.TrainingPlan;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ScheduleTest {
  private static TrainingPlan plan(long steps, double warmup) {
    return new Schedule(steps, 128, 64, 2e-5, warmup, 0.1, 0.9, 0.95, 0, Precision.F32, false)
        .plan(64, 0);
  }

  @ParameterizedTest
  @CsvSource({"1, 0", "3, 0", "5, 0", "9, 0", "10, 1", "19, 1", "25, 2", "1000, 100"})
  void aWarmUpThatNobodyAskedForTakesAtMostEveryTenthStep(long steps, long wanted) {
    TrainingPlan plan = plan(steps, Recipe.finetuning(true).warmup(steps));
    assertThat(plan.rate().warmupSteps()).isEqualTo(wanted);
  }

  @ParameterizedTest
  @CsvSource({"9, 0", "10, 1", "30, 2", "1000, 50"})
  void theRecipesShorterOneStays(long steps, long wanted) {
    TrainingPlan plan = plan(steps, Recipe.of("gta-tiny").warmup(steps));
    assertThat(plan.rate().warmupSteps()).isEqualTo(wanted);
  }

  @Test
  void whatIsAskedForIsDoneAndTheRateIsSaid() {
    assertThat(plan(3, 1).rate().warmupSteps()).isEqualTo(3);
    assertThat(plan(5, 0.5).rate().warmupSteps()).isEqualTo(3);
    assertThat(Schedule.inWords(plan(5, 0.5)))
        .isEqualTo("5 steps of 2 sequences, the learning rate rising within 3 steps to 2.0e-05");
    assertThat(Schedule.inWords(plan(1, 0)))
        .isEqualTo("1 step of 2 sequences, without a warm-up, learning rate 2.0e-05");
  }
}
