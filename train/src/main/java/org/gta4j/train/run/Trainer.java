package org.gta4j.train.run;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SequencedMap;
import org.gta4j.tensor.Tensor;
import org.gta4j.train.batch.Batch;
import org.gta4j.train.batch.Batches;
import org.gta4j.train.block.Precision;
import org.gta4j.train.model.Dropout;
import org.gta4j.train.model.ParallelDecoder;
import org.gta4j.train.optim.AdamW;
import org.gta4j.train.optim.GradientNorm;

/**
 * Makes the steps of a plan. Each depends on nothing but parameters, moments, plan, data and the
 * step's number, so that a training that goes on from a checkpoint gives the same bits as one that
 * was never interrupted.
 *
 * <p>Not thread-safe; {@link #stop} may be called by any thread.
 */
public final class Trainer {
  /** What happens between steps. */
  public interface Listener {
    /** A step is made, and the state after it could be saved. */
    void stepped(StepReport report, TrainingState state);
  }

  /**
   * Validation between steps.
   *
   * @param batches held-out sequences; the first {@code sequences} of them are measured
   * @param sequences how many
   * @param every steps from one measurement to the next
   */
  public record Validation(Batches batches, int sequences, long every) {}

  private final TrainingPlan plan;
  private final ParallelDecoder model;
  private final AdamW optimizer;
  private final Batches batches;
  private final Optional<Validation> validation;
  private TrainingState state;
  private volatile boolean stopped;

  /**
   * A training that goes on from a state.
   *
   * @param optimizer over the model's parameters, with the moments of that state
   */
  public Trainer(
      TrainingPlan plan,
      ParallelDecoder model,
      AdamW optimizer,
      Batches batches,
      Optional<Validation> validation,
      TrainingState state) {
    this.plan = plan;
    this.model = model;
    this.optimizer = optimizer;
    this.batches = batches;
    this.validation = validation;
    this.state = state;
  }

  /** Where it is. */
  public TrainingState state() {
    return state;
  }

  /** Asks {@link #run} to return after the step it is at. */
  public void stop() {
    stopped = true;
  }

  /** Whether the plan's last step is made. */
  public boolean isFinished() {
    return state.step() >= plan.steps();
  }

  /**
   * Makes steps until the plan's last, or until it is stopped.
   *
   * @throws TrainingException if loss or gradients are no finite numbers, or the loss has left
   *     where it was; parameters are then those before the step
   */
  public void run(Listener listener) {
    while (!isFinished() && !stopped) {
      StepReport report = step();
      listener.stepped(report, state);
    }
  }

  private StepReport step() {
    long number = state.step() + 1;
    long begin = System.nanoTime();
    List<Batch> parts = read(number);
    long targets = parts.stream().mapToLong(Batch::counted).sum();
    if (targets == 0) {
      throw new TrainingException(
          "step %d: expected a token to learn in its %d sequences, found none"
              .formatted(number, plan.sequences()));
    }
    double loss =
        model.accumulate(parts, (double) targets, part -> dropout(number, part)) / targets;
    SequencedMap<String, Tensor> gradients = model.parameters().gradients();
    double norm = GradientNorm.of(gradients);
    LossWatch watch = state.watch().with(loss);
    requireHealthy(number, loss, norm, watch);
    double rate = plan.rate().at(number);
    update(gradients, norm, rate, number);
    model.parameters().forgetGradients();
    double seconds = (System.nanoTime() - begin) / 1e9;
    OptionalDouble validated = validate(number);
    double best = Math.min(state.bestValidation(), validated.orElse(Double.POSITIVE_INFINITY));
    state = new TrainingState(number, state.tokens() + targets, best, watch);
    return new StepReport(number, loss, state.tokens(), targets / seconds, rate, norm, validated);
  }

  private List<Batch> read(long number) {
    List<Batch> parts = new ArrayList<>();
    long first = (number - 1) * plan.sequences();
    for (int done = 0; done < plan.sequences(); done += plan.microSequences()) {
      parts.add(
          batches.read(first + done, Math.min(plan.microSequences(), plan.sequences() - done)));
    }
    return parts;
  }

  /** Another seed for each batch of each step. */
  private Dropout dropout(long number, int part) {
    return plan.dropout() == 0
        ? Dropout.NONE
        : new Dropout(plan.dropout(), plan.seed() * 31 + number * (long) plan.sequences() + part);
  }

  private void update(Map<String, Tensor> gradients, double norm, double rate, long number) {
    optimizer.step(gradients, norm > plan.clip() ? plan.clip() / norm : 1, rate, number);
  }

  private void requireHealthy(long number, double loss, double norm, LossWatch watch) {
    String what;
    if (!Double.isFinite(loss)) {
      what = "the loss is " + loss;
    } else if (!Double.isFinite(norm)) {
      what = "the gradients' norm is " + norm;
    } else if (watch.diverged()) {
      what =
          "the loss, %.2f on average, is far above the lowest it was, %.2f"
              .formatted(watch.average(), watch.lowest());
    } else {
      return;
    }
    model.parameters().forgetGradients();
    throw new TrainingException(
        "step %d: %s. Try a lower learning rate (it was %.2g), a longer warm-up, larger batches%s"
            .formatted(
                number,
                what,
                plan.rate().at(number),
                plan.precision() == Precision.F32 ? ", or other data" : ", or f32"));
  }

  private OptionalDouble validate(long number) {
    if (validation.isEmpty() || (number % validation.get().every() != 0 && number < plan.steps())) {
      return OptionalDouble.empty();
    }
    return OptionalDouble.of(validationLoss(validation.get()));
  }

  /** The mean loss over held-out sequences, in nats a token. */
  public double validationLoss(Validation held) {
    List<Batch> parts = new ArrayList<>();
    for (int done = 0; done < held.sequences(); done += plan.microSequences()) {
      parts.add(
          held.batches().read(done, Math.min(plan.microSequences(), held.sequences() - done)));
    }
    return model.evaluate(parts) / parts.stream().mapToLong(Batch::counted).sum();
  }
}
