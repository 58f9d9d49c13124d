package org.gta4j.cli.spark;

import java.io.Serializable;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Row;
import org.gta4j.checkpoint.Json;
import org.gta4j.cli.Check;
import org.gta4j.cli.ModelOptions;
import org.gta4j.cli.Setting;
import org.gta4j.cli.Terminal;
import org.gta4j.cli.Verb;
import org.gta4j.cli.spark.batch.Chunk;
import org.gta4j.cli.spark.batch.ChunkResult;
import org.gta4j.cli.spark.batch.InputLines;
import org.gta4j.cli.spark.batch.InputRow;
import org.gta4j.cli.spark.batch.JobFolder;
import org.gta4j.cli.spark.job.SparkJob;
import org.gta4j.cli.spark.job.SparkPlace;
import org.gta4j.spark.GtaEngines;
import org.gta4j.spark.GtaTransformer;
import org.gta4j.spark.SessionFiles;
import tools.jackson.databind.node.ObjectNode;

/** A verb that computes something of each line of a file. */
abstract class BatchVerb extends Verb {
  /** The column of what was wrong with a row. */
  private static final String ERROR = "error";

  private final Setting<String> input =
      Setting.required(
          "--input", "FILE", "JSON lines: an id (a text or a number) and a text in each.");
  private final Setting<String> output =
      Setting.required(
          "--output",
          "FOLDER",
          "A new folder for JSON lines, or one that the same job has begun: what is there is not"
              + " computed again.");
  private final Setting<Integer> chunkRows;
  private final int usualRows;
  private final SparkOptions spark = new SparkOptions();
  private final Setting<Boolean> ship =
      Setting.flag(
          "--ship-model",
          "Send the model, a single file, to each executor once; without this executors see its"
              + " path.");

  /**
   * A verb.
   *
   * @param usualRows rows that are computed together where nobody says how many
   */
  BatchVerb(String name, List<String> description, List<String> examples, int usualRows) {
    super("spark " + name, "--input FILE --output FOLDER [OPTION]...", description, examples);
    this.usualRows = usualRows;
    chunkRows =
        Setting.integer(
            "--chunk-rows",
            "N",
            "Rows of a file of results, and what is lost at most when the job is killed (default: %d)."
                .formatted(usualRows));
  }

  /** Adds what all these verbs have; the model's options come behind. */
  final void addCommon() {
    add(input, output, chunkRows);
    spark.addTo(this);
    add(ship);
  }

  /** The model's options. */
  abstract ModelOptions options();

  /** What results depend on beside the model and the input. */
  abstract Map<String, String> settings();

  /** What computes, for a model there. */
  abstract GtaTransformer<?> transformer();

  /** How a result becomes a line. */
  abstract ChunkResult.ResultLine line();

  @Override
  public void run(Terminal terminal) {
    int rows = Check.count(chunkRows, 1, usualRows);
    SparkPlace place = spark.place();
    GtaTransformer<?> transformer = transformer().setInputCol(InputRow.TEXT).setErrorCol(ERROR);
    try (ModelPlace model = ModelPlace.of(options(), ship.or(false), place)) {
      transformer.setModel(model.path()).setShipModel(model.shipped());
      InputLines lines =
          InputLines.read(terminal, input.name(), Check.path(input).toAbsolutePath(), rows);
      Path folder = Check.path(output).toAbsolutePath();
      try (JobFolder results =
          JobFolder.open(output.name(), folder, settings(model, lines, rows))) {
        run(terminal, place, transformer, lines, results);
      }
    }
  }

  private Map<String, String> settings(ModelPlace model, InputLines lines, int rows) {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("verb", spec().name());
    settings.put("model", model.fingerprint());
    settings.put("words", model.words());
    settings.put("input", "%d bytes, checksum %s".formatted(lines.bytes(), lines.checksum()));
    settings.put("chunk_rows", Integer.toString(rows));
    settings.putAll(settings());
    return settings;
  }

  private void run(
      Terminal terminal,
      SparkPlace place,
      GtaTransformer<?> transformer,
      InputLines lines,
      JobFolder results) {
    long begin = System.nanoTime();
    ChunkResult known = new ChunkResult(0, 0, 0);
    List<Chunk> left = new ArrayList<>();
    for (Chunk chunk : lines.chunks()) {
      Optional<ChunkResult> there = results.known(chunk);
      known = there.map(known::plus).orElse(known);
      if (there.isEmpty()) {
        left.add(chunk);
      }
    }
    if (known.rows() > 0) {
      terminal.say(
          "%s: %,d of %,d rows are there already"
              .formatted(output.or(""), known.rows(), lines.rows()));
    }
    ChunkResult all = known;
    if (!left.isEmpty()) {
      results.goOn();
      try (SparkJob job = SparkJob.open(terminal, "gta spark " + spec().name(), place)) {
        begin = System.nanoTime();
        for (ChunkResult each : computed(job, transformer, lines.file(), left, results)) {
          all = all.plus(each);
        }
      } finally {
        GtaEngines.closeIdle(); // where tasks ran in this process
      }
    }
    double seconds = (System.nanoTime() - begin) / 1e9;
    results.finish(lines.chunks());
    tell(terminal, lines, known, all, seconds);
  }

  /** What tasks do with a chunk, from its lines to its file: nothing is exchanged. */
  private record Computation(
      String file,
      String folder,
      MapPartitionsFunction<Row, Row> task,
      List<String> columns,
      ChunkResult.ResultLine line)
      implements Serializable {
    ChunkResult of(Chunk chunk) throws Exception { // as Spark's function has it
      Iterator<Row> rows = task.call(InputRow.of(Path.of(file), chunk));
      Path results = Path.of(folder).resolve(chunk.fileName());
      return ChunkResult.write(results, rows, columns, ERROR, line);
    }
  }

  private List<ChunkResult> computed(
      SparkJob job, GtaTransformer<?> transformer, Path file, List<Chunk> left, JobFolder results) {
    return job.run(
        "computing",
        left.size(),
        () -> {
          Computation computation =
              new Computation(
                  file.toString(),
                  results.folder().toString(),
                  transformer.task(InputRow.SCHEMA, job.session()),
                  List.of(transformer.transformSchema(InputRow.SCHEMA).fieldNames()),
                  line());
          return SessionFiles.in(
              job.session(),
              () -> job.context().parallelize(left, left.size()).map(computation::of).collect());
        });
  }

  private void tell(
      Terminal terminal, InputLines lines, ChunkResult known, ChunkResult all, double seconds) {
    double rate = all.tokens() / Math.max(seconds, 1e-3);
    if (options().isJson()) {
      ObjectNode json = Json.object();
      json.put("output", output.or("")).put("files", lines.chunks().size());
      json.put("rows", all.rows()).put("errors", all.errors()).put("resumed_rows", known.rows());
      json.put("tokens", all.tokens()).put("seconds", Math.round(seconds * 1000) / 1000.0);
      json.put("tokens_per_second", Math.round(rate * 10) / 10.0);
      terminal.line(json.toString());
      return;
    }
    terminal.line(
        "%s: %,d rows in %,d files, %,d of them errors; %,d tokens in %.1f s, %,.0f a second"
            .formatted(
                output.or(""),
                all.rows(),
                lines.chunks().size(),
                all.errors(),
                all.tokens(),
                seconds,
                rate));
  }
}
