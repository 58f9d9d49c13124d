package org.gta4j.spark;

import java.util.List;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.util.DefaultParamsReader;
import org.apache.spark.ml.util.Identifiable;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.sql.types.DataTypes;

/**
 * Computes how probable a model finds texts: each token but the first, given those before it. A
 * text of more tokens than the context has room for is refused, not cut.
 *
 * <p>Adds {@code outputCol} (Σ ln p, in nats), {@code perplexityCol} (e to the mean of −ln p),
 * {@code errorCol}, and where it has a name {@code tokensCol} (how many tokens were scored).
 */
public final class GtaScorer extends EngineTransformer<GtaScorer> {
  private static final long serialVersionUID = 1L;

  private final Param<String> perplexityCol;
  private final Param<String> tokensCol;

  /** A scorer whose name is unused. */
  public GtaScorer() {
    this(Identifiable.randomUID("gtaScorer"));
  }

  /** A scorer. */
  public GtaScorer(String uid) {
    super(
        uid,
        "log_probability",
        "The new column for the logarithm of the text's probability, in nats.");
    perplexityCol =
        new Param<>(uid, "perplexityCol", "The new column for the perplexity; empty: none.");
    tokensCol =
        new Param<>(
            uid, "tokensCol", "The new column for how many tokens were scored; empty: none.");
    setDefault(perplexityCol, "perplexity");
    setDefault(tokensCol, "");
  }

  /** Reads scorers that were saved. */
  public static MLReader<GtaScorer> read() {
    return new DefaultParamsReader<>();
  }

  /** Reads a scorer that was saved. */
  public static GtaScorer load(String path) {
    return read().load(path);
  }

  /** The new column for the perplexity. */
  public Param<String> perplexityCol() {
    return perplexityCol;
  }

  /** The new column for the number of tokens. */
  public Param<String> tokensCol() {
    return tokensCol;
  }

  /** Sets the new column for the perplexity; an empty name: none. */
  public GtaScorer setPerplexityCol(String value) {
    return with(perplexityCol, value);
  }

  /** Sets the new column for how many tokens were scored; an empty name: none. */
  public GtaScorer setTokensCol(String value) {
    return with(tokensCol, value);
  }

  @Override
  GtaScorer self() {
    return this;
  }

  @Override
  List<Output> outputs() {
    return List.of(
        new Output(outputCol(), DataTypes.DoubleType, 0),
        new Output(perplexityCol, DataTypes.DoubleType, 1),
        new Output(tokensCol, DataTypes.IntegerType, 2));
  }

  @Override
  ScoreWork work(ModelLocation location) {
    return new ScoreWork(engine(location), flag(escapeControlTokens()));
  }
}
