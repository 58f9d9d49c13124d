package org.gta4j.cli.spark;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.gta4j.checkpoint.Json;
import org.gta4j.cli.Check;
import org.gta4j.cli.EscapeOption;
import org.gta4j.cli.ModelOptions;
import org.gta4j.cli.SamplingOptions;
import org.gta4j.cli.Setting;
import org.gta4j.cli.Terminal;
import org.gta4j.cli.UsageException;
import org.gta4j.cli.spark.batch.ChunkResult;
import org.gta4j.cli.spark.batch.InputRow;
import org.gta4j.cli.spark.batch.ResultRow;
import org.gta4j.generate.Sampling;
import org.gta4j.spark.GtaGenerator;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.node.ArrayNode;

/** {@code gta spark generate}. */
final class SparkGenerateVerb extends BatchVerb {
  private static final int ROWS = 256;
  private static final int USUAL_TOKENS = 256;
  private static final String ANSWER = "answer";
  private static final String IDS = "ids";
  private static final String FINISH = "finish_reason";

  private final Setting<Integer> maxTokens =
      Setting.integer(
          "--max-tokens",
          "N",
          "How many tokens to generate for a row at most (default: %d).".formatted(USUAL_TOKENS));
  private final SamplingOptions sampling;
  private final Setting<List<String>> stop =
      Setting.texts(
          "--stop",
          "TEXT",
          "A text that ends an answer and is not part of it; may be given several times.");
  private final Setting<Boolean> raw =
      Setting.flag(
          "--raw",
          "Continue the texts as they are; without this a model with a chat template answers"
              + " them.");
  private final Setting<String> system =
      Setting.text("--system", "TEXT", "What a chat model is told before each text.");
  private final EngineSettings engine = new EngineSettings();
  private final EscapeOption escape;
  private final ModelOptions options;

  @SuppressWarnings("this-escape") // picocli keeps it, and looks at it when a command is parsed
  SparkGenerateVerb() {
    super(
        "generate",
        List.of(
            "Continues or answers each text of a file, in Apache Spark: texts of all tasks of an"
                + " executor are computed together.",
            "A line {\"id\", \"text\", \"ids\", \"finish_reason\"} for each, or {\"id\", \"line\","
                + " \"error\"}. Random numbers are told by --seed (default: 0) and the row's id, so"
                + " a row's answer is the same wherever it is computed."),
        List.of(
            "gta spark generate --input prompts.jsonl --output answers --max-tokens 100",
            "gta spark generate --master 'local[4]' --model FOLDER --temperature 0.8 --seed 7"
                + " --input prompts.jsonl --output answers",
            "gta spark generate --master spark://host:7077 --conf spark.executor.memory=8g --model"
                + " /shared/model.gguf --input /shared/prompts.jsonl --output /shared/answers"),
        ROWS);
    addCommon();
    add(maxTokens);
    sampling = new SamplingOptions(this);
    add(stop, raw, system);
    engine.addTo(this);
    escape = new EscapeOption(this);
    options = new ModelOptions(this);
  }

  @Override
  public void run(Terminal terminal) {
    sampling.report(terminal);
    super.run(terminal);
  }

  @Override
  ModelOptions options() {
    return options;
  }

  private Sampling chosen() {
    return sampling.sampling(options.seed().or(() -> Optional.of(0L)), options.address().isEmpty());
  }

  private List<String> stops() {
    List<String> stops = stop.or(List.of());
    if (stops.contains("")) {
      throw UsageException.of(stop.name(), "a text", "an empty one");
    }
    return stops;
  }

  /** A list in words would not tell where a text ends. */
  private String stopsAsJson() {
    ArrayNode array = Json.object().putArray("stop");
    stops().forEach(array::add);
    return array.toString();
  }

  @Override
  Map<String, String> settings() {
    Sampling chosen = chosen();
    Map<String, String> settings = engine.settings(options);
    settings.put("max_tokens", Integer.toString(Check.count(maxTokens, 1, USUAL_TOKENS)));
    settings.put("temperature", Double.toString(chosen.temperature()));
    settings.put("top_k", Integer.toString(chosen.topK()));
    settings.put("top_p", Double.toString(chosen.topP()));
    settings.put("min_p", Double.toString(chosen.minP()));
    settings.put("repeat_penalty", Double.toString(chosen.repeatPenalty()));
    // Greedy answers do not depend on it.
    settings.put("seed", chosen.temperature() == 0 ? "" : Long.toString(chosen.seed()));
    settings.put("stop", stopsAsJson());
    settings.put("raw", Boolean.toString(raw.or(false)));
    settings.put("system", system.or(""));
    settings.put("escape_control_tokens", Boolean.toString(escape.isOn()));
    return settings;
  }

  @Override
  GtaGenerator transformer() {
    Sampling chosen = chosen();
    return engine
        .of(new GtaGenerator(), options)
        .setMaxTokens(Check.count(maxTokens, 1, USUAL_TOKENS))
        .setTemperature(chosen.temperature())
        .setTopK(chosen.topK())
        .setTopP(chosen.topP())
        .setMinP(chosen.minP())
        .setRepeatPenalty(chosen.repeatPenalty())
        .setSeed(chosen.seed())
        .setStop(stops().toArray(String[]::new))
        .setRaw(raw.or(false))
        .setSystem(system.or(""))
        .setEscapeControlTokens(escape.isOn())
        .setRowIdCol(InputRow.ID)
        .setOutputCol(ANSWER)
        .setIdsCol(IDS)
        .setFinishCol(FINISH);
  }

  @Override
  ChunkResult.ResultLine line() {
    return SparkGenerateVerb::add;
  }

  private static long add(JsonGenerator line, ResultRow row) {
    line.writeStringProperty("text", row.string(ANSWER));
    int tokens = ChunkResult.addIds(line, row.integers(IDS));
    line.writeStringProperty(FINISH, row.string(FINISH));
    return tokens;
  }
}
