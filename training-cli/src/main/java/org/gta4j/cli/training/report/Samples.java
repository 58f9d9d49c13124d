package org.gta4j.cli.training.report;

import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.gta4j.cache.CacheType;
import org.gta4j.checkpoint.Checkpoint;
import org.gta4j.checkpoint.Json;
import org.gta4j.checkpoint.Weights;
import org.gta4j.generate.LanguageModel;
import org.gta4j.generate.LoadOptions;
import org.gta4j.generate.Request;
import org.gta4j.generate.Sampling;
import org.gta4j.model.ModelConfig;
import org.gta4j.ops.Backends;
import org.gta4j.train.block.Parameters;
import org.gta4j.train.run.StepLines;
import org.gta4j.train.run.StepReport;

/**
 * {@code samples.jsonl}: what a model wrote between steps. The engine reads the parameters where
 * they lie and draws from a generator of its own, so the training's numbers are the same without.
 */
final class Samples implements AutoCloseable {
  /** The file's name. */
  static final String FILE = "samples.jsonl";

  /** Tokens of a sample, after its prompt. */
  static final int TOKENS = 60;

  private static final double TEMPERATURE = 0.8;

  /** The same each time, so that samples differ by what was learned and nothing else. */
  private static final long SEED = 1;

  private final SamplePlan plan;
  private final Parameters parameters;
  private final StepLines lines;

  private Samples(SamplePlan plan, Parameters parameters, StepLines lines) {
    this.plan = plan;
    this.parameters = parameters;
    this.lines = lines;
  }

  /**
   * The samples in a folder, of whose steps it keeps the first {@code step}.
   *
   * @throws org.gta4j.train.run.TrainingException if they cannot be written
   */
  static Samples open(Path folder, long step, SamplePlan plan, Parameters parameters) {
    return new Samples(plan, parameters, StepLines.open(folder, FILE, step));
  }

  /**
   * What the model writes after a step, where a sample is due; it is written down too.
   *
   * @throws org.gta4j.generate.ModelOutputException if its logits are no finite numbers
   * @throws org.gta4j.train.run.TrainingException if it cannot be written
   */
  Optional<String> after(StepReport report) {
    if (!plan.isDue(report)) {
      return Optional.empty();
    }
    String text = plan.text() + continuation();
    lines.add(
        report.step(),
        Json.object()
            .put("prompt", plan.text())
            .put("text", text)
            .put("temperature", TEMPERATURE)
            .put("seed", SEED));
    return Optional.of(text);
  }

  private String continuation() {
    try (Parameters model = parameters.merged()) {
      return continuation(model);
    }
  }

  @SuppressWarnings("MustBeClosedChecker") // the model closes its checkpoint, and that the arena
  private String continuation(Parameters parameters) {
    ModelConfig config = parameters.config();
    int room = Math.min(config.contextLength(), plan.prompt().length + TOKENS);
    LoadOptions options =
        new LoadOptions(Backends.AUTO, Backends.defaultThreads(), CacheType.F32, Optional.of(room));
    Checkpoint checkpoint =
        new Checkpoint(
            "the model that is trained",
            config.source(),
            new Weights("parameters", parameters.views()),
            Optional.empty(),
            Arena.ofShared());
    try (LanguageModel model =
        LanguageModel.of(checkpoint, Optional.of(plan.tokenizer()), options)) {
      Request request =
          new Request(plan.prompt(), TOKENS, Sampling.of(TEMPERATURE, SEED), List.of(), false);
      return model.generate(request, piece -> {}).text();
    } finally {
      checkpoint.close();
    }
  }

  @Override
  public void close() {
    lines.close();
  }
}
