package org.gta4j.train.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.lang.foreign.MemorySegment;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.gta4j.checkpoint.ConfigFile;
import org.gta4j.model.ModelConfig;
import org.gta4j.tensor.Tensor;
import org.gta4j.train.batch.Batch;
import org.gta4j.train.block.Lora;
import org.gta4j.train.block.Parameters;
import org.gta4j.train.block.Precision;
import org.gta4j.train.model.Dropout;
import org.gta4j.train.torch.NotEnoughMemoryException;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.ObjectNode;

/** What a training is said to take beside what it takes. */
class TrainingMemoryTest {
  private static TrainingMemory memory(TrainingPlan plan, int threads, int workers) {
    return TrainingMemory.of(
        TinyTraining.config(), Optional.empty(), plan, TinyTraining.LENGTH, threads, workers, 1);
  }

  private static TrainingMemory adapted(TrainingPlan plan, String target) {
    Optional<Lora> lora = Optional.of(new Lora(1, 2, List.of(target)));
    return TrainingMemory.of(TinyTraining.config(), lora, plan, TinyTraining.LENGTH, 1, 1, 1);
  }

  private static TrainingPlan with(TrainingPlan plan, Precision precision, boolean recompute) {
    return new TrainingPlan(
        plan.steps(),
        plan.sequences(),
        plan.microSequences(),
        plan.rate(),
        plan.adam(),
        plan.clip(),
        plan.dropout(),
        plan.seed(),
        precision,
        recompute);
  }

  private static long bytes(Collection<Tensor> tensors) {
    return tensors.stream().mapToLong(tensor -> tensor.data().byteSize()).sum();
  }

  private static void requireAsTrained(TinyTraining training, Optional<Lora> lora) {
    TrainingMemory memory =
        TrainingMemory.of(TinyTraining.config(), lora, training.plan, TinyTraining.LENGTH, 1, 1, 1);
    long own = bytes(training.parameters.views().values());
    long trained = bytes(training.parameters.trainedViews().values());
    assertThat(memory.parameters()).isEqualTo(lora.isPresent() ? own + trained : own);
    assertThat(memory.moments())
        .isEqualTo(training.optimizer.moments().stream().mapToLong(MemorySegment::byteSize).sum());
    List<Batch> batches = List.of(training.batches.read(0, 2));
    training.model.accumulate(batches, 1, part -> Dropout.NONE);
    // Those of a batch, and the sum of all before it.
    assertThat(memory.gradients())
        .isEqualTo(2 * bytes(training.parameters.gradients().values()))
        .isEqualTo(2 * trained);
    training.parameters.forgetGradients();
    assertThat(memory.merged()).isEqualTo(copied(training.parameters));
  }

  /** Bytes of what the merged model has in memory of its own. */
  private static long copied(Parameters parameters) {
    try (Parameters merged = parameters.merged()) {
      Map<String, Tensor> own = parameters.views();
      return merged.views().entrySet().stream()
          .filter(entry ->
              Objects.requireNonNull(own.get(entry.getKey())).data().address()
                  != entry.getValue().data().address())
          .mapToLong(entry -> entry.getValue().data().byteSize())
          .sum();
    }
  }

  @Test
  void parametersMomentsAndGradientsAreThoseOfATraining() {
    try (TinyTraining training = new TinyTraining(TinyTraining.plan(2, 0))) {
      requireAsTrained(training, Optional.empty());
    }
    TrainingPlan plan = TinyTraining.plan(2, 0);
    Lora lora = new Lora(4, 8, List.of("q_proj", "down_proj"));
    Parameters parameters = Parameters.random(TinyTraining.config(), 1, 0.02);
    parameters.adapt(lora, 1);
    try (TinyTraining training = new TinyTraining(plan, 1, parameters)) {
      requireAsTrained(training, Optional.of(lora));
    }
  }

  /** Where activations are few, the most is there when adapters are added to the weights. */
  @Test
  void theMergedWeightsOfAdaptersCountOnceTheStepsAreMade() {
    Lora lora = new Lora(1, 2, List.of("q_proj", "gate_proj", "up_proj", "down_proj"));
    TrainingMemory memory =
        TrainingMemory.of(
            TinyTraining.config(), Optional.of(lora), TinyTraining.plan(1, 0), 1, 1, 1, 1);
    assertThat(memory.isMostAtTheEnd()).isTrue();
    assertThat(memory.total())
        .isEqualTo(memory.parameters() + memory.moments() + memory.merged())
        .isEqualTo(memory.least());
    assertThat(memory(TinyTraining.plan(1, 0), 1, 1).merged()).isZero();
    assertThat(memory(TinyTraining.plan(1, 0), 1, 1).isMostAtTheEnd()).isFalse();
  }

