package org.gta4j.spark;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.assertj.core.data.Offset;
import org.gta4j.generate.LanguageModel;
import org.gta4j.generate.LogProbability;
import org.junit.jupiter.api.Test;

class GtaScorerTest {
  private final SparkSession spark = Fixture.spark();

  private static GtaScorer scorer() {
    return new GtaScorer().setModel(Fixture.MODEL).setParallel(5).setTokensCol("scored");
  }

  @Test
  void logProbabilitiesAreThoseOfTheModelByItself() {
    List<Row> rows =
        scorer()
            .transform(Fixture.rows(spark, Fixture.TEXTS, 2))
            .select("text", "log_probability", "perplexity", "scored", "error")
            .collectAsList();
    assertThat(rows).hasSize(Fixture.TEXTS.size());
    try (LanguageModel model = Fixture.plain()) {
      for (Row row : rows) {
        int[] ids = model.encode(row.getString(0));
        double expected = logProbability(model, ids);
        // The core subtracts the greatest logit in f32, the engine in double.
        assertThat(row.getDouble(1)).isCloseTo(expected, Offset.offset(1e-6 * ids.length));
        assertThat(row.getInt(3)).isEqualTo(ids.length - 1);
        assertThat(row.getDouble(2))
            .isCloseTo(Math.exp(-expected / (ids.length - 1)), Offset.offset(1e-5));
        assertThat(row.isNullAt(4)).isTrue();
      }
    }
  }

  private static double logProbability(LanguageModel model, int... ids) {
    LogProbability found = new LogProbability(model);
    double[] sum = new double[1];
    model.score(
        ids,
        (position, logits, row) -> {
          if (position + 1 < ids.length) {
            sum[0] += found.of(logits, row, ids[position + 1]).value();
          }
        });
    return sum[0];
  }

  @Test
  void scoresAreTheSameBitsInAllPartitions() {
    Map<Long, Double> one =
        Fixture.byId(scorer().transform(Fixture.rows(spark, Fixture.TEXTS, 1)), "log_probability");
    assertThat(
            Fixture.<Double>byId(
                scorer().setParallel(2).transform(Fixture.rows(spark, Fixture.TEXTS, 5)),
                "log_probability"))
        .isEqualTo(one);
  }

  @Test
  void aTextThatCannotBeScoredHasASentence() {
    List<String> texts = new ArrayList<>(List.of("Once upon a time", "A dog. ".repeat(60)));
    texts.add(null);
    Dataset<Row> scored =
        scorer().setContext(64).setErrorCol("wrong").transform(Fixture.rows(spark, texts, 1));
    Map<Long, String> errors = Fixture.byId(scored, "wrong");
    assertThat(errors.get(0L)).isNull();
    assertThat(errors.get(1L)).contains("the context has room for 63");
    assertThat(errors.get(2L)).contains("null");
    assertThat(Fixture.<Double>byId(scored, "perplexity").get(1L)).isNull();
  }
}
