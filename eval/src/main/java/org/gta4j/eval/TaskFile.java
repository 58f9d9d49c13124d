package org.gta4j.eval;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Collectors;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

/** Reads what a task's YAML says. */
final class TaskFile {
  private static final Set<String> KNOWN =
      new TreeSet<>(
          List.of(
              "task",
              "tag",
              "group",
              "dataset_path",
              "dataset_name",
              "data_file",
              "document_start",
              "fields",
              "fields_when",
              "fields_replace",
              "output_type",
              "training_split",
              "validation_split",
              "test_split",
              "fewshot_split",
              "doc_to_text",
              "doc_to_target",
              "doc_to_choice",
              "doc_to_count",
              "should_decontaminate",
              "doc_to_decontamination_query",
              "target_delimiter",
              "fewshot_delimiter",
              "description",
              "metric_list",
              "metadata"));

  private final String file;
  private final ObjectNode yaml;

  private TaskFile(String file, ObjectNode yaml) {
    this.file = file;
    this.yaml = yaml;
  }

  /**
   * Reads a task.
   *
   * @param file what mistakes name
   * @throws EvalException if it is none, or asks for something that is not done here
   */
  static Task parse(String file, byte[] bytes) {
    YAMLMapper mapper = new YAMLMapper();
    try (JsonParser parser = mapper.createParser(bytes)) {
      refuseTags(file, parser);
      if (mapper.readTree(bytes) instanceof ObjectNode object) {
        return new TaskFile(file, object).task();
      }
    } catch (JacksonException e) {
      throw new EvalException("%s: this is no YAML: %s".formatted(file, e.getOriginalMessage()), e);
    }
    throw new EvalException(file + ": expected fields of a task as 'name: value'");
  }

