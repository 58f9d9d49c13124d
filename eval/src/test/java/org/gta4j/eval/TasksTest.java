package org.gta4j.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.gta4j.checkpoint.Json;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.node.ObjectNode;

class TasksTest {
  @TempDir private Path folder = Path.of("");

  private static ObjectNode record(String json) {
    return Json.readObject("a record", json.getBytes(StandardCharsets.UTF_8));
  }

  private static Question question(String task, String... records) {
    List<ObjectNode> all = List.of(records).stream().map(TasksTest::record).toList();
    return new Questions(Task.named(task), all, Questions.Examples.none()).of(0);
  }

  private static void assertAsked(Question question, String context, String... continuations) {
    assertThat(question.pairs())
        .extracting(Question.Pair::context)
        .allMatch(each -> each.equals(context));
    assertThat(question.pairs())
        .extracting(Question.Pair::continuation)
        .containsExactly(continuations);
  }

  @Test
  void answersAreWhatFollowsAQuestion() {
    assertAsked(
        question(
            "hellaswag", "{\"ctx\":\"Roof: A man\",\"endings\":[\"sits.\",\"it's\"],\"label\":1}"),
        "Roof: A man",
        " sits.",
        " it's");
    Question arc =
        question("arc_easy", "{\"question\":\"Why?\",\"choices\":[\"So.\",\"Not.\"],\"label\":1}");
    assertAsked(arc, "Question: Why?\nAnswer:", " So.", " Not.");
    assertThat(arc.gold()).isEqualTo(1);
    assertAsked(
        question(
            "piqa",
            "{\"goal\":\"How?\",\"sol1\":\"say \\\"a\\\"\",\"sol2\":\"it's b\",\"label\":0}"),
        "Question: How?\nAnswer:",
        " say \"a\"",
        " it's b");
    assertAsked(
        question(
            "openbookqa", "{\"question_stem\":\"Fog is\",\"choices\":[\"a\",\"b\"],\"label\":0}"),
        "Fog is",
        " a",
        " b");
    assertAsked(
        question(
            "siqa",
            "{\"context\":\"C.\",\"question\":\"Q?\",\"answerA\":\"a\",\"answerB\":\"b\",\"answerC\":\"c\",\"label\":2}"),
        "Q: C. Q?\nA:",
        " a",
        " b",
        " c");
    for (String asked : List.of("is it so?", "is it so")) {
      Question boolq =
          question(
              "boolq", "{\"passage\":\"P.\",\"question\":\"%s\",\"answer\":true}".formatted(asked));
      assertAsked(boolq, "P.\nQuestion: is it so?\nAnswer:", " no", " yes");
      assertThat(boolq.gold()).isEqualTo(1);
    }
  }

  /** As Hugging Face's hub has them. */
  @Test
  void publishedRecordsBecomeTheSameQuestions() {
    Question hellaswag =
        question(
            "hellaswag",
            "{\"activity_label\":\"Roof\",\"ctx_a\":\"A man [header] sits. [title] He\",\"ctx_b\":\"he LOOKS\",\"ctx\":\"other\",\"endings\":[\" falls [step] down.\",\"it's\"],\"label\":\"1\"}");
    assertAsked(hellaswag, "Roof: A man sits.. He He looks", " falls down.", " it's");
    assertThat(hellaswag.gold()).isEqualTo(1);
    for (String task : List.of("arc_easy", "arc_challenge")) {
      Question arc =
          question(
              task,
              "{\"question\":\"Why?\",\"choices\":{\"text\":[\"It's\\n\\\"so\\\".\",\"Ä\\\\n 'b'\"],\"label\":[\"1\",\"2\"]},\"answerKey\":\"2\"}");
      assertAsked(arc, "Question: Why?\nAnswer:", " It's\n\"so\".", " Ä\\n 'b'");
      assertThat(arc.gold()).isEqualTo(1);
    }
    assertThat(
            question(
                    "openbookqa",
                    "{\"question_stem\":\"Fog is\",\"choices\":{\"text\":[\"a\",\"b\"],\"label\":[\"A\",\"B\"]},\"answerKey\":\"B \"}")
                .gold())
        .isEqualTo(1);
    assertThat(
            question(
                    "siqa",
                    "{\"context\":\"C.\",\"question\":\"Q?\",\"answerA\":\"a\",\"answerB\":\"b\",\"answerC\":\"c\",\"label\":\"2\"}")
                .gold())
        .isEqualTo(1);
  }

