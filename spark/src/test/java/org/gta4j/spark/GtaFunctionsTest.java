package org.gta4j.spark;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;

class GtaFunctionsTest {
  private final SparkSession spark = Fixture.spark();

  @Test
  void functionsGiveWhatTransformersGive() {
    List<String> texts = new ArrayList<>(Fixture.TEXTS.subList(0, 5));
    texts.add(null);
    texts.add("");
    Dataset<Row> rows = Fixture.rows(spark, texts, 2);
    rows.createOrReplaceTempView("texts");
    GtaFunctions.register(spark, Fixture.MODEL);
    GtaGenerator generator = new GtaGenerator().setModel(Fixture.MODEL).setMaxTokens(8);
    GtaFunctions.register(spark, generator);
    Dataset<Row> found =
        spark.sql(
            """
            SELECT id, answer.text AS answer, answer.error AS error, score.log_probability AS score,
                   size(words.ids) AS size, words.tokens AS tokens
              FROM (SELECT id, gta_generate(text) AS answer, gta_score(text) AS score,
                           gta_tokenize(text) AS words
                      FROM texts)
            """);
    assertThat(Fixture.<String>byId(found, "answer"))
        .isEqualTo(Fixture.<String>byId(generator.transform(rows), "answer"));
    assertThat(Fixture.<Double>byId(found, "score"))
        .isEqualTo(
            Fixture.<Double>byId(
                new GtaScorer().setModel(Fixture.MODEL).transform(rows), "log_probability"));
    assertThat(Fixture.<Integer>byId(found, "size").get(0L))
        .isEqualTo(Fixture.<Integer>byId(found, "tokens").get(0L))
        .isPositive();
    Map<Long, String> errors = Fixture.byId(found, "error");
    assertThat(errors.get(0L)).isNull();
    assertThat(errors.get(5L)).isEqualTo("the text is null: expected a text");
    assertThat(errors.get(6L)).contains("empty");
  }

  /** An engine that was closed for the other one's next row would not be open at the end. */
  @Test
  void twoFunctionsKeepTheirEnginesWhileTheirTaskRuns() {
    GtaEngines.closeIdle();
    Fixture.rows(spark, Fixture.TEXTS.subList(0, 3), 1).createOrReplaceTempView("few");
    GtaFunctions.register(
        spark, new GtaGenerator().setModel(Fixture.MODEL).setMaxTokens(2).setContext(200));
    GtaFunctions.register(spark, new GtaScorer().setModel(Fixture.MODEL).setContext(300));
    List<Row> found =
        spark
            .sql("SELECT gta_generate(text) AS answer, gta_score(text) AS score FROM few")
            .collectAsList();
    assertThat(found).hasSize(3);
    assertThat(GtaEngines.open()).isEqualTo(2);
    GtaEngines.closeIdle();
    assertThat(GtaEngines.open()).isZero();
  }
}
