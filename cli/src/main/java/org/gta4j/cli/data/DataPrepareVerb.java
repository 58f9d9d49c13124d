package org.gta4j.cli.data;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.gta4j.checkpoint.Json;
import org.gta4j.cli.Check;
import org.gta4j.cli.RefusedException;
import org.gta4j.cli.Setting;
import org.gta4j.cli.Terminal;
import org.gta4j.cli.UsageException;
import org.gta4j.cli.Verb;
import org.gta4j.data.DataException;
import org.gta4j.data.shard.ShardIndex;
import org.gta4j.data.text.Removal;
import tools.jackson.databind.node.ObjectNode;

/** {@code gta data prepare}, by the engine of the application that it is in. */
public final class DataPrepareVerb extends Verb {
  /** The engine that does it in one process, where nobody asks for another one. */
  public static final String LOCAL = "local";

  /** The engine that does it in Apache Spark. */
  public static final String SPARK = "spark";

  private final TextOptions texts = TextOptions.ofTexts();
  private final Setting<String> tokenizer =
      Setting.required(
          "--tokenizer", "PATH", "A tokenizer's file, or a folder with one, such as a model's.");
  private final Setting<Long> shardTokens =
      Setting.wide("--shard-tokens", "N", "Tokens a file (default: 100 million).");
  private final Setting<String> out =
      Setting.required("--out", "FOLDER", "A new folder, for the tokens and their index.");
  private final CleaningOptions cleaning = new CleaningOptions();
  private final Setting<String> engineName =
      Setting.text(
          "--engine",
          "NAME",
          "local: this process (default). spark: Apache Spark, which makes the same files on one"
              + " machine or many.");
  private final Setting<String> master =
      Setting.text(
          "--master",
          "URL",
          "Where Spark runs: local[*], this machine (default), or a cluster, as 'gta spark --help'"
              + " says.");
  private final Setting<List<String>> settings =
      Setting.texts(
          "--conf",
          "NAME=VALUE",
          "A setting of Spark's, such as spark.executor.memory=8g; may be given several times.");
  private final Setting<Boolean> json =
      Setting.flag("--json", "Print one line of JSON for programs.");
  private final PrepareEngine engine;

  /** The verb in an application. */
  @SuppressWarnings("this-escape") // picocli keeps it, and looks at it when a command is parsed
  public DataPrepareVerb(PrepareEngine engine) {
    super(
        "data prepare",
        "--data FILE --tokenizer PATH --out FOLDER [OPTION]...",
        List.of(
            "Turns texts into tokens once, for 'gta train --data FOLDER': checked, and mapped into"
                + " memory instead of read.",
            "Needed where texts are larger than memory, or are to be cleaned; otherwise gta train"
                + " takes them as they are."),
        List.of(
            "gta data prepare --data wikipedia.txt.xz --tokenizer tokenizer --out wikipedia",
            "gta data prepare --data a.parquet --data b.parquet --field content --tokenizer"
                + " tokenizer --out web",
            "gta data prepare --engine spark --deduplicate near --min-letters 0.6 --data web.jsonl"
                + " --tokenizer tokenizer --out clean"));
    this.engine = engine;
    texts.addTo(this);
    add(tokenizer, shardTokens, out);
    cleaning.addTo(this);
    add(engineName, master, settings, json);
    addHelp();
  }

  @Override
  public void run(Terminal terminal) {
    String name = engineName.or(LOCAL);
    if (!List.of(LOCAL, SPARK).contains(name)) {
      throw UsageException.of(engineName.name(), "local or spark", name);
    }
    if (!name.equals(engine.name())) {
      throw new RefusedException(
          "--engine %s is in another application than this one: start it as ./gta data prepare --engine %s ..."
              .formatted(name, name));
    }
    for (Setting<?> ofSpark : List.of(master, settings)) {
      if (ofSpark.isGiven() && !name.equals(SPARK)) {
        throw new UsageException(ofSpark.name() + " is for --engine spark: add that");
      }
    }
    long tokens = shardTokens.or(100_000_000L);
    if (tokens < 1) {
      throw UsageException.of("--shard-tokens", "an integer from 1 on", tokens);
    }
    Preparation asked =
        new Preparation(
            texts.files(),
            texts.field(TextOptions.USUAL_FIELD),
            Check.path(tokenizer),
            tokens,
            Check.path(out),
            cleaning.cleaning(),
            master.value(),
            settings.or(List.of()));
    try {
      tell(terminal, engine.prepare(terminal, asked));
    } catch (DataException e) {
      throw new RefusedException("--out: " + e.getMessage(), e);
    }
  }

  private void tell(Terminal terminal, Prepared prepared) {
    ShardIndex index = prepared.index();
    if (json.or(false)) {
      terminal.line(json(prepared).toString());
      return;
    }
    terminal.line(
        "%s: %,d documents, %,d tokens in %,d files"
            .formatted(out.or(""), index.documents(), index.tokens(), index.shards().size()));
    String removed = prepared.removed().sentence();
    if (!removed.isEmpty()) {
      terminal.line("left out: " + removed);
    }
  }

  private ObjectNode json(Prepared prepared) {
    ShardIndex index = prepared.index();
    ObjectNode line = Json.object();
    line.put("out", out.or(""));
    line.put("documents", index.documents()).put("tokens", index.tokens());
    line.put("shards", index.shards().size());
    ObjectNode removed = line.putObject("removed");
    for (Map.Entry<Removal, Long> each : new TreeMap<>(prepared.removed().removed()).entrySet()) {
      removed.put(each.getKey().label(), each.getValue());
    }
    return line;
  }
}
