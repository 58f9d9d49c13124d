package org.gta4j.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.node.ObjectNode;

class RecordsTest {
  private static final Task ARC = Task.named("arc_easy");
  private static final Task WIKITEXT = Task.named("wikitext");

  private static final String ARTICLES =
      " \n = One = \n \n Text , of one . \n = = Part = = \n = not this\n\n = Two = \n \n Text . \n";

  @TempDir private Path folder = Path.of("");

  private Path file(String name, String text) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.resolveSibling("."));
    return Files.writeString(file, text);
  }

  private List<ObjectNode> read(Task task, Path file) {
    return Records.read(task, List.of(file));
  }

  @Test
  void filesOfRecordsAreCheckedLineByLine() throws IOException {
    assertThat(read(ARC, file("a.jsonl", "{\"a\":1}\n\n{\"a\":2}\n"))).hasSize(2);
    Path wrong = file("b.jsonl", "{\"a\":1}\n[2]\n");
    assertThatExceptionOfType(EvalException.class)
        .isThrownBy(() -> read(ARC, wrong))
        .withMessageContaining("b.jsonl: line 2");
    Path empty = file("c.jsonl", "\n");
    assertThatExceptionOfType(EvalException.class)
        .isThrownBy(() -> read(ARC, empty))
        .withMessageContaining("found none");
    Path bytes = folder.resolve("d.jsonl");
    Files.write(bytes, new byte[] {'{', (byte) 0xff, '}'});
    assertThatExceptionOfType(EvalException.class).isThrownBy(() -> read(ARC, bytes));
    assertThatExceptionOfType(EvalException.class)
        .isThrownBy(() -> read(WIKITEXT, folder.resolve("none.raw")))
        .withMessageContaining("none.raw: there is no such file");
    Path blank = file("wiki.test.raw", " \n\n");
    assertThatExceptionOfType(EvalException.class)
        .isThrownBy(() -> read(WIKITEXT, blank))
        .withMessageContaining("wiki.test.raw: expected records, found none");
  }

  @Test
  void linesBecomeArticles() throws IOException {
    List<ObjectNode> articles = read(WIKITEXT, file("wiki.test.raw", ARTICLES));
    assertThat(articles)
        .extracting(each -> each.path("page").asString(""))
        .containsExactly(
            " = One = \n \n Text , of one . \n = = Part = = \n = not this\n",
            " = Two = \n \n Text . \n");
    StringBuilder lines = new StringBuilder();
    for (String line : ARTICLES.split("(?<=\n)", -1)) {
      lines.append("{\"text\":\"%s\"}\n".formatted(line.replace("\n", "\\n")));
    }
    assertThat(read(WIKITEXT, file("lines.jsonl", lines.toString())))
        .extracting(each -> each.path("page").asString("").stripTrailing())
        .isEqualTo(
            articles.stream().map(e -> e.path("page").asString("").stripTrailing()).toList());
    assertThat(read(WIKITEXT, file("pages.jsonl", "{\"page\":\"a\"}\n{\"page\":\"b\"}\n")))
        .hasSize(2);
    Path wrong = file("wrong.jsonl", "{\"body\":\"a\"}\n");
    assertThatExceptionOfType(EvalException.class)
        .isThrownBy(() -> read(WIKITEXT, wrong))
        .withMessageContaining("record 0: expected a text in \"page\"")
        .withMessageContaining("[body]");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "allenai/ai2_arc/ARC-Easy/test-00000-of-00001.parquet",
        "ai2_arc/ARC-Easy/test-00000-of-00001.parquet",
        "ai2_arc/ARC-Easy/test/0000.parquet",
        "datasets--allenai--ai2_arc/snapshots/abc/ARC-Easy/test.jsonl.zst",
        "arc_easy/ARC-Easy/test.jsonl",
        "ARC-Easy/test.ndjson",
        "data/ARC-Easy/test.jsonl.gz"
      })
  void publishedFilesAreFoundByTheirNames(String name) throws IOException {
    Path file = file("data/" + name, "");
    file("data/ai2_arc/ARC-Challenge/test-00000-of-00001.parquet", "");
    file("data/ai2_arc/ARC-Easy/train-00000-of-00001.parquet", "");
    file("data/ai2_arc/ARC-Easy/latest.jsonl", "");
    assertThat(new DataFiles(ARC, folder.resolve("data")).asked()).containsExactly(file);
  }

  @Test
  void splitsMayBeInSeveralFiles() throws IOException {
    Path second = file("hellaswag/data/validation-00001-of-00002.parquet", "");
    Path first = file("hellaswag/data/validation-00000-of-00002.parquet", "");
    assertThat(new DataFiles(Task.named("hellaswag"), folder).asked())
        .containsExactly(first, second);
    Path own = file("hellaswag_val.jsonl", "");
    assertThat(new DataFiles(Task.named("hellaswag"), folder).asked()).containsExactly(own);
  }

  /** Neither another configuration's files, wherever the folder is, nor another data set's. */
  @Test
  void nothingElseIsTaken() throws IOException {
    Path data = folder.resolve("main/data");
    file("main/data/openbookqa/additional/test-00000-of-00001.parquet", "");
    file("main/data/hellaswag/data/test-00000-of-00001.parquet", "");
    for (String task : List.of("openbookqa", "lambada_openai")) {
      assertThatExceptionOfType(EvalException.class)
          .isThrownBy(() -> new DataFiles(Task.named(task), data).asked())
          .withMessageContaining("found none");
    }
    Path right = file("main/data/openbookqa/main/test-00000-of-00001.parquet", "");
    assertThat(new DataFiles(Task.named("openbookqa"), data).asked()).containsExactly(right);
    assertThat(
            new DataFiles(Task.named("openbookqa"), right.resolveSibling(".").normalize()).asked())
        .containsExactly(right);
  }

  @Test
  void partsThatAreMissingOrOfAnotherEditionAreFound() throws IOException {
    Path part = file("piqa/validation-00001-of-00002.parquet", "");
    DataFiles files = new DataFiles(Task.named("piqa"), folder);
    assertThatExceptionOfType(EvalException.class)
        .isThrownBy(files::asked)
        .withMessageContaining("expected all of one edition's parts, 2, found 1")
        .withMessageContaining("validation-00001-of-00002.parquet");
    Path first = file("piqa/validation-00000-of-00002.parquet", "");
    assertThat(files.asked()).containsExactly(first, part);
    file("piqa/validation-00000-of-00001.parquet", "");
    assertThatExceptionOfType(EvalException.class)
        .isThrownBy(files::asked)
        .withMessageContaining("expected all of one edition's parts, 1 or 2, found 3");
  }

  @Test
  void theHubsCacheSaysWhichEditionCounts() throws IOException {
    file("datasets--Rowan--hellaswag/refs/main", "def");
    file("datasets--Rowan--hellaswag/snapshots/abc/data/validation-00000-of-00001.parquet", "");
    Path now =
        file("datasets--Rowan--hellaswag/snapshots/def/data/validation-00000-of-00001.parquet", "");
    assertThat(new DataFiles(Task.named("hellaswag"), folder).asked()).containsExactly(now);
  }

  @Test
  void examplesComeFromTheSplitThatTheTaskNames() throws IOException {
    Path yaml =
        file(
            "mine.yaml",
            "task: mine\nfewshot_split: train\ndoc_to_choice: [a]\ndoc_to_text: b\ndoc_to_target: c\n");
    DataFiles files = new DataFiles(Task.read(yaml), folder);
    assertThatExceptionOfType(EvalException.class)
        .isThrownBy(files::examples)
        .withMessageContaining("expected the split \"train\" of mine")
        .withMessageContaining("for examples");
    Path train = file("mine/train.jsonl", "");
    assertThat(files.examples()).hasValue(List.of(train));
    assertThat(new DataFiles(ARC, folder).examples()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"arc_easy, allenai/ai2_arc / ARC-Easy", "piqa, \"validation\" of baber/piqa as"})
  void whatIsNotFoundIsNamed(String task, String message) {
    assertThatExceptionOfType(EvalException.class)
        .isThrownBy(() -> new DataFiles(Task.named(task), folder).asked())
        .withMessageContaining(Task.named(task).data().file())
        .withMessageContaining(message);
  }
}
