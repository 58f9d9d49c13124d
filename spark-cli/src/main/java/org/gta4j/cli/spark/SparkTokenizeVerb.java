package org.gta4j.cli.spark;

import java.util.List;
import java.util.Map;
import org.gta4j.cli.EscapeOption;
import org.gta4j.cli.ModelOptions;
import org.gta4j.cli.spark.batch.ChunkResult;
import org.gta4j.spark.GtaTokenizer;

/** {@code gta spark tokenize}. */
final class SparkTokenizeVerb extends BatchVerb {
  private static final int ROWS = 20_000;

  private final EscapeOption escape;
  private final ModelOptions options;

  @SuppressWarnings("this-escape") // picocli keeps it, and looks at it when a command is parsed
  SparkTokenizeVerb() {
    super(
        "tokenize",
        List.of(
            "Turns each text of a file into token ids, in Apache Spark.",
            "A line {\"id\", \"ids\"} for each, or {\"id\", \"line\", \"error\"}; of the model its"
                + " tokenizer alone is loaded."),
        List.of(
            "gta spark tokenize --model FOLDER --input texts.jsonl --output ids",
            "gta spark tokenize --master spark://host:7077 --model /shared/model.gguf --input"
                + " /shared/texts.jsonl --output /shared/ids"),
        ROWS);
    addCommon();
    escape = new EscapeOption(this);
    options = ModelOptions.ofTokenizer(this);
  }

  @Override
  ModelOptions options() {
    return options;
  }

  @Override
  Map<String, String> settings() {
    return Map.of("escape_control_tokens", Boolean.toString(escape.isOn()));
  }

  @Override
  GtaTokenizer transformer() {
    return new GtaTokenizer().setEscapeControlTokens(escape.isOn()).setOutputCol("ids");
  }

  @Override
  ChunkResult.ResultLine line() {
    return (line, row) -> ChunkResult.addIds(line, row.integers("ids"));
  }
}