  @Test
  void articlesAreScoredWithTheirSpacesWherePeoplePutThem() {
    Question question =
        question(
            "wikitext",
            "{\"page\":\" = A ( b ) = \\n \\n It 's 1 @,@ 000 @-@ fold , \\\" he said \\\" . \\n = = B = = \\n\"}");
    assertThat(question.pairs())
        .containsExactly(
            new Question.Pair("", " = A (b) =\n\nIt's 1,000-fold, \"he said\".\n== B ==\n"));
    assertThat(question.words()).isEqualTo(26);
    assertThat(question.bytes()).isEqualTo(71);
    assertThatExceptionOfType(EvalException.class)
        .isThrownBy(() ->
            new Questions(
                Task.named("wikitext"), List.of(), new Questions.Examples(1, 1, List.of(), true)))
        .withMessageContaining("no examples before whole texts");
  }

  /**
   * A field that is a text is the answer, also where it looks like a number; digits that a template
   * made are its index.
   */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "right | {\"right\":\"2\"} | 1",
        "right | {\"right\":2} | 2",
        "right | {\"right\":true} | 1",
        "'{{right}}' | {\"right\":\"2\"} | 2",
        "'{{right}}' | {\"right\":2} | 2"
      })
  void whatIsRightIsAnAnswerOrItsIndex(String target, String record, int gold) throws IOException {
    Task task =
        task(
            "task: x\ndoc_to_text: \"a {{1}}\\n\"\ndoc_to_choice: ['1', '2', '3']\ndoc_to_target: \"%s\"\n"
                .formatted(target));
    Question question =
        new Questions(task, List.of(record(record)), Questions.Examples.none()).of(0);
    assertThat(question.gold()).isEqualTo(gold);
    assertThat(question.pairs().getFirst().context()).isEqualTo("a 1\n");
  }

  @Test
  void examplesMayBeOfAnotherSplit() {
    Task task = Task.named("lambada_openai");
    Questions questions =
        new Questions(
            task,
            List.of(record("{\"text\":\"one two\"}")),
            new Questions.Examples(1, 1, List.of(record("{\"text\":\"three four\"}")), false));
    // As in the harness: the delimiter, and the space that the target begins with.
    assertThat(questions.of(0).pairs())
        .containsExactly(new Question.Pair("three  four\n\none", " two"));
  }

  @Test
  void anAnswerThatIsNotThereIsNamed() {
    assertThatExceptionOfType(EvalException.class)
        .isThrownBy(() -> question("piqa", "{\"goal\":\"a\",\"sol1\":\"b\",\"label\":0}"))
        .withMessageContaining("piqa: record 0: 'sol2' is not defined");
  }

  @Test
  void whatIsNothingIsNoText() {
    for (String record :
        List.of(
            "{\"ctx\":null,\"endings\":[\"b\"],\"label\":0}",
            "{\"ctx\":\"a\",\"endings\":[\"b\",null],\"label\":0}")) {
      assertThatExceptionOfType(EvalException.class)
          .isThrownBy(() -> question("hellaswag", record))
          .withMessageContaining("expected a text, found null");
    }
    assertThatExceptionOfType(EvalException.class)
        .isThrownBy(() ->
            question("arc_easy", "{\"choices\":[\"a\"],\"label\":123456789012345678901234567890}"))
        .withMessageContaining("arc_easy: record 0: 'question' is not defined");
  }

  @Test
  void aFieldThatIsNotThereIsNamed() {
    assertThatExceptionOfType(EvalException.class)
        .isThrownBy(() -> question("hellaswag", "{\"endings\":[\"b\"],\"label\":0}"))
        .withMessageContaining("hellaswag: record 0: expected a field \"ctx\"")
        .withMessageContaining("found [endings, label]");
  }

  /** Behind each of the names the same is scored. */
  @Test
  void contextsMayBeChosenBetween() {
    Question question =
        question(
            "winogrande",
            "{\"sentence\":\"Ann saw Eve so _ left.\",\"option1\":\"Ann\",\"option2\":\"Eve\",\"answer\":\"2\"}");
    assertThat(question.pairs())
        .containsExactly(
            new Question.Pair("Ann saw Eve so Ann", " left."),
            new Question.Pair("Ann saw Eve so Eve", " left."));
    assertThat(question.gold()).isEqualTo(1);
  }

  @Test
  void theLastWordFollowsAText() {
    Question question =
        question("lambada_openai", "{\"text\":\"He said\\nit was late\",\"target\":\"late\"}");
    assertThat(question.pairs()).containsExactly(new Question.Pair("He said\nit was", " late"));
  }

  @Test
  void examplesStandBeforeAQuestionAndAreNeverItself() {
    ObjectNode[] records = new ObjectNode[6];
    for (int i = 0; i < records.length; i++) {
      records[i] =
          record(
              "{\"question\":\"Q%d\",\"choices\":[\"a%d\",\"b%d\"],\"label\":1}"
                  .formatted(i, i, i));
    }
    Questions questions =
        new Questions(
            Task.named("arc_easy"),
            List.of(records),
            new Questions.Examples(3, 7, List.of(records), true));
    for (int i = 0; i < records.length; i++) {
      String context = questions.of(i).pairs().getFirst().context();
      assertThat(context).endsWith("Question: Q%d\nAnswer:".formatted(i));
      String examples = context.substring(0, context.lastIndexOf("Question: "));
      assertThat(examples.split("\n\n", -1)).hasSize(4).doesNotHaveDuplicates();
      assertThat(examples)
          .containsPattern("Question: Q(\\d)\nAnswer: b\\1\n\n")
          .doesNotContain("Q" + i);
      assertThat(questions.of(i)).isEqualTo(questions.of(i));
    }
    assertThatExceptionOfType(EvalException.class)
        .isThrownBy(() ->
            new Questions(
                Task.named("arc_easy"),
                List.of(records),
                new Questions.Examples(6, 7, List.of(records), true)))
        .withMessageContaining("at most 5 examples, as it has 6 records");
  }

  private Task task(String yaml) throws IOException {
    Path file = folder.resolve("task.yaml");
    Files.writeString(file, yaml);
    return Task.read(file);
  }

  @Test
  void tasksOfOnesOwnHaveTheHarnessesFields() throws IOException {
    Task task =
        task(
            """
            task: colours
            output_type: multiple_choice
            test_split: test
            description: "Colours.\\n\\n"
            doc_to_text: "{{thing}} is"
            doc_to_target: colour
            doc_to_choice: ["red", "green"]
            target_delimiter: "\\t"
            metric_list:
              - metric: acc
                aggregation: mean
                higher_is_better: true
            """);
    assertThat(task.data().file()).isEqualTo("colours.jsonl");
    Question question =
        new Questions(
                task,
                List.of(record("{\"thing\":\"grass\",\"colour\":\"green\"}")),
                Questions.Examples.none())
            .of(0);
    assertAsked(question, "Colours.\n\ngrass is", "\tred", "\tgreen");
    assertThat(question.gold()).isEqualTo(1);
    assertThat(task.metrics()).containsExactly("acc");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'' | expected fields of a task",
        "'a: [' | this is no YAML",
        "'task: x' | doc_to_choice: expected a template",
        "'task: x\ndoc_to_text: !function utils.text' | doc_to_text: !function is not done here",
        "'task: x\ndoc_to_choice: c\ndoc_to_text: a\ndoc_to_target: b\nmetric_list: []' | metric_list: expected metrics among acc, acc_norm, found none",
        "'task: x\ndoc_to_choice: c\ndoc_to_text: a\ndoc_to_target: b\nmetric_list: acc' | metric_list: expected a list",
        "'task: x\ndoc_to_target: a\noutput_type: loglikelihood_rolling\nfields: {a: b}\nfields_replace: [[a, $2]]' | fields_replace: expected groups that a has, found $2",
        "'task: a/b' | task: expected a name of letters",
        "'task: x\nfilter_list: []' | filter_list: is not done here",
        "'task: x\noutput_type: generate_until' | output_type: expected multiple_choice or loglikelihood or loglikelihood_rolling, found generate_until",
        "'task: x\ndoc_to_target: a\noutput_type: loglikelihood_rolling\ndocument_start: (' | document_start: expected a regular expression, found (: Unclosed group",
        "'task: x\ndoc_to_target: a\noutput_type: loglikelihood_rolling\nfields: 1' | fields: expected templates",
        "'task: x\ndoc_to_target: a\noutput_type: loglikelihood_rolling\nfields: {a: [1]}' | fields: a: expected a text",
        "'task: x\ndoc_to_target: a\noutput_type: loglikelihood_rolling\nfields: {a: b}\nfields_replace: [[a]]' | fields_replace: expected pairs",
        "'task: x\ndoc_to_choice: [true, false]\ndoc_to_text: a\ndoc_to_target: b' | doc_to_choice: expected texts",
        "'task: x\ndoc_to_choice: c\ndoc_to_text: a' | doc_to_target: expected a text, found nothing",
        "'task: x\ndoc_to_choice: c\ndoc_to_text: a\ndoc_to_target: b\nmetric_list: [{metric: f1}]' | metric_list: expected metrics among acc, acc_norm",
      })
  void whatATaskCannotSayIsRefused(String yaml, String message) {
    assertThatExceptionOfType(EvalException.class)
        .isThrownBy(() -> task(yaml))
        .withMessageContaining(folder.resolve("task.yaml") + ": ")
        .withMessageContaining(message);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"ctx\":\"a\",\"endings\":[\"b\"],\"label\":1}",
        "{\"ctx\":\"a\",\"endings\":[\"b\"]}",
        "{\"ctx\":\"a\",\"endings\":\"b\",\"label\":0}",
        "{\"endings\":[\"b\"],\"label\":0}"
      })
  void recordsThatDoNotFitTheirTaskAreRefused(String record) {
    assertThatExceptionOfType(EvalException.class)
        .isThrownBy(() -> question("hellaswag", record))
        .withMessageStartingWith("hellaswag: record 0: ");
  }
}
