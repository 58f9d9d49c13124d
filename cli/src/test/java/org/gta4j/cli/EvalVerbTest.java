package org.gta4j.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.gta4j.cache.CacheType;
import org.gta4j.generate.LanguageModel;
import org.gta4j.generate.LoadOptions;
import org.gta4j.generate.LogProbability;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class EvalVerbTest {
  private static final String RECORDS =
      """
      {"ctx":"Once upon a time there was a","endings":["little girl named Lily.","the of.","big dog"],"label":0}
      {"ctx":"Lily wanted to play with ","endings":["her toys.","she"],"label":1}
      {"ctx":"The cat","endings":["sat on the mat. It was very happy and it liked to play in the sun.","it"],"label":0}
      """;

  @TempDir private Path folder = Path.of("");

  @BeforeEach
  void writeRecords() throws IOException {
    Files.writeString(folder.resolve("hellaswag_val.jsonl"), RECORDS);
    Files.writeString(
        folder.resolve("lambada_openai_test.jsonl"),
        "{\"text\":\"Once upon a time there was a little girl\"}\n");
  }

  private CommandRun eval(String... more) {
    List<String> args =
        new ArrayList<>(
            List.of(
                "eval",
                "--model",
                GtaProcess.stories260k().toString(),
                "--data",
                folder.toString(),
                "--threads",
                "2"));
    args.addAll(List.of(more));
    return CommandRun.of(args);
  }

  private static List<JsonNode> samples(Path file) throws IOException {
    return Files.readAllLines(file).stream().map(JsonMapper.shared()::readTree).toList();
  }

  /** ln p of a text's tokens behind a context, one text at a time: what the scorer must come to. */
  private static double logProbability(LanguageModel model, String context, String continuation) {
    int from = model.encode(context.stripTrailing()).length;
    int[] ids = model.encode(context + continuation);
    double[] sum = {0};
    model.score(
        Arrays.copyOf(ids, ids.length - 1),
        (position, logits, row) -> {
          if (position + 1 >= from) {
            double all = 0;
            for (int i = 0; i < logits.columns(); i++) {
              all += Math.exp(logits.get(row, i));
            }
            sum[0] += logits.get(row, ids[position + 1]) - Math.log(all);
          }
        });
    return sum[0];
  }

  @Test
  void answersAreScoredAsTextByText() throws IOException {
    Path out = folder.resolve("out");
    JsonNode json =
        eval("--tasks", "hellaswag,lambada_openai", "--out", out.toString(), "--json").json();
    assertThat(json.get("n_samples").intValue()).isEqualTo(4);
    assertThat(json.get("samples").get("hellaswag").intValue()).isEqualTo(3);
    List<JsonNode> samples = samples(out.resolve("samples_hellaswag.jsonl"));
    int right = 0;
    try (LanguageModel model =
        LanguageModel.load(
            GtaProcess.stories260k(),
            new LoadOptions("scalar", 1, CacheType.F32, Optional.empty()))) {
      for (JsonNode sample : samples) {
        for (int i = 0; i < sample.get("resps").size(); i++) {
          JsonNode pair = sample.get("arguments").get(i);
          assertThat(sample.get("resps").get(i).get(0).doubleValue())
              .isCloseTo(
                  logProbability(model, pair.get(0).stringValue(), pair.get(1).stringValue()),
                  within(1e-3));
        }
        right += sample.get("prediction").intValue() == sample.get("target").intValue() ? 1 : 0;
      }
    }
    JsonNode found = json.get("results").get("hellaswag");
    assertThat(found.get("acc").doubleValue()).isEqualTo(right / 3.0);
    assertThat(found.has("acc_norm_stderr")).isTrue();
    JsonNode whole = JsonMapper.shared().readTree(Files.readString(out.resolve("results.json")));
    assertThat(whole.get("results").get("hellaswag").get("acc,none")).isEqualTo(found.get("acc"));
    JsonNode word = json.get("results").get("lambada_openai");
    assertThat(word.get("perplexity").doubleValue()).isGreaterThan(1);
    assertThat(word.has("acc_stderr")).isFalse(); // of one record
  }

  /** Windows have no scored token in common, and the last one reaches back. */
  @Test
  void wholeTextsAreScoredWindowAfterWindow() throws IOException {
    String article = "Once upon a time there was a little girl named Lily. ".repeat(60);
    Files.writeString(
        folder.resolve("wiki.test.raw"), " = One = \n \n %s\n = Two = \n x\n".formatted(article));
    Path out = folder.resolve("out");
    JsonNode json = eval("--tasks", "wikitext", "--out", out.toString(), "--json").json();
    JsonNode found = json.get("results").get("wikitext");
    double sum = 0;
    int bytes = 0;
    try (LanguageModel model =
        LanguageModel.load(
            GtaProcess.stories260k(),
            new LoadOptions("scalar", 1, CacheType.F32, Optional.empty()))) {
      int context = model.contextLength();
      for (JsonNode sample : samples(out.resolve("samples_wikitext.jsonl"))) {
        String text = sample.get("arguments").get(0).get(1).stringValue();
        int[] ids = model.encode(text); // behind the token that begins texts
        int windows = 0;
        for (int at = 0; at + 1 < ids.length; at += context) {
          int end = Math.min(ids.length - 1, at + context);
          int begin = Math.max(0, end - context);
          double[] window = {0};
          int from = at;
          model.score(
              Arrays.copyOfRange(ids, begin, end),
              (position, logits, row) ->
                  window[0] +=
                      begin + position < from
                          ? 0
                          : new LogProbability(model)
                              .of(logits, row, ids[begin + position + 1])
                              .value());
          sum += window[0];
          windows++;
        }
        assertThat(windows).isEqualTo(text.length() > 100 ? 2 : 1);
      }
      bytes = " = One = \n \n %s".formatted(article).length() + " = Two = \n x\n".length();
    }
    assertThat(found.get("bits_per_byte").doubleValue())
        .isCloseTo(-sum / bytes / Math.log(2), within(1e-4));
    assertThat(found.has("bits_per_byte_stderr")).isFalse();
  }

  @Test
  void answersThatAreThereAreNotComputedAgain() throws IOException {
    Path out = folder.resolve("out");
    JsonNode two =
        eval("--tasks", "hellaswag", "--limit", "2", "--out", out.toString(), "--json").json();
    assertThat(two.get("n_samples").intValue()).isEqualTo(2);
    Path file = out.resolve("samples_hellaswag.jsonl");
    // As a process leaves it that is killed in the middle of a line; and what is there is believed.
    String changed =
        Files.readString(file).replaceFirst("\"resps\":\\[\\[[-\\d.]+", "\"resps\":[[-0.125");
    Files.writeString(file, changed + "{\"doc_id\":2,\"argu");
    JsonNode all = eval("--tasks", "hellaswag", "--out", out.toString(), "--json").json();
    assertThat(all.get("n_samples").intValue()).isEqualTo(3);
    List<JsonNode> samples = samples(file);
    assertThat(samples).extracting(each -> each.get("doc_id").intValue()).containsExactly(0, 1, 2);
    assertThat(samples.getFirst().get("resps").get(0).get(0).doubleValue()).isEqualTo(-0.125);

    // A question that has become another one is asked again.
    Files.writeString(
        folder.resolve("hellaswag_val.jsonl"), RECORDS.replace("little girl", "small girl"));
    assertThat(eval("--tasks", "hellaswag", "--out", out.toString(), "--json").code()).isZero();
    List<JsonNode> again = samples(file);
    assertThat(again).extracting(each -> each.get("doc_id").intValue()).containsExactly(1, 2, 0);
    assertThat(again.getLast().get("resps").get(0).get(0).doubleValue()).isNotEqualTo(-0.125);

    // Of another task in the same folder, with labels that were corrected since.
    Files.writeString(
        folder.resolve("hellaswag_val.jsonl"), RECORDS.replace("\"label\":1", "\"label\":0"));
    assertThat(eval("--tasks", "lambada_openai", "--out", out.toString()).code()).isZero();
    assertThat(eval("--tasks", "hellaswag", "--out", out.toString()).code()).isZero();
    assertThat(samples(file)).allMatch(each -> each.get("target").intValue() == 0);
    JsonNode results = JsonMapper.shared().readTree(Files.readString(out.resolve("results.json")));
    assertThat(results.get("results").propertyNames())
        .containsExactlyInAnyOrder("hellaswag", "lambada_openai");
    assertThat(results.get("n_samples").intValue()).isEqualTo(4);

    CommandRun other = eval("--tasks", "hellaswag", "--out", out.toString(), "--num-fewshot", "1");
    assertThat(other.code()).isEqualTo(1);
    assertThat(other.messages())
        .contains("settings.json: num_fewshot: expected 0")
        .contains("found 1: choose another folder");
    Files.delete(out.resolve("settings.json"));
    assertThat(eval("--tasks", "hellaswag", "--out", out.toString()).messages())
        .contains("expected a settings.json beside it, which says whose answers these are");
  }

  @Test
  void peopleGetATableAndTasksMayBeFiles() throws IOException {
    Path task = folder.resolve("mine.yaml");
    Files.writeString(
        task,
        "task: mine\ndata_file: hellaswag_val.jsonl\ndoc_to_text: ctx\ndoc_to_target: label\ndoc_to_choice: endings\n");
    CommandRun run = eval("--tasks", task.toString(), "--num-fewshot", "1");
    assertThat(run.code()).as(run.messages()).isZero();
    assertThat(run.results()).contains("task", "mine  3", "acc_norm");
  }

  @Test
  void whatCannotBeScoredIsRefused() throws IOException {
    assertThat(eval("--tasks", "mmlu").messages())
        .contains("expected one of hellaswag", "found mmlu");
    assertThat(eval("--tasks", "piqa").messages())
        .contains("expected piqa_valid.jsonl, or the split");
    assertThat(eval("--tasks", "hellaswag,hellaswag").code()).isEqualTo(2);
    assertThat(eval("--tasks", "hellaswag", "--limit", "0").code()).isEqualTo(2);
    assertThat(eval("--tasks", "hellaswag", "--num-fewshot", "3").messages())
        .contains("expected at most 2 examples");
    Files.writeString(folder.resolve("hellaswag_val.jsonl"), "{\"ctx\":\"a\"}\n");
    assertThat(eval("--tasks", "hellaswag").messages()).contains("hellaswag: record 0");
  }
}
