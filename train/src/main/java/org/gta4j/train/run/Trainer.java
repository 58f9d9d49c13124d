package org.gta4j.train.run;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.SequencedMap;
import org.gta4j.tensor.Tensor;
import org.gta4j.train.batch.Batch;
import org.gta4j.train.batch.Batches;
import org.gta4j.train.block.Parameters;
import org.gta4j.train.block.Precision;
import org.gta4j.train.model.Dropout;
import org.gta4j.train.model.ParallelDecoder;
import org.gta4j.train.optim.AdamW;
import org.gta4j.train.optim.Moments;
import org.gta4j.train.torch.NotEnoughMemoryException;
import org.gta4j.train.workers.WorkerException;
import org.gta4j.train.workers.Workers;

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
  private final SharedAdamW optimizer;
  private final Batches batches;
  private final Optional<Validation> validation;
  private final Workers workers;
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
    this(plan, model, optimizer, batches, validation, Workers.alone(), state);
  }

  /**
   * A worker's part of a training that goes on from a state. All workers have the same plan, data,
   * parameters, moments and state.
   *
   * @param optimizer over the model's parameters, with the moments of that state
   * @throws IllegalArgumentException if there are more workers than a step has batches
   */
  public Trainer(
      TrainingPlan plan,
      ParallelDecoder model,
      AdamW optimizer,
      Batches batches,
      Optional<Validation> validation,
      Workers workers,
      TrainingState state) {
    if (workers.count() > plan.parts()) {
      throw new IllegalArgumentException(
          "workers: expected at most %d, one for each batch that is computed at once, found %d"
              .formatted(plan.parts(), workers.count()));
    }
    this.plan = plan;
    this.model = model;
    this.optimizer = new SharedAdamW(workers, optimizer);
    this.batches = batches;
    this.validation = validation;
    this.workers = workers;
    this.state = state;
  }

  /** Where it is. */
  public TrainingState state() {
    return state;
  }

  /** Asks {@link #run} to return after the step it is at; all workers return after the same. */
  public void stop() {
    stopped = true;
  }

  /**
   * Gives all workers what number 0 has to begin with.
   *
   * @param state number 0's
   * @param saved moments of that state, where number 0 has any
   * @return number 0's state
   * @throws WorkerException if a worker is lost
   */
  public static TrainingState share(
      Workers workers,
      Parameters parameters,
      AdamW optimizer,
      TrainingState state,
      Optional<SavedMoments> saved) {
    workers.share(parameters.trainedViews().values());
    TrainingState shared = workers.count() == 1 ? state : TrainingState.shared(workers, state);
    if (shared.step() > 0) {
      new SharedAdamW(workers, optimizer).take(saved);
    }
    return shared;
  }

  /** The optimizer's moments for a checkpoint; all workers have to write them, where they do. */
  public Moments moments() {
    return optimizer;
  }

  /**
   * Makes sure, where there are several workers, that all have the same parameters: they make the
   * same steps from the same gradients, so anything else is a fault of a machine or of this
   * program. All of them call it after the same step.
   *
   * @throws TrainingException if one has others, or is lost
   */
  public void requireSameEverywhere() {
    if (workers.count() == 1) {
      return;
    }
    List<Double> checksums;
    try {
      checksums = workers.each((double) Checksum.of(model.parameters().trainedViews().values()));
    } catch (WorkerException e) {
      throw lost(state.step(), e);
    }
    for (int rank = 1; rank < checksums.size(); rank++) {
      if (!checksums.get(rank).equals(checksums.getFirst())) {
        throw new TrainingException(
            "step %d: worker %d's parameters are not those of worker 0, though both made the same steps: one of their machines is at fault. Try without it"
                .formatted(state.step(), rank));
      }
    }
  }

  private static TrainingException lost(long step, WorkerException e) {
    return new TrainingException("step %d: %s".formatted(step, e.getMessage()), e);
  }

  /** Whether the plan's last step is made. */
  public boolean isFinished() {
    return state.step() >= plan.steps();
  }

  /**
   * Makes steps until the plan's last, or until it or another worker's is stopped.
   *
   * @throws TrainingException if loss or gradients are no finite numbers, or the loss has left
   *     where it was; parameters are then those before the step. Or if there is not enough memory,
   *     or a worker is lost
   */
  public void run(Listener listener) {
    try {
      while (!isFinished()) {
        Optional<StepReport> report = step();
        if (report.isEmpty()) {
          return;
        }
        listener.stepped(report.get(), state);
      }
    } catch (WorkerException e) {
      throw lost(state.step() + 1, e);
    } catch (NotEnoughMemoryException e) {
      model.parameters().forgetGradients();
      throw new TrainingException(
          "step %d: %s. Try fewer tokens at once (micro-tokens)%s, fewer threads, or a smaller model"
              .formatted(
                  state.step() + 1,
                  e.getMessage(),
                  plan.recompute() ? "" : ", layers that are computed twice (recompute)"),
          e);
    }
  }

  /** Nothing where one of the workers was asked to stop. */
  private Optional<StepReport> step() {
    long number = state.step() + 1;
    long begin = System.nanoTime();
    OptionalLong before = workers.sentBytes();
    List<Batch> parts = own(batches, (number - 1) * plan.sequences(), plan.sequences());
    double[] all = workers.sum(counted(parts), stopped ? 1 : 0);
    if (all[1] > 0) {
      return Optional.empty();
    }
    long targets = (long) all[0];
    if (targets == 0) {
      throw new TrainingException(
          "step %d: expected a token to learn in its %d sequences, found none"
              .formatted(number, plan.sequences()));
    }
    int earlier = workers.first(plan.parts());
    double own = model.accumulate(parts, (double) targets, part -> dropout(number, earlier + part));
    SequencedMap<String, Tensor> gradients = model.parameters().gradients();
    SharedAdamW.Sums sums = optimizer.sum(gradients, own);
    double loss = sums.loss() / targets;
    double norm = sums.norm();
    LossWatch watch = state.watch().with(loss, number);
    requireHealthy(number, loss, norm, watch);
    double rate = plan.rate().at(number);
    update(gradients, norm, rate, number);
    model.parameters().forgetGradients();
    double seconds = (System.nanoTime() - begin) / 1e9;
    OptionalLong sent = sentSince(before);
    OptionalDouble validated = validate(number);
    double best = Math.min(state.bestValidation(), validated.orElse(Double.POSITIVE_INFINITY));
    state = new TrainingState(number, state.tokens() + targets, best, watch);
    return Optional.of(
        new StepReport(
            number, loss, state.tokens(), targets / seconds, rate, norm, sent, validated));
  }

  private OptionalLong sentSince(OptionalLong before) {
    OptionalLong now = workers.sentBytes();
    return before.isPresent() && now.isPresent()
        ? OptionalLong.of(now.getAsLong() - before.getAsLong())
        : OptionalLong.empty();
  }

  /** This worker's batches of so many sequences. */
  private List<Batch> own(Batches from, long first, int sequences) {
    int size = plan.microSequences();
    int parts = Math.ceilDiv(sequences, size);
    List<Batch> own = new ArrayList<>();
    for (int part = workers.first(parts); part < workers.end(parts); part++) {
      int done = part * size;
      own.add(from.read(first + done, Math.min(size, sequences - done)));
    }
    return own;
  }

  private static double counted(List<Batch> parts) {
    return parts.stream().mapToLong(Batch::counted).sum();
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

  /** The mean loss over held-out sequences, in nats a token; workers share them. */
  public double validationLoss(Validation held) {
    List<Batch> parts = own(held.batches(), 0, held.sequences());
    double[] sums = workers.sum(model.evaluate(parts), counted(parts));
    return sums[0] / sums[1];
  }
}
