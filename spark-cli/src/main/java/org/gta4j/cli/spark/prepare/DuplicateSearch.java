package org.gta4j.cli.spark.prepare;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.min;
import static org.apache.spark.sql.functions.not;
import static org.apache.spark.sql.functions.struct;

import java.io.Serializable;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.StreamSupport;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.ml.feature.MinHashLSH;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.storage.StorageLevel;
import org.gta4j.data.text.Cleaning;
import org.gta4j.data.text.CleaningCounts;
import org.gta4j.data.text.Document;
import org.gta4j.data.text.DocumentFilter;
import org.gta4j.data.text.DocumentGate;
import org.gta4j.data.text.Duplicates;
import org.gta4j.data.text.Shingles;
import org.gta4j.data.text.TextDigest;
import scala.Tuple2;

/** Finds documents that were there before, among those that are good enough. */
final class DuplicateSearch {
  private static final String SPLIT = "split";
  private static final String NUMBER = "number";
  private static final String FEATURES = "features";

  /**
   * Hashes of a document, of which one must be another's: of two documents that share 80 % of their
   * runs all five differ once in three thousand times.
   */
  private static final int TABLES = 5;

  /** The same hashes every time. */
  private static final long SEED = 20_250_616;

  /** Spark asks for distances below a limit, and a limit itself counts here. */
  private static final double SLACK = 1e-9;

  private final SparkSession spark;
  private final JavaRDD<TextSplit> splits;
  private final Cleaning cleaning;

  DuplicateSearch(SparkSession spark, JavaRDD<TextSplit> splits, Cleaning cleaning) {
    this.spark = spark;
    this.splits = splits;
    this.cleaning = cleaning;
  }

  /** The numbers of each split's duplicates, ascending; without splits that have none. */
  JavaPairRDD<Integer, long[]> bySplit() {
    Dataset<Row> duplicates = equal();
    if (cleaning.duplicates() instanceof Duplicates.Near near) {
      duplicates = duplicates.union(similar(duplicates, near.similarity()));
    }
    return duplicates
        .javaRDD()
        .mapToPair(row -> new Tuple2<>(row.getInt(0), row.getLong(1)))
        .groupByKey()
        .mapValues(numbers ->
            StreamSupport.stream(numbers.spliterator(), false)
                .mapToLong(Long::longValue)
                .sorted()
                .toArray());
  }

  /** Documents that are equal to an earlier one. */
  private Dataset<Row> equal() {
    StructType schema = positions().add("high", DataTypes.LongType).add("low", DataTypes.LongType);
    // Kept, as it is looked at several times and small beside the texts.
    Dataset<Row> all =
        rows(
                schema,
                document -> {
                  TextDigest digest = TextDigest.of(document.text());
                  return List.of(digest.high(), digest.low());
                })
            .persist(StorageLevel.MEMORY_AND_DISK());
    Dataset<Row> first =
        all.groupBy("high", "low")
            .agg(min(struct(SPLIT, NUMBER)).as("first"), count(lit(1)).as("copies"))
            .where("copies > 1");
    return all.join(
            first,
            all.col("high")
                .equalTo(first.col("high"))
                .and(all.col("low").equalTo(first.col("low"))))
        .where(
            not(
                col(SPLIT)
                    .equalTo(col("first.split"))
                    .and(col(NUMBER).equalTo(col("first.number")))))
        .select(SPLIT, NUMBER);
  }

  /** Documents that are nearly equal to an earlier one, beside those that are known to go. */
  private Dataset<Row> similar(Dataset<Row> known, double similarity) {
    StructType schema = positions().add(FEATURES, SQLDataTypes.VectorType());
    Dataset<Row> documents =
        rows(
                schema,
                document -> {
                  int[] runs = Shingles.of(document.text());
                  double[] ones = new double[runs.length];
                  Arrays.fill(ones, 1);
                  return List.of(Vectors.sparse(Shingles.RANGE, runs, ones));
                })
            .join(known, new String[] {SPLIT, NUMBER}, "left_anti");
    // It is made for vectors of a length, and looks at the first of what it is given.
    Row any =
        RowFactory.create(0, 0L, Vectors.sparse(Shingles.RANGE, new int[1], new double[] {1}));
    return new MinHashLSH()
        .setNumHashTables(TABLES)
        .setSeed(SEED)
        .setInputCol(FEATURES)
        .setOutputCol("hashes")
        .fit(spark.createDataFrame(List.of(any), schema))
        .approxSimilarityJoin(documents, documents, 1 - similarity + SLACK, "distance")
        .where("struct(datasetA.split, datasetA.number) < struct(datasetB.split, datasetB.number)")
        .select(col("datasetB.split").as(SPLIT), col("datasetB.number").as(NUMBER))
        .distinct();
  }

  private static StructType positions() {
    return new StructType().add(SPLIT, DataTypes.IntegerType).add(NUMBER, DataTypes.LongType);
  }

  /** What a row says of a document behind its position. */
  private interface Columns extends Function<Document, List<Object>>, Serializable {}

  private Dataset<Row> rows(StructType schema, Columns columns) {
    DocumentFilter filter = cleaning.filter();
    return spark.createDataFrame(
        splits.flatMap(split ->
            new Pulled<Row>(told ->
                split.read(
                    new DocumentGate(
                        filter,
                        document -> false,
                        document -> told.accept(row(split, document, columns)),
                        new CleaningCounts())))),
        schema);
  }

  private static Row row(TextSplit split, Document document, Columns columns) {
    List<Object> values = columns.apply(document);
    Object[] all = new Object[2 + values.size()];
    all[0] = split.index();
    all[1] = document.number();
    for (int i = 0; i < values.size(); i++) {
      all[2 + i] = values.get(i);
    }
    return RowFactory.create(all);
  }
}
