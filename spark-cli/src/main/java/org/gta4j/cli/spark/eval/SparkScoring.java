package org.gta4j.cli.spark.eval;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.Consumer;
import org.gta4j.checkpoint.Checkpoint;
import org.gta4j.cli.Evaluation;
import org.gta4j.cli.ModelOptions;
import org.gta4j.cli.Terminal;
import org.gta4j.cli.spark.job.SparkJob;
import org.gta4j.cli.spark.job.SparkPlace;
import org.gta4j.eval.Answer;
import org.gta4j.eval.Question;
import org.gta4j.eval.Task;
import org.gta4j.generate.LoadOptions;
import org.gta4j.model.ModelConfig;

/**
 * Has Spark's tasks put questions to models: some at a time, so that answers are kept meanwhile.
 */
public final class SparkScoring implements Evaluation.Scoring {
  /** Questions of a task: what a scorer puts at once, twice. */
  private static final int QUESTIONS = 64;

  /** Tasks of each processor before answers are kept: the last one of them waits for others. */
  private static final int TASKS = 8;

  private final SparkJob job;
  private final SharedScorer.Which which;
  private final long weightsBytes;
  private final int contextLength;

  private SparkScoring(
      SparkJob job, SharedScorer.Which which, long weightsBytes, int contextLength) {
    this.job = job;
    this.which = which;
    this.weightsBytes = weightsBytes;
    this.contextLength = contextLength;
  }

  /** Looks at the model, and starts Spark. */
  public static SparkScoring open(Terminal terminal, ModelOptions options, SparkPlace place) {
    LoadOptions load = options.loadOptions();
    long weights;
    int context;
    try (Checkpoint checkpoint = options.open()) {
      options.tokenizer(checkpoint); // refused here, and not in every task
      weights = checkpoint.weights().bytes();
      context =
          load.context().orElseGet(() -> ModelConfig.read(checkpoint.config()).contextLength());
    }
    SharedScorer.Which which =
        new SharedScorer.Which(
            options.path().map(path -> path.toAbsolutePath().toString()).orElse(""),
            load.backend(),
            options.isThreadsGiven() ? load.threads() : 0,
            load.cacheType(),
            load.context().orElse(0),
            load.activations());
    return new SparkScoring(
        SparkJob.open(terminal, "gta spark eval", place), which, weights, context);
  }

  @Override
  public long weightsBytes() {
    return weightsBytes;
  }

  @Override
  public int contextLength() {
    return contextLength;
  }

  @Override
  public void answer(
      Iterator<Question> questions, Task.Output kind, Consumer<? super Answer> answers) {
    while (questions.hasNext()) {
      List<List<Question>> batches = new ArrayList<>();
      while (questions.hasNext() && batches.size() < TASKS * job.parallelism()) {
        List<Question> batch = new ArrayList<>();
        while (questions.hasNext() && batch.size() < QUESTIONS) {
          batch.add(questions.next());
        }
        batches.add(batch);
      }
      answered(batches, kind).forEach(answers);
    }
  }

  private List<Answer> answered(List<List<Question>> batches, Task.Output kind) {
    SharedScorer.Which model = which;
    return job.run(
        "scoring " + kind.label(),
        batches.size(),
        () ->
            job.context()
                .parallelize(batches, batches.size())
                .flatMap(batch -> SharedScorer.answers(model, batch, kind).iterator())
                .collect());
  }

  @Override
  public void close() {
    try (job) {
      SharedScorer.close();
    }
  }
}
