package org.gta4j.cli.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.gta4j.checkpoint.Json;
import org.gta4j.cli.Ran;
import org.gta4j.embedded.EmbeddedModel;
import org.gta4j.generate.LanguageModel;
import org.gta4j.generate.LoadOptions;
import org.gta4j.generate.LogProbability;
import org.gta4j.generate.Request;
import org.gta4j.generate.Sampling;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class SparkVerbsTest {
  private static final String[] TEXTS = {
    "Once upon a time", "The cat", "Lily and Tom", "One day, a", "There was a big"
  };

  @TempDir private Path folder = Path.of("");

  @BeforeEach
  void writePrompts() throws IOException {
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < 20; i++) {
      lines.append(Json.object().put("id", i).put("text", TEXTS[i % TEXTS.length] + " " + i));
      lines.append(i == 10 ? "\r\n\n" : "\n");
    }
    Files.writeString(folder.resolve("prompts.jsonl"), lines);
  }

  private Ran spark(String verb, String out, String... more) {
    List<String> args =
        new ArrayList<>(
            List.of(
                "spark",
                verb,
                "--input=" + folder.resolve("prompts.jsonl"),
                "--output=" + folder.resolve(out),
                "--json"));
    args.addAll(List.of(more));
    if (args.stream().noneMatch(arg -> arg.startsWith("--master"))) {
      args.add("--master=local[2]");
    }
    return Ran.of(SparkMain.verbs(), args);
  }

  private List<JsonNode> lines(String out) throws IOException {
    List<JsonNode> lines = new ArrayList<>();
    try (Stream<Path> files = Files.list(folder.resolve(out))) {
      for (Path file : files.filter(each -> each.toString().endsWith(".jsonl")).sorted().toList()) {
        Files.readAllLines(file).stream().map(JsonMapper.shared()::readTree).forEach(lines::add);
      }
    }
    return lines;
  }

  private static int[] ids(JsonNode line) {
    return line.path("ids").valueStream().mapToInt(JsonNode::asInt).toArray();
  }

  @Test
  void answersAreThoseOfTheEngineAlone() throws IOException {
    JsonNode told = spark("generate", "out", "--max-tokens=6", "--chunk-rows=4").json();
    assertThat(told.path("rows").asInt()).isEqualTo(20);
    assertThat(told.path("errors").asInt()).isZero();
    assertThat(told.path("files").asInt()).isEqualTo(5);
    List<JsonNode> lines = lines("out");
    assertThat(lines).hasSize(20);
    int tokens = 0;
    try (LanguageModel model = EmbeddedModel.load(LoadOptions.defaults())) {
      for (int i = 0; i < lines.size(); i++) {
        Sampling usual = new Sampling(0, 0, 1, 0, EmbeddedModel.REPEAT_PENALTY, 0);
        int[] prompt = model.encode(TEXTS[i % TEXTS.length] + " " + i);
        var alone = model.generate(new Request(prompt, 6, usual, List.of(), false), text -> {});
        assertThat(lines.get(i).path("id").asInt(-1)).isEqualTo(i);
        assertThat(ids(lines.get(i))).isEqualTo(alone.ids());
        assertThat(lines.get(i).path("text").stringValue()).isEqualTo(alone.text());
        tokens += alone.ids().length;
      }
    }
    assertThat(told.path("tokens").asInt()).isEqualTo(tokens);
  }

  @Test
  void aJobThatGoesOnComputesWhatIsMissing() throws IOException {
    String[] sampled = {"--max-tokens=5", "--chunk-rows=3", "--temperature=1", "--seed=5"};
    spark("generate", "whole", sampled).json();
    spark("generate", "cut", sampled).json();
    Path there = folder.resolve("cut/part-000001.jsonl");
    Files.setLastModifiedTime(there, FileTime.fromMillis(1000));
    Files.delete(folder.resolve("cut/part-000000.jsonl"));
    Files.delete(folder.resolve("cut/part-000005.jsonl"));
    Files.delete(folder.resolve("cut/_SUCCESS"));
    Ran again = spark("generate", "cut", sampled);
    assertThat(again.json().path("resumed_rows").asInt()).isEqualTo(14);
    assertThat(again.json().path("rows").asInt()).isEqualTo(20);
    assertThat(again.err()).contains("14 of 20 rows are there already");
    assertThat(Files.getLastModifiedTime(there).toMillis()).isEqualTo(1000);
    assertThat(lines("cut")).isEqualTo(lines("whole"));
    assertThat(folder.resolve("cut/_SUCCESS")).exists();

    Ran other = spark("generate", "cut", "--max-tokens=6", "--chunk-rows=3");
    assertThat(other.code()).isEqualTo(1);
    assertThat(other.err())
        .contains("--output: ")
        .contains("max_tokens: expected 5, as the results there depend on it, found 6");
    for (String more : List.of("--backend=scalar", "--cache-memory=512m", "--stop=a, b")) {
      List<String> asked = new ArrayList<>(List.of(sampled));
      asked.add(more);
      assertThat(spark("generate", "cut", asked.toArray(String[]::new)).err())
          .contains(": expected ", ", as the results there depend on it, found ")
          .contains(more.substring(2, more.indexOf('=')).replace('-', '_'));
    }
    Files.writeString(folder.resolve("prompts.jsonl"), "{\"id\":1,\"text\":\"a\"}\n");
    assertThat(spark("generate", "cut", sampled).err()).contains("input: expected ");
  }

  @Test
  void anotherTokenizerIsAnotherJob() throws IOException {
    Path source = Path.of(System.getProperty("gta.root", ".."), "cli/src/test/models/stories260K");
    Path model = Files.copy(source.resolve("stories260K.bin"), folder.resolve("model.bin"));
    Path words = Files.copy(source.resolve("tok512.bin"), folder.resolve("tokenizer.bin"));
    String[] asked = {"--model=" + model};
    spark("tokenize", "out", asked).json();
    assertThat(spark("tokenize", "out", asked).code()).isZero();
    byte[] bytes = Files.readAllBytes(words);
    bytes[4] ^= 1; // of a token's score
    Files.write(words, bytes);
    assertThat(spark("tokenize", "out", asked).err())
        .contains("words: expected ", ", as the results there depend on it, found ");
  }

  @Test
  void badLinesAreRowsOfTheirOwn() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    String good = "{\"id\":\"a\",\"text\":\"Once upon\"}";
    for (String line :
        List.of(
            good,
            "no JSON",
            "[1]",
            "{\"text\":\"x\"}",
            "{\"id\":7}",
            "",
            "{\"id\":8,\"text\":\"\"}",
            good + " {}",
            "[1] {}",
            "{\"id\":{},\"text\":\"x\"}")) {
      bytes.writeBytes((line + "\n").getBytes(StandardCharsets.UTF_8));
    }
    bytes.writeBytes(new byte[] {'{', (byte) 0xff, '\n'});
    bytes.writeBytes(good.getBytes(StandardCharsets.UTF_8)); // without an end
    Files.write(folder.resolve("prompts.jsonl"), bytes.toByteArray());
    JsonNode told = spark("tokenize", "out", "--chunk-rows=2").json();
    assertThat(told.path("rows").asInt()).isEqualTo(11);
    assertThat(told.path("errors").asInt()).isEqualTo(9);
    List<JsonNode> lines = lines("out");
    assertThat(lines.getFirst().path("ids").size()).isPositive();
    assertThat(lines.getLast()).isEqualTo(lines.getFirst());
    assertThat(lines.subList(1, 10))
        .extracting(line -> line.path("line").asInt())
        .containsExactly(2, 3, 4, 5, 7, 8, 9, 10, 11);
    assertThat(lines.subList(1, 10))
        .extracting(line -> line.path("error").stringValue())
        .satisfiesExactly(
            error -> assertThat(error).startsWith("line 2: expected a JSON object, found "),
            error -> assertThat(error).isEqualTo("line 3: expected a JSON object, found ARRAY"),
            error -> assertThat(error).contains("in the field \"id\", found no such field"),
            error -> assertThat(error).contains("in the field \"text\", found no such field"),
            error -> assertThat(error).contains("line 7: the text is empty"),
            error ->
                assertThat(error).isEqualTo("line 8: expected a JSON object, found more behind it"),
            error -> assertThat(error).isEqualTo("line 9: expected a JSON object, found ARRAY"),
            error -> assertThat(error).contains("in the field \"id\", found OBJECT"),
            error -> assertThat(error).isEqualTo("line 11: expected UTF-8, found other bytes"));
    assertThat(lines.get(4).path("id").asInt()).isEqualTo(7);
    // What is known of a job that is there says so too.
    assertThat(spark("tokenize", "out", "--chunk-rows=2").json().path("errors").asInt())
        .isEqualTo(9);
  }

  @Test
  void idsAreWrittenAsTheyWereRead() throws IOException {
    Files.writeString(
        folder.resolve("prompts.jsonl"),
        """
        {"id":"a \\"b\\"\\n\\u00fc","text":"Once","more":{"id":1,"text":[]}}
        {"id":-1.50,"text":1,"text":"Once"}
        {"id":"whole \\ud83d\\ude00","text":"Once \\ud83d\\ude00"}
        {"id":1e5,"text":"Once"}
        {"id":"half \\ud800","text":"Once"}
        {"id":2,"text":"Once \\ude00\\ud83d"}
        """);
    assertThat(spark("tokenize", "out").json().path("errors").asInt()).isEqualTo(2);
    List<String> lines = Files.readAllLines(folder.resolve("out/part-000000.jsonl"));
    assertThat(lines.subList(0, 4))
        .extracting(line -> line.substring(0, line.indexOf(",\"ids\":[")))
        .containsExactly(
            "{\"id\":\"a \\\"b\\\"\\n\u00fc\"",
            "{\"id\":-1.50",
            "{\"id\":\"whole \uD83D\uDE00\"",
            "{\"id\":1e5");
    String wrong = ": expected whole characters in the field \\\"%s\\\", found half of one\"}";
    assertThat(lines.subList(4, 6))
        .containsExactly(
            "{\"line\":5,\"error\":\"line 5" + wrong.formatted("id"),
            "{\"id\":2,\"line\":6,\"error\":\"line 6" + wrong.formatted("text"));
  }

  @Test
  void aJobThatEndedBeforeItsFirstChunkBindsNothing() throws IOException {
    assertThat(spark("generate", "out", "--cache-memory=lots").err())
        .contains("--cache-memory: expected a size");
    assertThat(folder.resolve("out")).doesNotExist();
    Files.createDirectories(folder.resolve("out"));
    Files.writeString(folder.resolve("out/_job"), "{\"verb\":\"score\"}");
    assertThat(spark("tokenize", "out").code()).isZero();
  }

  @Test
  void scoresAreSumsOverAllTokensButTheFirst() throws IOException {
    spark("score", "out", "--chunk-rows=7").json();
    List<JsonNode> lines = lines("out");
    try (LanguageModel model = EmbeddedModel.load(LoadOptions.defaults())) {
      LogProbability logProbability = new LogProbability(model);
      for (int i = 0; i < lines.size(); i++) {
        int[] ids = model.encode(TEXTS[i % TEXTS.length] + " " + i);
        double[] sum = {0};
        model.score(
            ids,
            (position, logits, row) -> {
              if (position + 1 < ids.length) {
                sum[0] += logProbability.of(logits, row, ids[position + 1]).value();
              }
            });
        assertThat(lines.get(i).path("tokens").asInt()).isEqualTo(ids.length - 1);
        assertThat(lines.get(i).path("logprob").doubleValue()).isCloseTo(sum[0], within(1e-3));
      }
    }
  }

  @Test
  void evaluationComesToTheSame() throws IOException {
    Files.writeString(
        folder.resolve("hellaswag_val.jsonl"),
        """
        {"ctx":"Once upon a time there was a","endings":["little girl named Lily.","the of.","big dog"],"label":0}
        {"ctx":"Lily wanted to play with ","endings":["her toys.","she"],"label":1}
        {"ctx":"The cat","endings":["sat on the mat. It was very happy.","it"],"label":0}
        """);
    List<String> asked =
        List.of("--tasks=hellaswag", "--data=" + folder, "--num-fewshot=1", "--json");
    List<String> plain = new ArrayList<>(List.of("eval"));
    plain.addAll(asked);
    plain.add("--out=" + folder.resolve("plain"));
    List<String> spread = new ArrayList<>(List.of("spark", "eval", "--master=local[2]"));
    spread.addAll(asked);
    spread.add("--out=" + folder.resolve("spread"));
    assertThat(Ran.of(SparkMain.verbs(), spread).json()).isEqualTo(Ran.of(List.of(), plain).json());
    for (String name : List.of("results.json", "samples_hellaswag.jsonl", "settings.json")) {
      assertThat(folder.resolve("spread").resolve(name))
          .hasSameTextualContentAs(folder.resolve("plain").resolve(name));
    }
  }

  @Test
  void mistakesAreSentences() throws IOException {
    Ran model = spark("score", "a", "--model=nowhere.gguf");
    assertThat(model.code()).isEqualTo(1);
    assertThat(model.err()).isEqualTo("gta: nowhere.gguf: there is no such file or folder\n");
    assertThat(spark("generate", "a", "--max-tokens=0").code()).isEqualTo(2);
    assertThat(spark("generate", "a", "--conf=x").err()).contains("--conf: expected spark.NAME");
    Ran prepare =
        Ran.of(
            SparkMain.verbs(),
            List.of(
                "data",
                "prepare",
                "--engine=spark",
                "--conf=spark.x",
                "--data=" + folder.resolve("prompts.jsonl"),
                "--tokenizer=nowhere",
                "--out=" + folder.resolve("tokens")));
    assertThat(prepare.code()).isEqualTo(2);
    assertThat(prepare.err()).contains("--conf: expected spark.NAME=VALUE, found spark.x");
    assertThat(spark("tokenize", "prompts.jsonl").err())
        .contains("--output: ")
        .contains("is a file");
    Files.createDirectories(folder.resolve("full"));
    Files.writeString(folder.resolve("full/notes.txt"), "x");
    assertThat(spark("tokenize", "full").err())
        .contains("expected an empty folder")
        .contains("notes.txt");
    Ran master = spark("tokenize", "b", "--master=nowhere");
    assertThat(master.code()).isEqualTo(1);
    assertThat(master.err()).contains("--master: nowhere: Spark did not start: ");
    Files.writeString(folder.resolve("prompts.jsonl"), "\n\n");
    assertThat(spark("tokenize", "c").err())
        .contains("expected a JSON object a line, found no lines");
  }
}