  /** Six sequences a step, in batches of four: four and two. */
  @Test
  void batchesSideBySideHaveGradientsOfTheirOwn() {
    TrainingPlan plan = TinyTraining.plan(4, 0);
    long one = memory(plan, 1, 1).moments() / 2;
    assertThat(memory(plan, 1, 1).gradients()).isEqualTo(2 * one);
    assertThat(memory(plan, 2, 1).gradients()).isEqualTo(2 * one);
    assertThat(memory(plan, 64, 1).gradients()).isEqualTo(2 * one);
    assertThat(memory(plan, 2, 2).gradients()).isEqualTo(one);
    // Six batches: four at once, then the sum of them and two.
    assertThat(memory(TinyTraining.plan(1, 0), 4, 1).gradients()).isEqualTo(4 * one);
    assertThat(memory(TinyTraining.plan(1, 0), 3, 1).gradients()).isEqualTo(4 * one);
  }

  @Test
  void activationsGrowWithTheTokensThatAreComputedAtOnce() {
    TrainingPlan plan = TinyTraining.plan(4, 0);
    // Two rows of 64 logits; in two layers four states of 256 and four of 64.
    long token = 2 * 64 * 4 + 2 * (4 * 256 * 4 + 4 * 64 * 4);
    assertThat(memory(plan, 1, 1).activations()).isEqualTo(4L * TinyTraining.LENGTH * token);
    assertThat(memory(plan, 2, 1).activations()).isEqualTo(6L * TinyTraining.LENGTH * token);
    // Which worker has the smaller batch is not known.
    assertThat(memory(plan, 2, 2).activations()).isEqualTo(2L * TinyTraining.LENGTH * token);
    long half = 2 * 64 * 4 + 2 * (2 * 256 * 4 + 2 * 256 * 2 + 4 * 64 * 2);
    assertThat(memory(with(plan, Precision.BF16, false), 1, 1).activations())
        .isEqualTo(4L * TinyTraining.LENGTH * half);
    long again = 2 * 64 * 4 + 2 * 256 * 4;
    assertThat(memory(with(plan, Precision.F32, true), 1, 1).activations())
        .isEqualTo(4L * TinyTraining.LENGTH * again);
    // Of adapters the second layer, without what only gradients of its weights need.
    long adapted = 2 * 64 * 4 + 2 * 256 * 4 + 3 * 64 * 4;
    assertThat(adapted(plan, "down_proj").activations())
        .isEqualTo(4L * TinyTraining.LENGTH * adapted);
  }

  @Test
  void sumsBeyondAllNumbersAreTheLargest() {
    ObjectNode json = TinyTraining.config().source().json().deepCopy();
    json.put("intermediate_size", 1 << 30).put("num_hidden_layers", 1 << 22);
    ModelConfig absurd = ModelConfig.read(ConfigFile.of("absurd", json));
    TrainingMemory memory =
        TrainingMemory.of(
            absurd, Optional.empty(), TinyTraining.plan(2, 0), TinyTraining.LENGTH, 2, 1, 1);
    assertThat(memory.total()).isEqualTo(Long.MAX_VALUE);
    assertThat(memory.least()).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void whatIsMissingWithinAStepEndsTheTrainingInWords() {
    try (TinyTraining training = new TinyTraining(TinyTraining.plan(2, 0))) {
      // As libtorch says it on a thread of the model.
      RuntimeException said =
          new RuntimeException(
              "[enforce fail at alloc_cpu.cpp:118] err == 0. DefaultCPUAllocator: can't allocate memory: you tried to allocate 4503599627370496 bytes. Error code 12 (Cannot allocate memory)");
      List<Batch> batches = List.of(training.batches.read(0, 2));
      assertThatExceptionOfType(NotEnoughMemoryException.class)
          .isThrownBy(() ->
              training.model.accumulate(
                  batches,
                  1,
                  part -> {
                    throw said;
                  }))
          .withMessageContaining("4,503,599,627,370,496 more bytes");
      Trainer trainer = training.trainer(TrainingState.start());
      assertThatExceptionOfType(TrainingException.class)
          .isThrownBy(() ->
              trainer.run((report, state) -> {
                throw NotEnoughMemoryException.of(12, said);
              }))
          .withMessageStartingWith("step 2: there is not enough memory: 12 more bytes")
          .withMessageContaining("Try fewer tokens at once (micro-tokens), layers");
      assertThat(training.parameters.gradients()).isEmpty();
    }
  }
}