  /** What the harness runs Python for would otherwise be a text like any other. */
  private static void refuseTags(String file, JsonParser parser) {
    String field = "";
    for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
      if (token == JsonToken.PROPERTY_NAME) {
        field = parser.currentName();
      }
      if (parser.getTypeId() != null) {
        throw new EvalException(
            "%s: %s: !%s is not done here".formatted(file, field, parser.getTypeId()));
      }
    }
  }

  private Task task() {
    Set<String> unknown = new LinkedHashSet<>(yaml.propertyNames());
    unknown.removeAll(KNOWN);
    if (!unknown.isEmpty()) {
      throw new EvalException(
          "%s: %s: is not done here; known are %s"
              .formatted(file, unknown.iterator().next(), String.join(", ", KNOWN)));
    }
    String name = required("task");
    if (!name.matches("[\\w.-]{1,200}")) {
      throw wrong("task", "a name of letters, digits, '_', '-' and '.'", name);
    }
    Task.Output output = output();
    Optional<Task.Choices> choices = choices();
    if (output == Task.Output.MULTIPLE_CHOICE && choices.isEmpty()) {
      throw wrong("doc_to_choice", "a template, a field's name or a list", "nothing");
    }
    boolean isWholeText = output == Task.Output.LOGLIKELIHOOD_ROLLING;
    String target = required("doc_to_target");
    return new Task(
        name,
        data(name),
        madeFields(),
        output,
        isWholeText ? text("doc_to_text").orElse("") : required("doc_to_text"),
        target,
        text("doc_to_count").orElse(target),
        choices,
        text("target_delimiter").orElse(" "),
        text("fewshot_delimiter").orElse("\n\n"),
        text("description").orElse(""),
        metrics(output),
        yaml.path("metadata").path("version").asString("0"));
  }

  private Task.Output output() {
    String type = text("output_type").orElse(Task.Output.MULTIPLE_CHOICE.label());
    return Arrays.stream(Task.Output.values())
        .filter(output -> output.label().equals(type))
        .findFirst()
        .orElseThrow(() ->
            wrong(
                "output_type",
                Arrays.stream(Task.Output.values())
                    .map(Task.Output::label)
                    .collect(Collectors.joining(" or ")),
                type));
  }

  private TaskData data(String name) {
    return new TaskData(
        text("data_file").orElse(name + ".jsonl"),
        text("dataset_path"),
        text("dataset_name"),
        text("test_split").or(() -> text("validation_split")).orElse("test"),
        text("fewshot_split").or(() -> text("training_split")),
        text("document_start").map(source -> pattern("document_start", source)));
  }

  private Optional<MadeFields> madeFields() {
    JsonNode fields = yaml.path("fields");
    if (fields.isMissingNode()) {
      return Optional.empty();
    }
    SequencedMap<String, String> sources = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> field : fields.properties()) {
      if (!field.getValue().isString()) {
        throw wrong("fields: " + field.getKey(), "a text", field.getValue());
      }
      sources.put(field.getKey(), field.getValue().stringValue());
    }
    if (sources.isEmpty()) {
      throw wrong("fields", "templates by the names of what they make", fields);
    }
    List<MadeFields.Replacement> replacements = new ArrayList<>();
    for (JsonNode pair : list("fields_replace")) {
      if (pair.size() != 2 || !pair.path(0).isString() || !pair.path(1).isString()) {
        throw wrong("fields_replace", "pairs [pattern, text]", pair);
      }
      replacements.add(replacement(pair.get(0).stringValue(), pair.get(1).stringValue()));
    }
    return Optional.of(new MadeFields(text("fields_when"), sources, replacements));
  }

  private MadeFields.Replacement replacement(String source, String by) {
    Pattern pattern = pattern("fields_replace", source);
    try {
      // Matches everywhere, so that a group that is not there is found now.
      new MadeFields.Replacement(pattern("fields_replace", source + "|"), by).in("");
    } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
      throw wrong("fields_replace", "groups that %s has".formatted(source), by);
    }
    return new MadeFields.Replacement(pattern, by);
  }

  /** A list's items; none where the field is not there. */
  private JsonNode list(String field) {
    JsonNode value = yaml.path(field);
    if (!value.isMissingNode() && !value.isArray()) {
      throw wrong(field, "a list", value);
    }
    return value;
  }

  private Pattern pattern(String field, String source) {
    try {
      return Pattern.compile(source);
    } catch (PatternSyntaxException e) {
      throw wrong(field, "a regular expression", "%s: %s".formatted(source, e.getDescription()));
    }
  }

  private Optional<Task.Choices> choices() {
    JsonNode value = yaml.path("doc_to_choice");
    if (!value.isArray()) {
      return text("doc_to_choice").map(Task.Choices.Template::new);
    }
    List<String> answers = new ArrayList<>();
    for (JsonNode answer : value) {
      if (!answer.isString()) {
        throw wrong("doc_to_choice", "texts", answer + " (in quotes it is a text)");
      }
      answers.add(answer.stringValue());
    }
    return Optional.of(new Task.Choices.Fixed(answers));
  }

  private List<String> metrics(Task.Output output) {
    JsonNode list = list("metric_list");
    if (list.isMissingNode()) {
      return output.metrics();
    }
    if (list.isEmpty()) {
      throw wrong("metric_list", "metrics among " + String.join(", ", output.metrics()), "none");
    }
    List<String> metrics = new ArrayList<>();
    for (JsonNode entry : list) {
      String metric = entry.path("metric").asString("");
      if (!output.metrics().contains(metric)) {
        throw wrong("metric_list", "metrics among " + String.join(", ", output.metrics()), entry);
      }
      metrics.add(metric);
    }
    return List.copyOf(metrics);
  }

  private String required(String field) {
    return text(field).orElseThrow(() -> wrong(field, "a text", "nothing"));
  }

  private Optional<String> text(String field) {
    JsonNode value = yaml.path(field);
    if (value.isMissingNode() || value.isNull()) {
      return Optional.empty();
    }
    if (value.isNumber()) {
      return Optional.of(value.asString());
    }
    if (!value.isString()) {
      throw wrong(field, "a text", value);
    }
    return Optional.of(value.stringValue());
  }

  private EvalException wrong(String field, String expected, Object found) {
    return new EvalException(
        "%s: %s: expected %s, found %s".formatted(file, field, expected, found));
  }
}
