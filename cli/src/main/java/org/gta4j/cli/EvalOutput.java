package org.gta4j.cli;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.gta4j.checkpoint.AtomicOutput;
import org.gta4j.checkpoint.CheckpointException;
import org.gta4j.checkpoint.Json;
import org.gta4j.eval.Answer;
import org.gta4j.eval.Question;
import org.gta4j.eval.Task;
import org.gta4j.eval.TaskResult;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Where answers are kept: {@code settings.json}, which they depend on, {@code samples_TASK.jsonl},
 * a line an answer, and {@code results.json} in the harness's layout.
 */
final class EvalOutput {
  private static final String SETTINGS = "settings.json";

  private final Optional<Path> folder;
  private final Map<String, String> settings;

  private EvalOutput(Optional<Path> folder, Map<String, String> settings) {
    this.folder = folder;
    this.settings = settings;
  }

  /**
   * Begins, or goes on.
   *
   * @param folder empty where nothing is kept
   * @throws RefusedException if the folder holds answers that depend on something else
   */
  static EvalOutput in(Optional<Path> folder, Map<String, String> settings) {
    if (folder.isPresent()) {
      Path file = folder.get().resolve(SETTINGS);
      try {
        Files.createDirectories(folder.get());
        if (Files.exists(file)) {
          requireSame(file, settings);
        } else {
          ObjectNode json = Json.object();
          settings.forEach(json::put);
          AtomicOutput.write(file, Json.toBytes(json));
        }
      } catch (IOException e) {
        throw unwritable(folder.get(), e);
      }
    }
    return new EvalOutput(folder, settings);
  }

  private static void requireSame(Path file, Map<String, String> settings) {
    ObjectNode known = Json.readObject(file);
    settings.forEach((name, value) -> {
      String before = known.path(name).asString("");
      if (!before.equals(value)) {
        throw new RefusedException(
            "--out: %s: %s: expected %s, as the answers there depend on it, found %s: choose another folder"
                .formatted(file, name, before, value));
      }
    });
  }

  private static RefusedException unwritable(Path path, IOException e) {
    return new RefusedException(
        "--out: %s: cannot be written: %s".formatted(path, e.getMessage()), e);
  }

  /** A task's answers. */
  Samples samples(Task task) {
    return folder
        .map(place -> new Samples(place.resolve("samples_" + task.name() + ".jsonl")))
        .orElseGet(Samples::new);
  }

  /** A file of answers, to which more are added. */
  static final class Samples implements AutoCloseable {
    private final Map<Integer, ObjectNode> known = new HashMap<>();
    private final Optional<Path> file;
    private final Optional<BufferedWriter> writer;

    private Samples() {
      file = Optional.empty();
      writer = Optional.empty();
    }

    @SuppressWarnings("MustBeClosed") // closed with this
    private Samples(Path path) {
      file = Optional.of(path);
      try {
        List<String> whole = Files.exists(path) ? wholeLines(path) : List.of();
        for (String line : whole) {
          ObjectNode sample =
              Json.readObject(path.toString(), line.getBytes(StandardCharsets.UTF_8));
          known.put(sample.path("doc_id").asInt(-1), sample);
        }
        StringBuilder text = new StringBuilder();
        whole.forEach(line -> text.append(line).append('\n'));
        AtomicOutput.write(path, text.toString().getBytes(StandardCharsets.UTF_8));
        writer = Optional.of(Files.newBufferedWriter(path, StandardOpenOption.APPEND));
      } catch (IOException e) {
        throw unwritable(path, e);
      }
    }

    /** All lines but one that a process began to write when it was ended. */
    private static List<String> wholeLines(Path path) throws IOException {
      List<String> lines = new ArrayList<>(Files.readAllLines(path));
      try {
        if (!lines.isEmpty()) {
          Json.readObject(path.toString(), lines.getLast().getBytes(StandardCharsets.UTF_8));
        }
      } catch (CheckpointException e) {
        lines.removeLast();
      }
      return lines;
    }

    /** Whether there is anything about a record. */
    boolean isKnown(int index) {
      return known.containsKey(index);
    }

    /** The answer to a question, if it is there. */
    Optional<Answer> known(Question question) {
      JsonNode sample = known.get(question.index());
      if (sample == null || sample.path("resps").size() != question.pairs().size()) {
        return Optional.empty();
      }
      List<Answer.Score> scores = new ArrayList<>();
      for (JsonNode score : sample.path("resps")) {
        scores.add(new Answer.Score(score.path(0).doubleValue(), score.path(1).booleanValue()));
      }
      return Optional.of(new Answer(question, scores));
    }

    /** Keeps an answer. */
    void add(Answer answer) {
      if (writer.isEmpty()) {
        return;
      }
      ObjectNode sample = Json.object();
      sample.put("doc_id", answer.question().index());
      ArrayNode arguments = sample.putArray("arguments");
      answer
          .question()
          .pairs()
          .forEach(pair -> arguments.addArray().add(pair.context()).add(pair.continuation()));
      ArrayNode responses = sample.putArray("resps");
      answer
          .scores()
          .forEach(score -> responses.addArray().add(score.logProbability()).add(score.greedy()));
      sample.put("target", answer.question().gold());
      sample.put("prediction", answer.prediction());
      sample.put("prediction_norm", answer.predictionNorm());
      try {
        writer.get().write(sample.toString());
        writer.get().write('\n');
        writer.get().flush();
      } catch (IOException e) {
        throw unwritable(file.orElseThrow(), e);
      }
    }

    @Override
    public void close() {
      if (writer.isPresent()) {
        try {
          writer.get().close();
        } catch (IOException e) {
          throw unwritable(file.orElseThrow(), e);
        }
      }
    }
  }

  /**
   * Adds a task's metrics and their errors.
   *
   * @param suffix what stands behind each name
   */
  static void putMetrics(ObjectNode node, TaskResult result, String suffix) {
    result
        .metrics()
        .forEach((name, metric) -> {
          node.put(name + suffix, metric.value());
          if (!Double.isNaN(metric.error())) {
            node.put(name + "_stderr" + suffix, metric.error());
          }
        });
  }

  /** Writes the results, with the harness's names. */
  void results(List<TaskResult> all) {
    if (folder.isEmpty()) {
      return;
    }
    ObjectNode json = Json.object();
    ObjectNode results = json.putObject("results");
    ObjectNode versions = json.putObject("versions");
    ObjectNode shots = json.putObject("n-shot");
    ObjectNode counts = json.putObject("n-samples");
    for (TaskResult result : all) {
      String name = result.task().name();
      ObjectNode node = results.putObject(name);
      node.put("alias", name);
      putMetrics(node, result, ",none");
      versions.put(name, result.task().version());
      shots.put(name, Integer.parseInt(settings.getOrDefault("num_fewshot", "0")));
      counts.putObject(name).put("effective", result.count());
    }
    ObjectNode config = json.putObject("config");
    settings.forEach(config::put);
    json.put("n_samples", all.stream().mapToInt(TaskResult::count).sum());
    AtomicOutput.write(folder.get().resolve("results.json"), Json.toBytes(json));
  }
}
