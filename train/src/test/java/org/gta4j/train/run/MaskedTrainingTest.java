package org.gta4j.train.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.gta4j.tensor.Tensor;
import org.gta4j.train.batch.MaskedBatches;
import org.gta4j.train.batch.MaskedSequence;
import org.gta4j.train.block.Lora;
import org.gta4j.train.block.Parameters;
import org.gta4j.train.model.ParallelDecoder;
import org.gta4j.train.model.TrainableDecoder;
import org.gta4j.train.optim.AdamW;
import org.gta4j.train.workers.GlooWorkers;
import org.gta4j.train.workers.Rendezvous;
import org.gta4j.train.workers.Seat;
import org.gta4j.train.workers.Workers;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Answers of very different lengths: every learned token of a step counts alike, however its
 * sequences are parted among batches and workers.
 */
class MaskedTrainingTest {
  private static final int STEPS = 6;

  @TempDir private Path folder = Path.of("");

  /** Losses, then parameters. */
  private record Run(List<Double> losses, List<Float> parameters) {}

  /** Of one to forty tokens, of which the last are learned: one of them, or nearly all. */
  private static MaskedBatches batches(int together) {
    SplittableRandom random = new SplittableRandom(1);
    List<MaskedSequence> sequences = new ArrayList<>();
    for (int i = 0; i < 24; i++) {
      int length = i % 2 == 0 ? 40 : 4;
      int from = i % 3 == 0 ? 1 : length - 1;
      int[] ids = random.ints(length, 0, TinyTraining.VOCABULARY).toArray();
      boolean[] learned = new boolean[length];
      for (int at = from; at < length; at++) {
        learned[at] = true;
      }
      sequences.add(new MaskedSequence(ids, learned));
    }
    return new MaskedBatches(sequences, together, 3);
  }

  private static Run train(Workers workers, int micro, boolean adapted) {
    TrainingPlan plan = TinyTraining.plan(micro, 0);
    MaskedBatches batches = batches(plan.sequences());
    try (Parameters parameters = Parameters.random(TinyTraining.config(), plan.seed(), 0.02)) {
      if (adapted) {
        parameters.adapt(new Lora(4, 8, List.of("q_proj", "down_proj")), plan.seed());
      }
      try (ParallelDecoder model =
              new ParallelDecoder(
                  parameters, new TrainableDecoder.Mode(plan.precision(), false), 2);
          AdamW optimizer = new AdamW(parameters.trainedViews(), plan.adam())) {
        Trainer trainer =
            new Trainer(
                plan,
                model,
                optimizer,
                batches,
                Optional.empty(),
                workers,
                Trainer.share(
                    workers, parameters, optimizer, TrainingState.start(), Optional.empty()));
        List<Double> losses = new ArrayList<>();
        trainer.run((report, after) -> {
          losses.add(report.loss());
          if (report.step() == STEPS) {
            trainer.stop();
          }
        });
        List<Float> numbers = new ArrayList<>();
        for (Tensor tensor : parameters.trainedViews().values()) {
          for (float number : tensor.toFloats()) {
            numbers.add(number);
          }
        }
        return new Run(losses, numbers);
      }
    }
  }

  private Run train(int workers, int micro, boolean adapted) {
    if (workers == 1) {
      return train(Workers.alone(), micro, adapted);
    }
    Rendezvous place = new Rendezvous.File(folder.resolve("meeting-" + workers));
    List<Future<Run>> running = new ArrayList<>();
    try (ExecutorService pool = Executors.newFixedThreadPool(workers)) {
      for (int rank = 0; rank < workers; rank++) {
        Seat seat = new Seat(rank, workers, place, Duration.ofSeconds(30));
        running.add(
            pool.submit(() -> {
              try (Workers each = GlooWorkers.join(seat, "a test", other -> Optional.empty())) {
                return train(each, micro, adapted);
              }
            }));
      }
    }
    return running.getFirst().resultNow();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void everyLearnedTokenCountsAlike(boolean adapted) {
    Run whole = train(1, 6, adapted);
    assertThat(whole.losses()).hasSize(STEPS);
    assertClose(train(1, 1, adapted), whole);
    assertClose(train(1, 2, adapted), whole);
    assertClose(train(2, 1, adapted), whole);
    assertClose(train(3, 2, adapted), whole);
  }

  private static void assertClose(Run found, Run wanted) {
    for (int i = 0; i < STEPS; i++) {
      assertThat(found.losses().get(i))
          .as("loss %d", i)
          .isCloseTo(wanted.losses().get(i), within(1e-5));
    }
    // A gradient that is nothing but rounding moves a parameter as far as any other does.
    double apart = 0;
    for (int i = 0; i < wanted.parameters().size(); i++) {
      apart += Math.abs(found.parameters().get(i) - wanted.parameters().get(i));
    }
    assertThat(apart / wanted.parameters().size()).as("mean distance").isLessThan(1e-5);
  }
}
