package org.gta4j.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.apache.spark.ml.Pipeline;
import org.apache.spark.ml.PipelineModel;
import org.apache.spark.ml.PipelineStage;
import org.apache.spark.ml.feature.SQLTransformer;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The transformers among others of Spark's. */
class PipelineTest {
  private static final StructType SCHEMA =
      new StructType()
          .add("id", DataTypes.LongType)
          .add("text", DataTypes.StringType)
          .add("price", DataTypes.DoubleType);

  private final SparkSession spark = Fixture.spark();

  private static GtaGenerator generator() {
    return new GtaGenerator()
        .setModel(Fixture.MODEL)
        .setInputCol("prompt")
        .setMaxTokens(6)
        .setStop("cat", "dog")
        .setSeed(5_000_000_000L)
        .setTemperature(0.5)
        .setCacheType("f16")
        .setErrorCol("generator_error");
  }

  private static GtaScorer scorer() {
    return new GtaScorer().setModel(Fixture.MODEL).setInputCol("answer").setErrorCol("");
  }

  @Test
  void aPipelineIsSavedAndReadAgain(@TempDir Path folder) throws IOException {
    Dataset<Row> rows = Fixture.rows(spark, Fixture.TEXTS.subList(0, 4), 2);
    Pipeline pipeline =
        new Pipeline()
            .setStages(
                new PipelineStage[] {
                  new SQLTransformer()
                      .setStatement("SELECT id, concat(text, ' a') AS prompt FROM __THIS__"),
                  generator(),
                  scorer(),
                  new GtaTokenizer().setModel(Fixture.MODEL).setInputCol("answer")
                });
    String path = folder.resolve("pipeline").toString();
    pipeline.save(path);
    PipelineModel model = Pipeline.load(path).fit(rows);
    List<Row> expected = model.transform(rows).collectAsList();
    assertThat(expected.getFirst().schema().fieldNames())
        .containsExactly(
            "id",
            "prompt",
            "answer",
            "generator_error",
            "log_probability",
            "perplexity",
            "ids",
            "error");
    assertThat(expected).hasSize(4).noneMatch(row -> row.isNullAt(2) || row.isNullAt(4));
    String fitted = folder.resolve("fitted").toString();
    model.save(fitted);
    assertThat(PipelineModel.load(fitted).transform(rows).collectAsList()).isEqualTo(expected);
  }

  @Test
  void parametersAreSavedAndCopied(@TempDir Path folder) throws IOException {
    String path = folder.resolve("generator").toString();
    generator().save(path);
    GtaGenerator loaded = GtaGenerator.load(path);
    assertThat(loaded.getOrDefault(loaded.stop())).containsExactly("cat", "dog");
    assertThat(loaded.getOrDefault(loaded.seed())).isEqualTo(5_000_000_000L);
    assertThat(loaded.explainParams()).contains("current: f16").contains("maxTokens");
    GtaGenerator copy = loaded.copy(new ParamMap().put(loaded.maxTokens().w(9)));
    assertThat(copy.uid()).isEqualTo(loaded.uid());
    assertThat(copy.getOrDefault(copy.maxTokens())).isEqualTo(9);
    assertThat(loaded.getOrDefault(loaded.maxTokens())).isEqualTo(6);
    scorer().save(folder.resolve("scorer").toString());
    assertThat(GtaScorer.load(folder.resolve("scorer").toString()).explainParams())
        .contains("current: answer");
    new GtaTokenizer().setFramed(false).save(folder.resolve("tokenizer").toString());
    GtaTokenizer tokenizer = GtaTokenizer.load(folder.resolve("tokenizer").toString());
    assertThat(tokenizer.getOrDefault(tokenizer.framed())).isEqualTo(false);
  }

  @Test
  void columnsAreAddedToTheSchemaInTheirOrder() {
    StructType after =
        new GtaGenerator()
            .setModel("m")
            .setOutputCol("out")
            .setIdsCol("ids")
            .transformSchema(SCHEMA);
    assertThat(after.fieldNames()).containsExactly("id", "text", "price", "out", "ids", "error");
    assertThat(after.apply("ids").dataType().simpleString()).isEqualTo("array<int>");
  }

  @Test
  void whatCannotBeIsSaidInASentenceBeforeAnythingRuns() {
    refused(new GtaGenerator(), "GtaGenerator: model: expected a path, found none");
    refused(
        new GtaGenerator().setModel("m").setInputCol("prompt"),
        "GtaGenerator: inputCol: expected a column of texts, found no column 'prompt' among id, text, price");
    refused(
        new GtaScorer().setModel("m").setInputCol("price"),
        "GtaScorer: inputCol: expected a column of texts, found 'price' of double");
    refused(
        new GtaTokenizer().setModel("m").setOutputCol("ID"),
        "GtaTokenizer: outputCol: expected the name of a new column, found 'ID', which is there already");
    refused(
        new GtaTokenizer().setModel("m").setOutputCol("error"),
        "GtaTokenizer: errorCol: expected the name of a new column, found 'error'");
    refused(
        new GtaGenerator().setModel("m").setTopP(0),
        "GtaGenerator: top-p: expected a number above 0 and at most 1, found 0.0");
    refused(
        new GtaGenerator().setModel("m").setMaxTokens(0),
        "GtaGenerator: maxTokens: expected an integer from 1 on, found 0");
    refused(
        new GtaGenerator().setModel("m").setRowIdCol("price"),
        "GtaGenerator: rowIdCol: expected a column of ids, found 'price' of double");
    refused(
        new GtaGenerator().setModel("m").setStop("a", ""),
        "GtaGenerator: stop: expected a text, found an empty one");
    refused(
        new GtaScorer().setModel("m").setCacheType("f8"),
        "GtaScorer: cacheType: expected f32, f16, bf16 or q8, found f8");
    refused(
        new GtaScorer().setModel("m").setCacheMemory("much"),
        "GtaScorer: cacheMemory: expected a size such as 2g or 512m, found much");
    refused(
        new GtaScorer().setModel("m").setParallel(0),
        "GtaScorer: parallel: expected an integer from 1 on, found 0");
  }

  private static void refused(GtaTransformer<?> transformer, String sentence) {
    assertThatThrownBy(() -> transformer.transformSchema(SCHEMA))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(sentence);
  }

  @Test
  void sizesAreWrittenAsSparkDoes() {
    assertThat(EngineOptions.bytes("2g")).isEqualTo(2L << 30);
    assertThat(EngineOptions.bytes("512m")).isEqualTo(512L << 20);
    assertThat(EngineOptions.bytes("3KiB")).isEqualTo(3L << 10);
    assertThat(EngineOptions.bytes("77")).isEqualTo(77);
  }
}
