package org.gta4j.eval;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.gta4j.template.TemplateException;
import tools.jackson.databind.node.ObjectNode;

/** Makes questions of a task's records, by its templates. */
public final class Questions {
  private final Task task;
  private final List<ObjectNode> records;
  private final Examples examples;
  private final Rendering rendering = new Rendering();
  private final boolean choosesContext;

  /**
   * What stands before a question.
   *
   * @param count how many examples
   * @param seed which ones
   * @param records where they are from
   * @param areAsked whether these are the records that are asked, none of which is its own example
   */
  public record Examples(int count, long seed, List<ObjectNode> records, boolean areAsked) {
    /** Copies the list. */
    public Examples {
      records = List.copyOf(records);
    }

    /** None. */
    public static Examples none() {
      return new Examples(0, 0, List.of(), false);
    }
  }

  /**
   * Questions of records.
   *
   * @param records at least one
   * @param examples what stands before each
   * @throws EvalException if there are too few examples, or a record does not fit
   */
  public Questions(Task task, List<ObjectNode> records, Examples examples) {
    int others = examples.records().size() - (examples.areAsked() ? 1 : 0);
    if (examples.count() > 0 && task.output() == Task.Output.LOGLIKELIHOOD_ROLLING) {
      throw new EvalException(
          "%s: expected no examples before whole texts, found %d"
              .formatted(task.name(), examples.count()));
    }
    if (examples.count() > others) {
      throw new EvalException(
          "%s: expected at most %d examples, as it has %d records to choose from, found %d"
              .formatted(task.name(), others, examples.records().size(), examples.count()));
    }
    this.task = task;
    this.records = List.copyOf(records);
    this.examples = examples;
    choosesContext =
        task.output() == Task.Output.MULTIPLE_CHOICE
            && checked(0, () -> rendering.of(task.docToText(), fields(records.getFirst())))
                .index()
                .isPresent();
  }

  /** How many there are. */
  public int count() {
    return records.size();
  }

  /**
   * The question of a record.
   *
   * @throws EvalException if its fields are not those that the templates ask for
   */
  public Question of(int index) {
    return checked(index, () -> question(index));
  }

  private interface Work<T> {
    T done();
  }

  private <T> T checked(int index, Work<T> work) {
    try {
      return work.done();
    } catch (TemplateException | IllegalArgumentException e) {
      throw new EvalException("%s: record %d: %s".formatted(task.name(), index, e.getMessage()), e);
    }
  }

  private Question question(int index) {
    Map<String, Object> fields = fields(records.get(index));
    String target = rendering.of(task.docToTarget(), fields).text();
    if (task.output() == Task.Output.LOGLIKELIHOOD_ROLLING) {
      return new Question(
          index,
          List.of(new Question.Pair("", target)),
          List.of(rendering.of(task.docToCount(), fields).text()),
          0);
    }
    String before = rendering.made(task.description(), fields) + examples(index);
    String text = rendering.of(task.docToText(), fields).text();
    if (task.output() == Task.Output.LOGLIKELIHOOD) {
      return new Question(
          index, List.of(new Question.Pair(before + text, target)), List.of(target), 0);
    }
    List<String> answers = answers(fields);
    List<Question.Pair> pairs = new ArrayList<>();
    for (String answer : answers) {
      pairs.add(
          choosesContext
              ? new Question.Pair(before + answer, task.targetDelimiter() + target)
              : new Question.Pair(before + text, task.targetDelimiter() + answer));
    }
    return new Question(index, pairs, answers, gold(fields, answers));
  }

  /** The right answer's number, by what says it: an index, or the answer itself. */
  private int gold(Map<String, Object> fields, List<String> answers) {
    String source = choosesContext ? task.docToText() : task.docToTarget();
    Rendering.Said said = rendering.of(source, fields);
    int gold = said.index().orElseGet(() -> answers.indexOf(said.text()));
    if (gold < 0 || gold >= answers.size()) {
      throw new IllegalArgumentException(
          "%s: expected one of the answers %s or its index, found %s"
              .formatted(choosesContext ? "doc_to_text" : "doc_to_target", answers, said.text()));
    }
    return gold;
  }

  /** Records with their right answers, each followed by a delimiter. */
  private String examples(int index) {
    StringBuilder text = new StringBuilder();
    // The same ones whatever else is asked.
    SplittableRandom random = new SplittableRandom(examples.seed() + index);
    List<Integer> chosen = new ArrayList<>();
    while (chosen.size() < examples.count()) {
      int other = random.nextInt(examples.records().size());
      if (!(examples.areAsked() && other == index) && !chosen.contains(other)) {
        chosen.add(other);
      }
    }
    for (int other : chosen) {
      text.append(example(fields(examples.records().get(other)))).append(task.fewshotDelimiter());
    }
    return text.toString();
  }

  private String example(Map<String, Object> fields) {
    String text = rendering.of(task.docToText(), fields).text();
    String target = rendering.of(task.docToTarget(), fields).text();
    if (task.output() == Task.Output.LOGLIKELIHOOD) {
      return text + task.targetDelimiter() + target;
    }
    List<String> answers = answers(fields);
    String right = answers.get(gold(fields, answers));
    return choosesContext
        ? right + task.targetDelimiter() + target
        : text + task.targetDelimiter() + right;
  }

  private List<String> answers(Map<String, Object> fields) {
    return switch (task.docToChoice().orElseThrow()) {
      case Task.Choices.Fixed fixed -> fixed.answers();
      case Task.Choices.Template template ->
          fields.get(template.source()) instanceof List<?> list
              ? texts(template.source(), list)
              : ListLiteral.parse(rendering.of(template.source(), fields).text());
    };
  }

  private static List<String> texts(String name, List<?> list) {
    List<String> texts = new ArrayList<>();
    for (Object each : list) {
      texts.add(Rendering.text(name, each));
    }
    return texts;
  }

  private Map<String, Object> fields(ObjectNode document) {
    Map<String, Object> fields = Rendering.fields(document);
    return task.madeFields().map(made -> made.of(fields, rendering)).orElse(fields);
  }
}
