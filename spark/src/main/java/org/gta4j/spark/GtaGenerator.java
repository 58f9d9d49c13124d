package org.gta4j.spark;

import java.util.List;
import java.util.Optional;
import org.apache.spark.ml.param.BooleanParam;
import org.apache.spark.ml.param.DoubleParam;
import org.apache.spark.ml.param.IntParam;
import org.apache.spark.ml.param.LongParam;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.StringArrayParam;
import org.apache.spark.ml.util.DefaultParamsReader;
import org.apache.spark.ml.util.Identifiable;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.sql.types.DataTypes;

/**
 * Has a model answer texts, or continue them where it has no chat template or {@code raw} is set.
 *
 * <p>Adds {@code outputCol} (the answer's text) and {@code errorCol}, and where they have names
 * {@code idsCol} (the answer's token ids) and {@code finishCol} ({@code stop} or {@code length}).
 *
 * <p>Without a temperature the choice is greedy, and an answer depends on its text alone. With one,
 * random numbers begin at {@code seed} and the row's {@code rowIdCol}, or its text where no such
 * column is named: equal texts then have equal answers.
 */
public final class GtaGenerator extends EngineTransformer<GtaGenerator> {
  private static final long serialVersionUID = 1L;

  private final IntParam maxTokens;
  private final DoubleParam temperature;
  private final IntParam topK;
  private final DoubleParam topP;
  private final DoubleParam minP;
  private final DoubleParam repeatPenalty;
  private final LongParam seed;
  private final StringArrayParam stop;
  private final BooleanParam raw;
  private final Param<String> system;
  private final Param<String> rowIdCol;
  private final Param<String> idsCol;
  private final Param<String> finishCol;

  /** A generator whose name is unused. */
  public GtaGenerator() {
    this(Identifiable.randomUID("gtaGenerator"));
  }

  /** A generator. */
  public GtaGenerator(String uid) {
    super(uid, "answer", "The new column for the answer's text.");
    maxTokens = new IntParam(uid, "maxTokens", "How many tokens an answer has at most.");
    temperature =
        new DoubleParam(
            uid,
            "temperature",
            "0: always the most probable token; 1: as the model says; higher: more surprising.");
    topK = new IntParam(uid, "topK", "Only the k most probable tokens; 0: all.");
    topP =
        new DoubleParam(
            uid, "topP", "Only the most probable tokens that together reach this; 1: all.");
    minP =
        new DoubleParam(
            uid, "minP", "Only tokens this times as probable as the most probable one; 0: all.");
    repeatPenalty =
        new DoubleParam(
            uid, "repeatPenalty", "Above 1 makes tokens less probable that occurred; 1: none.");
    seed = new LongParam(uid, "seed", "Where random numbers begin, together with the row.");
    stop = new StringArrayParam(this, "stop", "Texts that end an answer and are no part of it.");
    raw =
        new BooleanParam(
            uid,
            "raw",
            "Whether a text is continued as it is; otherwise a model with a chat template answers it.");
    system = new Param<>(uid, "system", "What a chat model is told first; empty: nothing.");
    rowIdCol =
        new Param<>(
            uid,
            "rowIdCol",
            "The column that tells rows apart where random numbers are drawn; empty: the text does.");
    idsCol = new Param<>(uid, "idsCol", "The new column for the answer's token ids; empty: none.");
    finishCol =
        new Param<>(
            uid,
            "finishCol",
            "The new column for why the answer ended, stop or length; empty: none.");
    setDefault(maxTokens, 256);
    setDefault(temperature, 0.0);
    setDefault(topK, 0);
    setDefault(topP, 1.0);
    setDefault(minP, 0.0);
    setDefault(repeatPenalty, 1.0);
    setDefault(seed, 0L);
    setDefault(stop, new String[0]);
    setDefault(raw, false);
    setDefault(system, "");
    setDefault(rowIdCol, "");
    setDefault(idsCol, "");
    setDefault(finishCol, "");
  }

  /** Reads generators that were saved. */
  public static MLReader<GtaGenerator> read() {
    return new DefaultParamsReader<>();
  }

  /** Reads a generator that was saved. */
  public static GtaGenerator load(String path) {
    return read().load(path);
  }

