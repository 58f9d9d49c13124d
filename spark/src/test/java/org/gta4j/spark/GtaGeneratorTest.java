package org.gta4j.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.gta4j.chat.ChatIds;
import org.gta4j.chat.ChatMessage;
import org.gta4j.chat.Conversation;
import org.gta4j.generate.Generation;
import org.gta4j.generate.LanguageModel;
import org.gta4j.generate.Request;
import org.gta4j.testing.ByteChatModel;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GtaGeneratorTest {
  private static final int TOKENS = 12;

  private final SparkSession spark = Fixture.spark();

  @AfterAll
  static void everythingIsGivenBack() {
    GtaEngines.closeIdle();
    assertThat(GtaEngines.open()).isZero();
  }

  private static GtaGenerator generator() {
    return new GtaGenerator()
        .setModel(Fixture.MODEL)
        .setMaxTokens(TOKENS)
        .setParallel(5)
        .setIdsCol("ids")
        .setFinishCol("finish");
  }

  private static Map<Long, String> shuffled(
      SparkSession spark, GtaGenerator generator, int partitions) {
    Dataset<Row> rows = Fixture.rows(spark, Fixture.TEXTS, 2).orderBy(functions.rand(partitions));
    return Fixture.byId(generator.transform(rows.repartition(partitions)), "answer");
  }

  @Test
  void answersAreThoseOfTheModelByItself() {
    List<Row> rows =
        generator()
            .transform(Fixture.rows(spark, Fixture.TEXTS, 1))
            .select("id", "text", "answer", "ids", "finish", "error")
            .collectAsList();
    assertThat(rows).extracting(row -> row.getLong(0)).isSorted().hasSize(Fixture.TEXTS.size());
    try (LanguageModel model = Fixture.plain()) {
      for (Row row : rows) {
        Generation expected =
            model.generate(Request.greedy(model.encode(row.getString(1)), TOKENS), piece -> {});
        assertThat(row.getString(2)).isEqualTo(expected.text());
        assertThat(row.<Integer>getList(3)).containsExactlyElementsOf(list(expected.ids()));
        assertThat(row.getString(4)).isEqualTo(expected.finish().orElseThrow().label());
        assertThat(row.isNullAt(5)).isTrue();
      }
    }
  }

  private static List<Integer> list(int... ids) {
    return Arrays.stream(ids).boxed().toList();
  }

  @Test
  void answersDoNotDependOnPartitionsOrOrder() {
    Map<Long, String> greedy = shuffled(spark, generator(), 1);
    GtaGenerator drawing =
        generator().setTemperature(1.5).setTopK(40).setTopP(0.95).setMinP(0.01).setSeed(7);
    Map<Long, String> drawn = shuffled(spark, drawing, 1);
    assertThat(drawn).isNotEqualTo(greedy);
    for (int partitions : List.of(3, 7)) {
      assertThat(shuffled(spark, generator(), partitions)).isEqualTo(greedy);
      assertThat(shuffled(spark, drawing, partitions)).isEqualTo(drawn);
    }
    assertThat(shuffled(spark, drawing.setSeed(8), 3)).isNotEqualTo(drawn);
  }

  @Test
  void randomNumbersBeginAtTheTextOrAtTheRowsId() {
    List<String> equal = Collections.nCopies(6, "Once upon a time");
    GtaGenerator drawing = generator().setTemperature(2).setSeed(1);
    assertThat(
            new HashSet<>(
                Fixture.<String>byId(drawing.transform(Fixture.rows(spark, equal, 2)), "answer")
                    .values()))
        .hasSize(1);
    Map<Long, String> byRow =
        Fixture.byId(drawing.setRowIdCol("id").transform(Fixture.rows(spark, equal, 2)), "answer");
    assertThat(Set.copyOf(byRow.values())).hasSizeGreaterThan(3);
    assertThat(Fixture.<String>byId(drawing.transform(Fixture.rows(spark, equal, 5)), "answer"))
        .isEqualTo(byRow);
  }

  @Test
  void aTaskThatIsTriedAgainGivesTheSameRowsOnce() {
    Map<Long, String> expected = shuffled(spark, generator(), 1);
    Dataset<Row> answers = generator().transform(Fixture.rows(spark, Fixture.TEXTS, 3));
    List<Row> rows =
        answers
            .mapPartitions(
                (MapPartitionsFunction<Row, Row>) GtaGeneratorTest::failingAtFirst,
                answers.encoder())
            .collectAsList();
    Map<Long, String> found = new HashMap<>();
    rows.forEach(row -> found.put(row.getLong(0), row.getAs("answer")));
    assertThat(rows).hasSize(Fixture.TEXTS.size());
    assertThat(found).isEqualTo(expected);
  }

  private static Iterator<Row> failingAtFirst(Iterator<Row> rows) {
    Row first = rows.next();
    if (TaskContext.get().attemptNumber() == 0) {
      throw new IllegalStateException("the first attempt fails, in the middle of its rows");
    }
    List<Row> all = new ArrayList<>(List.of(first));
    rows.forEachRemaining(all::add);
    return all.iterator();
  }

  @Test
  void badRowsHaveASentenceAndTheOthersAnAnswer() {
    List<String> texts = new ArrayList<>(Fixture.TEXTS.subList(0, 3));
    texts.add(null);
    texts.add("");
    texts.add("A dog and a cat. ".repeat(40));
    Dataset<Row> rows =
        Fixture.rows(spark, texts, 2)
            .withColumn(
                "text",
                functions
                    .when(
                        functions.col("id").equalTo(2),
                        functions.unhex(functions.lit("4f6e6365ff")).cast("string"))
                    .otherwise(functions.col("text")));
    try (Counted listener = Counted.of(spark)) {
      Dataset<Row> answers = generator().setContext(64).transform(rows);
      Map<Long, String> errors = Fixture.byId(answers, "error");
      assertThat(errors.get(0L)).isNull();
      assertThat(errors.get(1L)).isNull();
      assertThat(errors.get(2L)).contains("not UTF-8");
      assertThat(errors.get(3L)).contains("null");
      assertThat(errors.get(4L)).contains("empty");
      assertThat(errors.get(5L)).contains("the context has room for 63");
      assertThat(listener.values()).containsEntry(JobCounters.REFUSED, 4L);
      assertThat((Long) listener.values().get(JobCounters.TOKENS)).isGreaterThan(2L * TOKENS);
      assertThat((Double) listener.values().get(JobCounters.RATE)).isPositive();
      Map<Long, String> found = Fixture.byId(answers, "answer");
      assertThat(found.get(0L)).isNotEmpty();
      assertThat(found.get(3L)).isNull();
      assertThat(Fixture.<String>byId(answers, "text").get(4L)).isEmpty();
    }
  }

  @Test
  void aTextThatNobodyAsksForAnyMoreGivesItsPlaceBack() {
    List<Row> first =
        generator()
            .setMaxTokens(200)
            .transform(Fixture.rows(spark, Fixture.TEXTS, 1))
            .takeAsList(2);
    assertThat(first).hasSize(2);
    GtaEngines.closeIdle();
    assertThat(GtaEngines.open()).isZero();
  }

  @Test
  void aChatModelAnswersByItsTemplate(@TempDir Path folder) {
    ByteChatModel chat =
        new ByteChatModel(List.of("<|endoftext|>", "<|im_start|>", "<|im_end|>"), List.of());
    Generation expected;
    try (LanguageModel model = chat.load(folder, 512, Optional.of(ByteChatModel.TEMPLATE))) {
      int[] ids =
          new ChatIds(model.chatTemplates().orElseThrow(), model.tokenizer().orElseThrow(), true)
              .prompt(
                  Conversation.toAnswer(
                      List.of(ChatMessage.of("system", "Be kind."), ChatMessage.of("user", "Hi"))));
      expected = model.generate(Request.greedy(ids, 5), piece -> {});
    }
    GtaGenerator generator =
        generator()
            .setModel(folder.toString())
            .setBackend("scalar")
            .setActivations("f32")
            .setContext(512)
            .setMaxTokens(5)
            .setSystem("Be kind.")
            .setEscapeControlTokens(true);
    Dataset<Row> rows = Fixture.rows(spark, List.of("Hi"), 1);
    assertThat(generator.transform(rows).first().<Integer>getList(3))
        .containsExactlyElementsOf(list(expected.ids()));
    assertThat(generator.setRaw(true).transform(rows).first().<Integer>getList(3))
        .isNotEqualTo(list(expected.ids()));
  }

  @Test
  void aTextWithoutTokensIsABadRow(@TempDir Path folder) {
    new ByteChatModel(List.of("<|endoftext|>", "<|im_start|>", "<|im_end|>"), List.of())
        .load(folder, 64, Optional.of("{{ messages[0].content | trim }}"))
        .close();
    GtaGenerator generator =
        generator().setModel(folder.toString()).setBackend("scalar").setMaxTokens(2);
    Dataset<Row> rows = generator.transform(Fixture.rows(spark, List.of("Hi", " \n "), 1)).cache();
    Map<Long, String> errors = Fixture.byId(rows, "error");
    assertThat(errors.get(0L)).isNull();
    assertThat(errors.get(1L)).isEqualTo("the text has no tokens: expected at least one");
  }

  @Test
  void aModelIsShippedAsAFile(@TempDir Path folder) {
    Dataset<Row> rows = Fixture.rows(spark, Fixture.TEXTS.subList(0, 2), 2);
    assertThat(Fixture.<String>byId(generator().setShipModel(true).transform(rows), "answer"))
        .isEqualTo(Fixture.<String>byId(generator().transform(rows), "answer"));
    assertThatThrownBy(
            () -> generator().setModel(folder.toString()).setShipModel(true).transform(rows))
        .hasMessageContaining("shipModel: expected a file of this machine, found a folder");
  }
}
