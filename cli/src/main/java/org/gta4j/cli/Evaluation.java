package org.gta4j.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.gta4j.checkpoint.Json;
import org.gta4j.eval.Answer;
import org.gta4j.eval.DataFiles;
import org.gta4j.eval.EvalException;
import org.gta4j.eval.Question;
import org.gta4j.eval.Questions;
import org.gta4j.eval.Records;
import org.gta4j.eval.Task;
import org.gta4j.eval.TaskResult;
import tools.jackson.databind.node.ObjectNode;

/**
 * What verbs that evaluate a model have in common: which tasks, their records, what is kept of the
 * answers, and what they come to. Who scores is the verb's matter.
 */
public final class Evaluation {
  /** What scores questions while it is open. */
  public interface Scoring extends AutoCloseable {
    /** How many bytes the model's weights take. */
    long weightsBytes();

    /** How many ids a sequence may have. */
    int contextLength();

    /** Gives an answer to each question, in order. */
    void answer(Iterator<Question> questions, Task.Output kind, Consumer<? super Answer> answers);

    @Override
    void close();
  }

  /** Makes it ready, once the tasks are known to be right. */
  @FunctionalInterface
  public interface Opening {
    /** What scores, for the caller to close. */
    Scoring open(Terminal terminal, ModelOptions options);
  }

  /** The harness's own. */
  private static final long USUAL_SEED = 1234;

  private final Setting<String> tasks =
      Setting.required(
          "--tasks",
          "NAME,...",
          "%s; or .yaml files that describe tasks with the harness's fields."
              .formatted(String.join(", ", Task.BUILT_IN)));
  private final Setting<String> data =
      Setting.required("--data", "FOLDER", "Where the tasks' files are.");
  private final Setting<Integer> limit =
      Setting.integer("--limit", "N", "The first N records of each task (default: all).");
  private final Setting<Integer> examples =
      Setting.integer(
          "--num-fewshot",
          "N",
          "Records with their answers before each question, drawn by --seed (default: 0).");
  private final Setting<String> out =
      Setting.text(
          "--out",
          "FOLDER",
          "Writes every answer into samples_TASK.jsonl there while it goes on, and "
              + EvalOutput.RESULTS
              + " in the end; what is there already is not computed again.");
  private final ModelOptions options;

  /** Options for {@code verb}, the model's among them, after those that it has already. */
  @SuppressWarnings("this-escape") // picocli keeps them, and looks at them later
  public Evaluation(Verb verb) {
    verb.add(tasks, data, limit, examples, out);
    options = new ModelOptions(verb);
  }

  /** A task and its questions. */
  private record Planned(Task task, Questions questions, int count) {}

  /** Scores the tasks and tells the results. */
  public void run(Terminal terminal, Opening opening) {
    int most = Check.count(limit, 1, Integer.MAX_VALUE);
    int before = Check.count(examples, 0, 0);
    long seed = options.seed().orElse(USUAL_SEED);
    List<Planned> plan = plan(most, before, seed);
    Optional<Path> folder = out.isGiven() ? Optional.of(Check.path(out)) : Optional.empty();
    try (Scoring scorer = opening.open(terminal, options)) {
      EvalOutput output = EvalOutput.in(folder, settings(scorer, before, seed));
      List<TaskResult> results = new ArrayList<>();
      long all = plan.stream().mapToLong(Planned::count).sum();
      long done = 0;
      try (Progress progress = new Progress(terminal, "scoring", all, "records")) {
        for (Planned each : plan) {
          results.add(TaskResult.of(each.task(), answers(each, scorer, output, progress, done)));
          done += each.count();
        }
      }
      output.results(results);
      if (options.isJson()) {
        terminal.line(json(results));
      } else {
        terminal.print(text(results));
      }
    }
  }