  /** How many tokens an answer has at most. */
  public IntParam maxTokens() {
    return maxTokens;
  }

  /** How much chance there is in the choice. */
  public DoubleParam temperature() {
    return temperature;
  }

  /** How many tokens are chosen from. */
  public IntParam topK() {
    return topK;
  }

  /** What the tokens that are chosen from reach together. */
  public DoubleParam topP() {
    return topP;
  }

  /** How probable tokens are that are chosen from. */
  public DoubleParam minP() {
    return minP;
  }

  /** What tokens that occurred are divided by. */
  public DoubleParam repeatPenalty() {
    return repeatPenalty;
  }

  /** Where random numbers begin. */
  public LongParam seed() {
    return seed;
  }

  /** Texts that end an answer. */
  public StringArrayParam stop() {
    return stop;
  }

  /** Whether texts are continued as they are. */
  public BooleanParam raw() {
    return raw;
  }

  /** What a chat model is told first. */
  public Param<String> system() {
    return system;
  }

  /** The column that tells rows apart. */
  public Param<String> rowIdCol() {
    return rowIdCol;
  }

  /** The new column for token ids. */
  public Param<String> idsCol() {
    return idsCol;
  }

  /** The new column for why the answer ended. */
  public Param<String> finishCol() {
    return finishCol;
  }

  /** Sets how many tokens an answer has at most. */
  public GtaGenerator setMaxTokens(int value) {
    return with(maxTokens, value);
  }

  /** Sets the temperature; 0 is greedy. */
  public GtaGenerator setTemperature(double value) {
    return with(temperature, value);
  }

  /** Sets of how many of the most probable tokens one is chosen; 0: all. */
  public GtaGenerator setTopK(int value) {
    return with(topK, value);
  }

  /** Sets what the most probable tokens that are chosen from reach together; 1: all. */
  public GtaGenerator setTopP(double value) {
    return with(topP, value);
  }

  /**
   * Sets how probable tokens are that are chosen from, as a part of the most probable one's; 0:
   * all.
   */
  public GtaGenerator setMinP(double value) {
    return with(minP, value);
  }

  /** Sets what makes tokens less probable that occurred; 1: nothing. */
  public GtaGenerator setRepeatPenalty(double value) {
    return with(repeatPenalty, value);
  }

  /** Sets where random numbers begin, together with the row. */
  public GtaGenerator setSeed(long value) {
    return with(seed, value);
  }

  /** Sets texts that end an answer and are no part of it. */
  public GtaGenerator setStop(String... value) {
    return with(stop, value.clone());
  }

  /** Sets whether texts are continued as they are, where the model has a chat template too. */
  public GtaGenerator setRaw(boolean value) {
    return with(raw, value);
  }

  /** Sets what a chat model is told first; empty: nothing. */
  public GtaGenerator setSystem(String value) {
    return with(system, value);
  }

  /**
   * Sets the column, of texts or whole numbers, that tells rows apart where random numbers are
   * drawn; empty: the text does.
   */
  public GtaGenerator setRowIdCol(String value) {
    return with(rowIdCol, value);
  }

  /** Sets the new column for the answer's token ids; empty: none. */
  public GtaGenerator setIdsCol(String value) {
    return with(idsCol, value);
  }

  /** Sets the new column for why the answer ended; empty: none. */
  public GtaGenerator setFinishCol(String value) {
    return with(finishCol, value);
  }

  @Override
  GtaGenerator self() {
    return this;
  }

  @Override
  Optional<String> keyColumn() {
    return Optional.of(value(rowIdCol)).filter(name -> !name.isEmpty());
  }

  @Override
  List<Output> outputs() {
    return List.of(
        new Output(outputCol(), DataTypes.StringType, 0),
        new Output(idsCol, DataTypes.createArrayType(DataTypes.IntegerType, false), 1),
        new Output(finishCol, DataTypes.StringType, 2));
  }

  @Override
  GenerateWork work(ModelLocation location) {
    return new GenerateWork(
        engine(location),
        new GenerateWork.Choice(
            number(temperature),
            count(topK),
            number(topP),
            number(minP),
            number(repeatPenalty),
            (Long) value(seed)),
        count(maxTokens),
        value(stop),
        flag(raw),
        value(system),
        flag(escapeControlTokens()));
  }
}
