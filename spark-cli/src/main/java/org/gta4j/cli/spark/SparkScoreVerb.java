package org.gta4j.cli.spark;

import java.util.List;
import java.util.Map;
import org.gta4j.cli.EscapeOption;
import org.gta4j.cli.ModelOptions;
import org.gta4j.cli.spark.batch.ChunkResult;
import org.gta4j.cli.spark.batch.ResultRow;
import org.gta4j.spark.GtaScorer;
import tools.jackson.core.JsonGenerator;

/** {@code gta spark score}. */
final class SparkScoreVerb extends BatchVerb {
  private static final int ROWS = 256;
  private static final String SUM = "logprob";
  private static final String TOKENS = "tokens";

  private final EngineSettings engine = new EngineSettings();
  private final EscapeOption escape;
  private final ModelOptions options;

  @SuppressWarnings("this-escape") // picocli keeps it, and looks at it when a command is parsed
  SparkScoreVerb() {
    super(
        "score",
        List.of(
            "Says how probable a model finds each text of a file, in Apache Spark.",
            "A line {\"id\", \"logprob\", \"tokens\"} for each: the sum of the natural logarithms"
                + " over all tokens but the first, and how many those are; or {\"id\", \"line\","
                + " \"error\"}."),
        List.of(
            "gta spark score --model model.gguf --input texts.jsonl --output scores",
            "gta spark score --master yarn --ship-model --model model.gguf --input"
                + " /shared/texts.jsonl --output /shared/scores"),
        ROWS);
    addCommon();
    engine.addTo(this);
    escape = new EscapeOption(this);
    options = new ModelOptions(this);
  }

  @Override
  ModelOptions options() {
    return options;
  }

  @Override
  Map<String, String> settings() {
    Map<String, String> settings = engine.settings(options);
    settings.put("escape_control_tokens", Boolean.toString(escape.isOn()));
    return settings;
  }

  @Override
  GtaScorer transformer() {
    return engine
        .of(new GtaScorer(), options)
        .setEscapeControlTokens(escape.isOn())
        .setOutputCol(SUM)
        .setPerplexityCol("")
        .setTokensCol(TOKENS);
  }

  @Override
  ChunkResult.ResultLine line() {
    return SparkScoreVerb::add;
  }

  private static long add(JsonGenerator line, ResultRow row) {
    double sum = row.number(SUM);
    if (!Double.isFinite(sum)) {
      throw new IllegalArgumentException(
          "the log-probability is %s, which JSON has no number for".formatted(sum));
    }
    int tokens = row.integer(TOKENS);
    line.writeNumberProperty(SUM, sum).writeNumberProperty(TOKENS, tokens);
    return tokens;
  }
}