  private List<Planned> plan(int most, int before, long seed) {
    List<Planned> plan = new ArrayList<>();
    Path folder = Check.path(data);
    for (String name : tasks.or("").split(",", -1)) {
      Task task =
          name.endsWith(".yaml") || name.endsWith(".yml")
              ? Task.read(Path.of(name.strip()))
              : Task.named(name.strip());
      if (plan.stream().anyMatch(each -> each.task().name().equals(task.name()))) {
        throw UsageException.of("--tasks", "each task once", task.name() + " twice");
      }
      Questions questions = questions(task, folder, before, seed);
      int count = Math.min(most, questions.count());
      questions.of(0); // so that mistakes in a task are found before the first one is scored
      plan.add(new Planned(task, questions, count));
    }
    return plan;
  }

  private static Questions questions(Task task, Path folder, int before, long seed) {
    DataFiles files = new DataFiles(task, folder);
    List<ObjectNode> records = Records.read(task, files.asked());
    if (before == 0) {
      return new Questions(task, records, Questions.Examples.none());
    }
    Optional<List<ObjectNode>> others = files.examples().map(found -> Records.read(task, found));
    return new Questions(
        task,
        records,
        new Questions.Examples(before, seed, others.orElse(records), others.isEmpty()));
  }

  /** What answers depend on. */
  private Map<String, String> settings(Scoring scorer, int before, long seed) {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put(
        options.path().isPresent() ? EvalOutput.MODEL : "embedded_model", options.modelName());
    settings.put("weights_bytes", Long.toString(scorer.weightsBytes()));
    options.path().ifPresent(path -> settings.put("weights_sample", WeightsSample.of(path)));
    settings.put("context", Integer.toString(scorer.contextLength()));
    settings.put(EvalOutput.DATA, data.or(""));
    settings.put("num_fewshot", Integer.toString(before));
    settings.put("seed", before == 0 ? "" : Long.toString(seed));
    settings.put("cache_type", options.loadOptions().cacheType().label());
    settings.put(
        "activations", options.loadOptions().activations().name().toLowerCase(Locale.ROOT));
    return settings;
  }

  private static List<Answer> answers(
      Planned planned, Scoring scorer, EvalOutput output, Progress progress, long before) {
    try (EvalOutput.Samples samples = output.samples(planned.task(), planned.questions())) {
      SortedMap<Integer, Answer> answers = new TreeMap<>(samples.known().headMap(planned.count()));
      score(
          scorer,
          planned,
          IntStream.range(0, planned.count())
              .filter(index -> !samples.known().containsKey(index))
              .mapToObj(planned.questions()::of)
              .iterator(),
          answer -> {
            samples.add(answer);
            answers.put(answer.question().index(), answer);
            progress.at(before + answers.size(), planned.task().name());
          });
      return List.copyOf(answers.values());
    }
  }

  private static void score(
      Scoring scorer, Planned planned, Iterator<Question> questions, Consumer<Answer> answers) {
    try {
      scorer.answer(questions, planned.task().output(), answers);
    } catch (EvalException e) {
      throw new EvalException("%s: %s".formatted(planned.task().name(), e.getMessage()), e);
    }
  }

  private static String json(List<TaskResult> results) {
    ObjectNode json = Json.object();
    ObjectNode tasks = json.putObject("results");
    json.put("n_samples", results.stream().mapToInt(TaskResult::count).sum());
    ObjectNode counts = json.putObject("samples");
    for (TaskResult result : results) {
      EvalOutput.putMetrics(tasks.putObject(result.task().name()), result, "");
      counts.put(result.task().name(), result.count());
    }
    return json.toString();
  }

  private static String text(List<TaskResult> results) {
    List<String[]> rows = new ArrayList<>();
    rows.add(new String[] {"task", "records", "metric", "value", "stderr"});
    for (TaskResult result : results) {
      result
          .metrics()
          .forEach((name, metric) ->
              rows.add(
                  new String[] {
                    result.task().name(),
                    Integer.toString(result.count()),
                    name,
                    "%.4f".formatted(metric.value()),
                    Double.isNaN(metric.error()) ? "" : "%.4f".formatted(metric.error())
                  }));
    }
    return Table.of(rows);
  }
}
