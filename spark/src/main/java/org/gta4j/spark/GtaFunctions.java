package org.gta4j.spark;

import java.util.List;
import org.apache.spark.TaskContext;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.api.java.UDF1;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/**
 * A model in SQL:
 *
 * <pre>{@code
 * SELECT id, answer.text, answer.error
 *   FROM (SELECT id, gta_generate(prompt) AS answer FROM prompts)
 * }</pre>
 *
 * <p>Spark calls a function for one row after the other, so that no more texts are computed
 * together than tasks run in an executor: for many rows a transformer is faster. A row that nothing
 * can be computed from has a sentence in {@code error}, and nulls beside it.
 */
public final class GtaFunctions {
  private static final ArrayType IDS = DataTypes.createArrayType(DataTypes.IntegerType, false);

  private GtaFunctions() {}

  /** {@link #register(SparkSession, GtaGenerator)} and the others, all with one model. */
  public static void register(SparkSession spark, String model) {
    register(spark, new GtaGenerator().setModel(model));
    register(spark, new GtaScorer().setModel(model));
    register(spark, new GtaTokenizer().setModel(model));
  }

  /**
   * Registers {@code gta_generate(text)}: {@code struct<text: string, ids: array<int>, finish:
   * string, error: string>}.
   *
   * @param generator whose parameters count, but for columns
   */
  public static void register(SparkSession spark, GtaGenerator generator) {
    register(
        spark,
        "gta_generate",
        generator,
        new StructType()
            .add("text", DataTypes.StringType)
            .add("ids", IDS)
            .add("finish", DataTypes.StringType));
  }

  /**
   * Registers {@code gta_score(text)}: {@code struct<log_probability: double, perplexity: double,
   * tokens: int, error: string>}.
   *
   * @param scorer whose parameters count, but for columns
   */
  public static void register(SparkSession spark, GtaScorer scorer) {
    register(
        spark,
        "gta_score",
        scorer,
        new StructType()
            .add("log_probability", DataTypes.DoubleType)
            .add("perplexity", DataTypes.DoubleType)
            .add("tokens", DataTypes.IntegerType));
  }

  /**
   * Registers {@code gta_tokenize(text)}: {@code struct<ids: array<int>, tokens: int, error:
   * string>}.
   *
   * @param tokenizer whose parameters count, but for columns
   */
  public static void register(SparkSession spark, GtaTokenizer tokenizer) {
    register(
        spark,
        "gta_tokenize",
        tokenizer,
        new StructType().add("ids", IDS).add("tokens", DataTypes.IntegerType));
  }

  private static void register(
      SparkSession spark, String name, GtaTransformer<?> transformer, StructType results) {
    DataType type = results.add("error", DataTypes.StringType);
    RowWork work = transformer.workIn(spark);
    // Not deterministic as far as Spark is told, so that it is computed once for a row where a
    // query reads several of its fields, or filters by one.
    spark
        .udf()
        .register(name, functions.udf(new OneRow(work, results.size()), type).asNondeterministic());
  }

  /** Computes one row. */
  private record OneRow(RowWork work, int values) implements UDF1<@Nullable String, Row> {
    private static final long serialVersionUID = 1L;

    @Override
    public Row call(@Nullable String text) {
      @Nullable Object[] row = new @Nullable Object[values + 1];
      try {
        computed(RowLayout.checked(text)).toArray(row);
      } catch (RefusedRowException e) {
        row[values] = e.getMessage();
      }
      return RowFactory.create(row);
    }

    private List<Object> computed(String text) {
      TaskContext task = TaskContext.get();
      if (task != null) {
        return computed(TaskWorks.of(task).opened(work), text);
      }
      try (RowWork.Opened opened = work.open()) {
        return computed(opened, text);
      }
    }

    private List<Object> computed(RowWork.Opened opened, String text) {
      RowWork.Begun begun = opened.begin(text, text, this);
      try {
        return begun.await(new Patience()).columns();
      } catch (RuntimeException | Error e) {
        begun.cancel(); // nobody will ask for it
        throw e;
      }
    }
  }
}
