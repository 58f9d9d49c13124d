package org.gta4j.spark;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.gta4j.embedded.EmbeddedModel;
import org.gta4j.generate.LanguageModel;
import org.gta4j.generate.LoadOptions;

/** What the tests compute with: a Spark of two threads, and the embedded model as a file. */
final class Fixture {
  /** The embedded model, where every executor sees it. */
  static final String MODEL =
      Path.of(System.getProperty("gta.root", ".."))
          .resolve("embedded/src/main/resources/org/gta4j/embedded")
          .resolve(EmbeddedModel.NAME)
          .toAbsolutePath()
          .normalize()
          .toString();

  /** Texts of very different lengths. */
  static final List<String> TEXTS =
      IntStream.range(0, 24)
          .mapToObj(i ->
              "Once upon a time there was a cat. ".repeat(1 + i * i % 7)
                  + "It had %d kittens, and".formatted(i))
          .toList();

  private Fixture() {}

  /** A session of this process, with two task threads; a task may fail twice. */
  static SparkSession spark() {
    return SparkSession.builder()
        .master("local[2,3]")
        .appName("gta4j tests")
        .config("spark.ui.enabled", "false")
        .config("spark.sql.shuffle.partitions", "3")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.sql.warehouse.dir", "target/warehouse")
        .getOrCreate();
  }

  /** The model by itself, computed as transformers do where nobody says how. */
  static LanguageModel plain() {
    return LanguageModel.load(Path.of(MODEL), LoadOptions.defaults());
  }

  /** Rows of a number and a text, in so many partitions and in their order. */
  static Dataset<Row> rows(SparkSession spark, List<String> texts, int partitions) {
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < texts.size(); i++) {
      rows.add(RowFactory.create((long) i, texts.get(i)));
    }
    StructType schema =
        new StructType().add("id", DataTypes.LongType).add("text", DataTypes.StringType);
    return spark.createDataFrame(rows, schema).coalesce(1).repartition(partitions);
  }

  /** A column's values by the rows' numbers. */
  static <V> Map<Long, V> byId(Dataset<Row> rows, String column) {
    Map<Long, V> values = new HashMap<>();
    for (Row row : rows.select("id", column).collectAsList()) {
      values.put(row.getLong(0), row.getAs(1));
    }
    return values;
  }
}
