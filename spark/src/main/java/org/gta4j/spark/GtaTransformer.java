package org.gta4j.spark;

import java.util.List;
import java.util.Optional;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.ml.Transformer;
import org.apache.spark.ml.param.BooleanParam;
import org.apache.spark.ml.param.DoubleParam;
import org.apache.spark.ml.param.IntParam;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.util.DefaultParamsWritable;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StringType;
import org.apache.spark.sql.types.StructType;

/**
 * What the transformers have in common: a column of texts that is read, columns that are added, a
 * model. Rows are handed on in their order, whatever the partitions; a row that nothing can be
 * computed from has nulls and a sentence in the error column.
 *
 * @param <T> the transformer itself
 */
public abstract class GtaTransformer<T extends GtaTransformer<T>> extends Transformer
    implements DefaultParamsWritable {
  private static final long serialVersionUID = 1L;

  /** What the column is called that says whether a text is UTF-8, where no other is. */
  private static final String IS_TEXT = "gta4j: is UTF-8";

  private final String uid;
  private final Param<String> model;
  private final BooleanParam shipModel;
  private final Param<String> inputCol;
  private final Param<String> outputCol;
  private final Param<String> errorCol;
  private final BooleanParam escapeControlTokens;

  /**
   * A transformer.
   *
   * @param uid what tells it from others
   * @param output what its first new column is called where nobody says it
   */
  @SuppressWarnings("this-escape") // what Spark's class does with it is to note the value
  GtaTransformer(String uid, String output, String outputMeaning) {
    this.uid = uid;
    model =
        new Param<>(
            uid,
            "model",
            "The model: a path that every executor sees, or an address such as hdfs://... that is fetched to each executor once.");
    shipModel =
        new BooleanParam(
            uid,
            "shipModel",
            "Whether the model is a file of the driver's machine that is sent to each executor once.");
    inputCol = new Param<>(uid, "inputCol", "The column of texts.");
    outputCol = new Param<>(uid, "outputCol", outputMeaning);
    errorCol =
        new Param<>(
            uid,
            "errorCol",
            "The new column with what was wrong with a row, null where nothing was; empty: none.");
    escapeControlTokens =
        new BooleanParam(
            uid,
            "escapeControlTokens",
            "Whether names of control tokens in a text, such as <|im_end|>, are ordinary text.");
    setDefault(model, "");
    setDefault(shipModel, false);
    setDefault(inputCol, "text");
    setDefault(outputCol, output);
    setDefault(errorCol, "error");
    setDefault(escapeControlTokens, false);
  }

  @Override
  public String uid() {
    return uid;
  }

  /** Where the model is. */
  public Param<String> model() {
    return model;
  }

  /** Whether the model is sent to the executors. */
  public BooleanParam shipModel() {
    return shipModel;
  }

  /** The column of texts. */
  public Param<String> inputCol() {
    return inputCol;
  }

  /** The first new column. */
  public Param<String> outputCol() {
    return outputCol;
  }

  /** The new column for what was wrong with a row. */
  public Param<String> errorCol() {
    return errorCol;
  }

  /** Whether texts may not steer the model. */
  public BooleanParam escapeControlTokens() {
    return escapeControlTokens;
  }

  /**
   * Sets the model: a Hugging Face folder, a {@code .gguf} file, a {@code .safetensors} file beside
   * its {@code config.json}, or a {@code .bin} file of llama2.c.
   *
   * @param value a path that every executor sees, or an address of another file system, such as
   *     {@code hdfs://…}, whose file each executor fetches once
   */
  public T setModel(String value) {
    return with(model, value);
  }

  /** Sets whether the model is a file of the driver's machine that each executor is sent once. */
  public T setShipModel(boolean value) {
    return with(shipModel, value);
  }

  /** Sets the column of texts; {@code text} where nobody does. */
  public T setInputCol(String value) {
    return with(inputCol, value);
  }

  /** Sets what the first new column is called. */
  public T setOutputCol(String value) {
    return with(outputCol, value);
  }

  /** Sets the column for what was wrong with a row; an empty name: none. */
  public T setErrorCol(String value) {
    return with(errorCol, value);
  }

  /** Sets whether names of control tokens in a text are ordinary text. */
  public T setEscapeControlTokens(boolean value) {
    return with(escapeControlTokens, value);
  }

  /** This transformer with another value of a parameter. */
  final <V> T with(Param<V> param, V value) {
    set(param, value);
    return self();
  }

  /** This transformer. */
  abstract T self();

  /** The value of a parameter. */
  final <V> V value(Param<V> param) {
    return getOrDefault(param);
  }

  /** The value of a parameter that Spark keeps as an object. */
  final int count(IntParam param) {
    return (Integer) value(param);
  }

  /** The value of a parameter that Spark keeps as an object. */
  final double number(DoubleParam param) {
    return (Double) value(param);
  }

  /** The value of a parameter that Spark keeps as an object. */
  final boolean flag(BooleanParam param) {
    return (Boolean) value(param);
  }

  /** A new column, and which of the computed values it has. */
  record Output(Param<String> name, DataType type, int value) {}

  /**
   * The new columns that there may be, without the one for errors; those without a name are none.
   */
  abstract List<Output> outputs();

  /** The column that tells rows from others, if one was named. */
  Optional<String> keyColumn() {
    return Optional.empty();
  }

  /**
   * Makes what is done with rows.
   *
   * @throws IllegalArgumentException if a parameter cannot be as it is
   */
  abstract RowWork work(ModelLocation location);

  /**
   * Makes what is done with rows, with the model where executors find it.
   *
   * @throws IllegalArgumentException if a parameter cannot be as it is
   */
  final RowWork workIn(SparkSession session) {
    checkParameters();
    return work(ModelLocation.of(value(model), flag(shipModel), session));
  }

  private void checkParameters() {
    try {
      if (value(model).isBlank()) {
        throw new IllegalArgumentException("model: expected a path, found none: use setModel");
      }
      work(ModelLocation.seen(value(model)));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "%s: %s".formatted(getClass().getSimpleName(), e.getMessage()), e);
    }
  }

  private List<Output> named() {
    return outputs().stream().filter(output -> !value(output.name()).isEmpty()).toList();
  }

  @Override
  public StructType transformSchema(StructType schema) {
    Columns columns = new Columns(getClass().getSimpleName(), schema);
    checkParameters();
    columns.require(inputCol.name(), value(inputCol), "texts", StringType.class::isInstance);
    keyColumn().ifPresent(name -> columns.require("rowIdCol", name, "ids", Columns::isId));
    for (Output output : named()) {
      columns.add(output.name().name(), value(output.name()), output.type());
    }
    if (!value(errorCol).isEmpty()) {
      columns.add(errorCol.name(), value(errorCol), DataTypes.StringType);
    }
    return columns.schema();
  }

  @Override
  public Dataset<Row> transform(Dataset<?> dataset) {
    StructType before = dataset.schema();
    StructType after = transformSchema(before, true); // says what is wrong in our words
    return dataset
        .withColumn(
            Columns.unusedName(before, IS_TEXT),
            functions.is_valid_utf8(dataset.col(Columns.quoted(value(inputCol)))))
        .mapPartitions(task(before, dataset.sparkSession(), before.size()), Encoders.row(after));
  }

  /**
   * What tasks do with rows that they have made themselves, and hand on to nobody but themselves:
   * as {@link #transform}, and no row is copied into Spark's memory and out again. Texts must have
   * no halves of characters, which no dataset's have.
   *
   * @param schema the rows' columns; those that go have {@link #transformSchema}'s
   * @param session whose job calls it, see {@link SessionFiles}
   * @throws IllegalArgumentException if a parameter cannot be as it is, or a column is missing
   */
  public MapPartitionsFunction<Row, Row> task(StructType schema, SparkSession session) {
    transformSchema(schema);
    return task(schema, session, RowLayout.NONE);
  }

  private MapPartitionsFunction<Row, Row> task(
      StructType before, SparkSession session, int isText) {
    RowWork work = workIn(session);
    RowLayout layout =
        new RowLayout(
            before.fieldIndex(value(inputCol)),
            keyColumn().map(before::fieldIndex).orElse(RowLayout.NONE),
            isText,
            before.size(),
            named().stream().mapToInt(Output::value).toArray(),
            !value(errorCol).isEmpty());
    JobCounters counters = JobCounters.of(session.sparkContext());
    return rows -> new PartitionRows(rows, work, layout, counters);
  }

  @Override
  @SuppressWarnings("unchecked") // a copy is of the same class
  public T copy(ParamMap extra) {
    return (T) defaultCopy(extra);
  }
}
