package org.gta4j.eval;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

/**
 * A task, as the harness's YAML files describe it: how a record becomes a context and what may
 * follow.
 *
 * @param name what it is called
 * @param dataFile the file of its records, in the folder of data
 * @param output what is asked of the model
 * @param docToText a template of the context, or a field's name; of an index where contexts are
 *     chosen between
 * @param docToTarget the same of the right answer, or of its index
 * @param docToChoice the same of the list of answers, or a list of them; empty where there is none
 * @param targetDelimiter what stands between context and answer
 * @param fewshotDelimiter what stands between examples
 * @param description what stands before everything
 * @param metrics what is reported
 * @param version of the task, which results name
 */
public record Task(
    String name,
    String dataFile,
    Output output,
    String docToText,
    String docToTarget,
    Optional<Choices> docToChoice,
    String targetDelimiter,
    String fewshotDelimiter,
    String description,
    List<String> metrics,
    String version) {
  /** What is asked of a model. */
  public enum Output {
    /** Which answer is the most probable. */
    MULTIPLE_CHOICE,
    /** How probable the answer is, and whether it would be the model's own. */
    LOGLIKELIHOOD
  }

  /** Where answers come from. */
  public sealed interface Choices {
    /** A template of a list, or the name of a field that has one. */
    record Template(String source) implements Choices {}

    /** The same for all records. */
    record Fixed(List<String> answers) implements Choices {
      /** Copies the list. */
      public Fixed {
        answers = List.copyOf(answers);
      }
    }
  }

  /** The tasks that need no file, in the order in which they are listed. */
  public static final List<String> BUILT_IN =
      List.of(
          "hellaswag",
          "arc_easy",
          "arc_challenge",
          "piqa",
          "openbookqa",
          "winogrande",
          "boolq",
          "siqa",
          "lambada_openai");

  private static final Set<String> KNOWN =
      Set.of(
          "task",
          "tag",
          "group",
          "dataset_path",
          "dataset_name",
          "data_file",
          "output_type",
          "training_split",
          "validation_split",
          "test_split",
          "fewshot_split",
          "doc_to_text",
          "doc_to_target",
          "doc_to_choice",
          "should_decontaminate",
          "doc_to_decontamination_query",
          "target_delimiter",
          "fewshot_delimiter",
          "description",
          "metric_list",
          "metadata");

  /**
   * A task that needs no file.
   *
   * @throws EvalException if there is none of that name
   */
  public static Task named(String name) {
    if (!BUILT_IN.contains(name)) {
      throw new EvalException(
          "expected one of %s, or a .yaml file; found %s"
              .formatted(String.join(", ", BUILT_IN), name));
    }
    String file = "tasks/" + name + ".yaml";
    try (InputStream in = Objects.requireNonNull(Task.class.getResourceAsStream(file), file)) {
      return of(file, in.readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(file, e);
    }
  }

  /**
   * Reads a task's file.
   *
   * @throws EvalException if it cannot be read, or asks for something that is not done here
   */
  public static Task read(Path file) {
    try {
      return of(file.toString(), Files.readAllBytes(file));
    } catch (IOException e) {
      throw new EvalException("%s: cannot be read: %s".formatted(file, e.getMessage()), e);
    }
  }

  private static Task of(String file, byte[] bytes) {
    ObjectNode yaml = parsed(file, bytes);
    Set<String> unknown = new LinkedHashSet<>(yaml.propertyNames());
    unknown.removeAll(KNOWN);
    if (!unknown.isEmpty()) {
      throw new EvalException(
          "%s: %s: is not done here; known are %s"
              .formatted(file, unknown.iterator().next(), String.join(", ", sorted())));
    }
    String name = text(file, yaml, "task", Optional.empty());
    String type = text(file, yaml, "output_type", Optional.of("multiple_choice"));
    Output output =
        switch (type) {
          case "multiple_choice" -> Output.MULTIPLE_CHOICE;
          case "loglikelihood" -> Output.LOGLIKELIHOOD;
          default -> throw wrong(file, "output_type", "multiple_choice or loglikelihood", type);
        };
    Optional<Choices> choices = choices(file, yaml);
    if (output == Output.MULTIPLE_CHOICE && choices.isEmpty()) {
      throw wrong(file, "doc_to_choice", "a template, a field's name or a list", "nothing");
    }
    return new Task(
        name,
        text(file, yaml, "data_file", Optional.of(name + ".jsonl")),
        output,
        text(file, yaml, "doc_to_text", Optional.empty()),
        text(file, yaml, "doc_to_target", Optional.empty()),
        choices,
        text(file, yaml, "target_delimiter", Optional.of(" ")),
        text(file, yaml, "fewshot_delimiter", Optional.of("\n\n")),
        text(file, yaml, "description", Optional.of("")),
        metrics(file, yaml, output),
        yaml.path("metadata").path("version").asString("0"));
  }

  private static List<String> sorted() {
    return KNOWN.stream().sorted().toList();
  }

  private static ObjectNode parsed(String file, byte[] bytes) {
    try {
      if (new YAMLMapper().readTree(bytes) instanceof ObjectNode object) {
        return object;
      }
    } catch (JacksonException e) {
      throw new EvalException("%s: this is no YAML: %s".formatted(file, e.getOriginalMessage()), e);
    }
    throw new EvalException(file + ": expected fields of a task as 'name: value'");
  }

  private static String text(String file, ObjectNode yaml, String field, Optional<String> absent) {
    JsonNode value = yaml.path(field);
    if (value.isMissingNode()) {
      return absent.orElseThrow(() -> wrong(file, field, "a text", "nothing"));
    }
    if (value.isNumber()) {
      return value.asString();
    }
    if (!value.isString()) {
      throw wrong(file, field, "a text", value);
    }
    return value.stringValue();
  }

  private static Optional<Choices> choices(String file, ObjectNode yaml) {
    JsonNode value = yaml.path("doc_to_choice");
    if (value.isMissingNode()) {
      return Optional.empty();
    }
    if (!value.isArray()) {
      return Optional.of(new Choices.Template(text(file, yaml, "doc_to_choice", Optional.empty())));
    }
    List<String> answers = new ArrayList<>();
    for (JsonNode answer : value) {
      if (!answer.isString()) {
        throw wrong(file, "doc_to_choice", "texts", answer + " (in quotes it is a text)");
      }
      answers.add(answer.stringValue());
    }
    return Optional.of(new Choices.Fixed(answers));
  }

  private static List<String> metrics(String file, ObjectNode yaml, Output output) {
    List<String> known =
        output == Output.MULTIPLE_CHOICE
            ? List.of("acc", "acc_norm")
            : List.of("perplexity", "acc");
    JsonNode list = yaml.path("metric_list");
    if (list.isMissingNode()) {
      return known;
    }
    List<String> metrics = new ArrayList<>();
    for (JsonNode entry : list) {
      String metric = entry.path("metric").asString("");
      if (!known.contains(metric)) {
        throw wrong(file, "metric_list", "metrics among " + String.join(", ", known), entry);
      }
      metrics.add(metric);
    }
    return List.copyOf(metrics);
  }

  private static EvalException wrong(String file, String field, String expected, Object found) {
    return new EvalException(
        "%s: %s: expected %s, found %s".formatted(file, field, expected, found));
  }
}
