package org.gta4j.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.gta4j.checkpoint.Checkpoint;
import org.gta4j.embedded.EmbeddedModel;
import org.gta4j.generate.LanguageModel;
import org.gta4j.testing.ByteChatModel;
import org.gta4j.tokenizer.ControlTokens;
import org.gta4j.tokenizer.Tokenizer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GtaTokenizerTest {
  private final SparkSession spark = Fixture.spark();

  @Test
  void idsAreThoseOfTheModelsTokenizer() {
    try (Checkpoint checkpoint = EmbeddedModel.checkpoint()) {
      Tokenizer expected = LanguageModel.tokenizerOf(checkpoint).orElseThrow();
      for (boolean framed : new boolean[] {true, false}) {
        GtaTokenizer tokenizer =
            new GtaTokenizer().setModel(Fixture.MODEL).setFramed(framed).setTokensCol("n");
        List<Row> rows =
            tokenizer
                .transform(Fixture.rows(spark, Fixture.TEXTS, 3))
                .select("text", "ids", "n", "error")
                .collectAsList();
        assertThat(rows).hasSize(Fixture.TEXTS.size());
        for (Row row : rows) {
          int[] ids =
              expected.encode(
                  row.getString(0),
                  framed ? Tokenizer.Framing.PROMPT : Tokenizer.Framing.NONE,
                  ControlTokens.PARSED);
          assertThat(row.<Integer>getList(1))
              .containsExactlyElementsOf(Arrays.stream(ids).boxed().toList());
          assertThat(row.getInt(2)).isEqualTo(ids.length);
          assertThat(row.isNullAt(3)).isTrue();
        }
      }
    }
  }

  /** Rows that tasks hand to themselves, with a text that is missing and one that is empty. */
  @Test
  void tasksDoWithRowsWhatIsDoneWithADataset() throws Exception {
    List<String> texts = new ArrayList<>(Fixture.TEXTS);
    texts.addAll(Arrays.asList(null, "", "\uD83D\uDE00"));
    Dataset<Row> rows = Fixture.rows(spark, texts, 1);
    GtaTokenizer tokenizer = new GtaTokenizer().setModel(Fixture.MODEL).setTokensCol("n");
    List<Row> handed = new ArrayList<>();
    tokenizer
        .task(rows.schema(), spark)
        .call(rows.collectAsList().iterator())
        .forEachRemaining(handed::add);
    assertThat(handed)
        .extracting(row -> row.mkString("|"))
        .containsExactlyElementsOf(
            tokenizer.transform(rows).collectAsList().stream()
                .map(row -> row.mkString("|"))
                .toList());
    assertThat(handed.get(texts.size() - 2).getString(4)).contains("the text is empty");
  }

  @Test
  void aColumnThatIsNotThereIsNamed() {
    GtaTokenizer tokenizer = new GtaTokenizer().setModel(Fixture.MODEL).setInputCol("nothing");
    assertThatThrownBy(() -> tokenizer.transform(Fixture.rows(spark, Fixture.TEXTS, 1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("GtaTokenizer: inputCol: expected a column of texts, found ");
  }

  @Test
  void namesOfControlTokensMayBeOrdinaryText(@TempDir Path folder) {
    ByteChatModel chat = new ByteChatModel(List.of("<|endoftext|>", "<|im_end|>"), List.of());
    chat.load(folder, 64, Optional.empty()).close();
    List<String> texts = List.of("a<|im_end|>");
    GtaTokenizer tokenizer = new GtaTokenizer().setModel(folder.toString());
    Row parsed = tokenizer.transform(Fixture.rows(spark, texts, 1)).first();
    assertThat(parsed.<Integer>getList(2)).containsExactly(2 + 'a', 1);
    Row escaped =
        tokenizer.setEscapeControlTokens(true).transform(Fixture.rows(spark, texts, 1)).first();
    assertThat(escaped.<Integer>getList(2))
        .containsExactlyElementsOf(texts.getFirst().chars().map(c -> 2 + c).boxed().toList());
  }
}
