package org.gta4j.cli;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.gta4j.checkpoint.AtomicOutput;
import org.gta4j.checkpoint.Json;
import org.gta4j.eval.Answer;
import org.gta4j.eval.Question;
import org.gta4j.eval.Questions;
import org.gta4j.eval.Task;
import org.gta4j.eval.TaskResult;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Where answers are kept: {@code settings.json}, which they depend on, {@code samples_TASK.jsonl},
 * a line an answer, and {@code results.json} in the harness's layout.
 */
public final class EvalOutput {
  /** The file of results in its folder. */
  public static final String RESULTS = "results.json";

  /** The setting that says which data. */
  static final String DATA = "data";

  /** The setting that says which model. */
  static final String MODEL = "model";

  private static final Set<String> NAMES = Set.of(DATA, MODEL);
  private static final String SETTINGS = "settings.json";
  private static final String SAMPLES = "samples_";

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
      if (Files.exists(folder.get()) && !Files.isDirectory(folder.get())) {
        throw new RefusedException("--out: %s is a file".formatted(folder.get()));
      }
      try {
        Files.createDirectories(folder.get());
        if (Files.exists(file)) {
          requireSame(file, settings);
        } else {
          requireNoSamples(folder.get());
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

  private static void requireNoSamples(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      Optional<Path> answers =
          files.filter(file -> String.valueOf(file.getFileName()).startsWith(SAMPLES)).findFirst();
      if (answers.isPresent()) {
        throw new RefusedException(
            "--out: %s: expected a %s beside it, which says whose answers these are, found none: choose another folder"
                .formatted(answers.get(), SETTINGS));
      }
    }
  }

  /** Names may be spelled otherwise: weights and questions are compared themselves. */
  private static void requireSame(Path file, Map<String, String> settings) {
    ObjectNode known = Json.readObject(file);
    settings.forEach((name, value) -> {
      String before = known.path(name).asString("");
      if (!before.equals(value) && !NAMES.contains(name)) {
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

  /** A task's answers, of which those stay that are there and are to the same questions. */
  Samples samples(Task task, Questions questions) {
    return folder
        .map(place -> new Samples(place.resolve(SAMPLES + task.name() + ".jsonl"), questions))
        .orElseGet(Samples::new);
  }

  /** A file of answers, to which more are added. */
  static final class Samples implements AutoCloseable {
    private final SortedMap<Integer, Answer> known = new TreeMap<>();
    private final Optional<Path> file;
    private final Optional<BufferedWriter> writer;

    private Samples() {
      file = Optional.empty();
      writer = Optional.empty();
    }

    @SuppressWarnings("MustBeClosed") // closed with this
    private Samples(Path path, Questions questions) {
      file = Optional.of(path);
      StringBuilder kept = new StringBuilder();
      for (String line : wholeLines(path)) {
        Optional<Answer> answer = answer(line, questions);
        if (answer.isPresent()
            && known.put(answer.get().question().index(), answer.get()) == null) {
          // Written anew: what is right may have been corrected.
          kept.append(sample(answer.get())).append('\n');
        }
      }
      try {
        AtomicOutput.write(path, kept.toString().getBytes(StandardCharsets.UTF_8));
        writer = Optional.of(Files.newBufferedWriter(path, StandardOpenOption.APPEND));
      } catch (IOException e) {
        throw unwritable(path, e);
      }
    }

    /** All lines but one that a process began to write when it was ended. */
    private static List<String> wholeLines(Path path) {
      try {
        byte[] bytes = Files.exists(path) ? Files.readAllBytes(path) : new byte[0];
        int end = bytes.length;
        while (end > 0 && bytes[end - 1] != '\n') {
          end--;
        }
        return new String(bytes, 0, end, StandardCharsets.UTF_8).lines().toList();
      } catch (IOException e) {
        throw new RefusedException(
            "--out: %s: cannot be read: %s".formatted(path, e.getMessage()), e);
      }
    }

    /** What a line says, if that is an answer to what is asked now. */
    private static Optional<Answer> answer(String line, Questions questions) {
      JsonNode sample;
      try {
        sample = JsonMapper.shared().readTree(line);
      } catch (JacksonException e) {
        return Optional.empty();
      }
      int index = sample.path("doc_id").asInt(-1);
      if (index < 0 || index >= questions.count()) {
        return Optional.empty();
      }
      Question question = questions.of(index);
      List<Answer.Score> scores = new ArrayList<>();
      for (JsonNode score : sample.path("resps")) {
        if (!score.path(0).isNumber() || !score.path(1).isBoolean()) {
          return Optional.empty();
        }
        scores.add(new Answer.Score(score.get(0).doubleValue(), score.get(1).booleanValue()));
      }
      return sample.path("arguments").equals(arguments(question))
              && scores.size() == question.pairs().size()
          ? Optional.of(new Answer(question, scores))
          : Optional.empty();
    }

    private static ArrayNode arguments(Question question) {
      ArrayNode arguments = JsonMapper.shared().createArrayNode();
      question
          .pairs()
          .forEach(pair -> arguments.addArray().add(pair.context()).add(pair.continuation()));
      return arguments;
    }

    /** The answers that are there, by the numbers of their records. */
    SortedMap<Integer, Answer> known() {
      return known;
    }

    private static ObjectNode sample(Answer answer) {
      ObjectNode sample = Json.object();
      sample.put("doc_id", answer.question().index());
      sample.set("arguments", arguments(answer.question()));
      ArrayNode responses = sample.putArray("resps");
      answer
          .scores()
          .forEach(score -> responses.addArray().add(score.logProbability()).add(score.greedy()));
      sample.put("target", answer.question().gold());
      sample.put("prediction", answer.prediction());
      sample.put("prediction_norm", answer.predictionNorm());
      return sample;
    }

    /** Keeps an answer. */
    void add(Answer answer) {
      if (writer.isEmpty()) {
        return;
      }
      try {
        writer.get().write(sample(answer).toString());
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

  /** Writes the results, with the harness's names; those of other tasks stay that are there. */
  void results(List<TaskResult> all) {
    if (folder.isEmpty()) {
      return;
    }
    Path file = folder.get().resolve(RESULTS);
    ObjectNode json = Files.exists(file) ? Json.readObject(file) : Json.object();
    ObjectNode results = json.withObjectProperty("results");
    ObjectNode versions = json.withObjectProperty("versions");
    ObjectNode shots = json.withObjectProperty("n-shot");
    ObjectNode counts = json.withObjectProperty("n-samples");
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
    json.put(
        "n_samples",
        counts.values().stream().mapToInt(count -> count.path("effective").asInt(0)).sum());
    AtomicOutput.write(file, Json.toBytes(json));
  }
}
