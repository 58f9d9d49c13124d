package org.gta4j.spark;

import java.util.List;
import org.apache.spark.ml.param.BooleanParam;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.util.DefaultParamsReader;
import org.apache.spark.ml.util.Identifiable;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.sql.types.DataTypes;

/**
 * Turns texts into a model's token ids, as the model would read them as prompts. Of the model
 * nothing but its tokenizer is loaded.
 *
 * <p>Adds {@code outputCol} (the ids), {@code errorCol}, and where it has a name {@code tokensCol}
 * (how many they are).
 */
public final class GtaTokenizer extends GtaTransformer<GtaTokenizer> {
  private static final long serialVersionUID = 1L;

  private final BooleanParam framed;
  private final Param<String> tokensCol;

  /** A tokenizer whose name is unused. */
  public GtaTokenizer() {
    this(Identifiable.randomUID("gtaTokenizer"));
  }

  /** A tokenizer. */
  public GtaTokenizer(String uid) {
    super(uid, "ids", "The new column for token ids.");
    framed =
        new BooleanParam(
            uid,
            "framed",
            "Whether ids begin with what the model expects before a prompt, such as a token that begins texts.");
    tokensCol =
        new Param<>(uid, "tokensCol", "The new column for how many ids there are; empty: none.");
    setDefault(framed, true);
    setDefault(tokensCol, "");
  }

  /** Reads tokenizers that were saved. */
  public static MLReader<GtaTokenizer> read() {
    return new DefaultParamsReader<>();
  }

  /** Reads a tokenizer that was saved. */
  public static GtaTokenizer load(String path) {
    return read().load(path);
  }

  /** Whether ids begin as a prompt's. */
  public BooleanParam framed() {
    return framed;
  }

  /** The new column for the number of ids. */
  public Param<String> tokensCol() {
    return tokensCol;
  }

  /** Sets whether ids begin with what the model expects before a prompt. */
  public GtaTokenizer setFramed(boolean value) {
    return with(framed, value);
  }

  /** Sets the new column for how many ids there are; an empty name: none. */
  public GtaTokenizer setTokensCol(String value) {
    return with(tokensCol, value);
  }

  @Override
  GtaTokenizer self() {
    return this;
  }

  @Override
  List<Output> outputs() {
    return List.of(
        new Output(outputCol(), DataTypes.createArrayType(DataTypes.IntegerType, false), 0),
        new Output(tokensCol, DataTypes.IntegerType, 1));
  }

  @Override
  TokenizeWork work(ModelLocation location) {
    return new TokenizeWork(location, flag(framed), flag(escapeControlTokens()));
  }
}
