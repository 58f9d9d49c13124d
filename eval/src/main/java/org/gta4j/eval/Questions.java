package org.gta4j.eval;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.gta4j.template.TemplateException;
import tools.jackson.databind.node.ObjectNode;

/** Makes questions of a task's records, by its templates. */
public final class Questions {
  private final Task task;
  private final List<ObjectNode> records;
  private final int examples;
  private final long seed;
  private final Rendering rendering = new Rendering();

  /**
   * Questions of records.
   *
   * @param examples how many other records with their answers stand before each
   * @param seed which ones
   * @throws EvalException if there are too few
   */
  public Questions(Task task, List<ObjectNode> records, int examples, long seed) {
    if (examples > 0 && task.output() == Task.Output.LOGLIKELIHOOD_ROLLING) {
      throw new EvalException(
          "%s: expected no examples before whole texts, found %d".formatted(task.name(), examples));
    }
    if (examples > 0 && examples >= records.size()) {
      throw new EvalException(
          "%s: expected fewer examples than its %d records, found %d"
              .formatted(task.name(), records.size(), examples));
    }
    this.task = task;
    this.records = List.copyOf(records);
    this.examples = examples;
    this.seed = seed;
  }

  /**
   * The question of a record.
   *
   * @throws EvalException if its fields are not those that the templates ask for
   */
  public Question of(int index) {
    try {
      return question(index);
    } catch (TemplateException | IllegalArgumentException e) {
      throw new EvalException("%s: record %d: %s".formatted(task.name(), index, e.getMessage()), e);
    }
  }

  private Question question(int index) {
    Map<String, Object> fields = fields(records.get(index));
    if (task.output() == Task.Output.LOGLIKELIHOOD_ROLLING) {
      return new Question(
          index,
          List.of(new Question.Pair("", rendered(task.docToTarget(), fields))),
          List.of(rendered(task.docToCount(), fields)),
          0);
    }
    String before = task.description() + examples(index);
    if (task.output() == Task.Output.LOGLIKELIHOOD) {
      String target = rendered(task.docToTarget(), fields);
      return new Question(
          index,
          List.of(
              new Question.Pair(
                  before + rendered(task.docToText(), fields), task.targetDelimiter() + target)),
          List.of(target),
          0);
    }
    List<String> answers = answers(fields);
    String text = rendered(task.docToText(), fields);
    String target = rendered(task.docToTarget(), fields);
    List<Question.Pair> pairs = new ArrayList<>();
    Optional<Integer> chosenContext = number(text);
    for (String answer : answers) {
      pairs.add(
          chosenContext.isPresent()
              ? new Question.Pair(before + answer, task.targetDelimiter() + target)
              : new Question.Pair(before + text, task.targetDelimiter() + answer));
    }
    return new Question(index, pairs, answers, gold(chosenContext, target, answers));
  }

  private int gold(Optional<Integer> chosenContext, String target, List<String> answers) {
    Optional<Integer> number = chosenContext.isPresent() ? chosenContext : number(target);
    int gold = number.orElseGet(() -> answers.indexOf(target));
    if (gold < 0 || gold >= answers.size()) {
      throw new IllegalArgumentException(
          "doc_to_target: expected one of the answers %s or its index, found %s"
              .formatted(answers, number.map(String::valueOf).orElse(target)));
    }
    return gold;
  }

  /** Other records with their right answers, each followed by a delimiter. */
  private String examples(int index) {
    StringBuilder text = new StringBuilder();
    // The same ones whatever else is asked.
    SplittableRandom random = new SplittableRandom(seed + index);
    List<Integer> others = new ArrayList<>();
    while (others.size() < examples) {
      int other = random.nextInt(records.size());
      if (other != index && !others.contains(other)) {
        others.add(other);
      }
    }
    for (int other : others) {
      text.append(example(fields(records.get(other)))).append(task.fewshotDelimiter());
    }
    return text.toString();
  }

  private String example(Map<String, Object> fields) {
    String text = rendered(task.docToText(), fields);
    String target = rendered(task.docToTarget(), fields);
    if (task.output() == Task.Output.LOGLIKELIHOOD) {
      return text + task.targetDelimiter() + target;
    }
    List<String> answers = answers(fields);
    Optional<Integer> chosenContext = number(text);
    String right = answers.get(gold(chosenContext, target, answers));
    return chosenContext.isPresent()
        ? right + task.targetDelimiter() + target
        : text + task.targetDelimiter() + right;
  }

  private List<String> answers(Map<String, Object> fields) {
    return switch (task.docToChoice().orElseThrow()) {
      case Task.Choices.Fixed fixed -> fixed.answers();
      case Task.Choices.Template template -> {
        if (fields.get(template.source()) instanceof List<?> list) {
          yield list.stream().map(String::valueOf).toList();
        }
        yield ListLiteral.parse(rendered(template.source(), fields));
      }
    };
  }

  private static Optional<Integer> number(String text) {
    return text.matches("\\d{1,9}") ? Optional.of(Integer.parseInt(text)) : Optional.empty();
  }

  private Map<String, Object> fields(ObjectNode document) {
    Map<String, Object> fields = Rendering.fields(document);
    return task.madeFields().map(made -> made.of(fields, rendering)).orElse(fields);
  }

  private String rendered(String source, Map<String, Object> fields) {
    return rendering.of(source, fields);
  }
}
