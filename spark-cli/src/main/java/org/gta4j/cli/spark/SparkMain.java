package org.gta4j.cli.spark;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.gta4j.cli.Main;
import org.gta4j.cli.Terminal;
import org.gta4j.cli.TrainingVerb;
import org.gta4j.cli.VerbGroup;
import org.gta4j.cli.data.DataPrepareVerb;
import org.gta4j.cli.spark.prepare.SparkPreparation;
import picocli.CommandLine.Model.CommandSpec;

/** Where {@code gta} begins for verbs that run in Spark. */
public final class SparkMain {
  private SparkMain() {}

  /** Runs a command and ends the process with its exit code. */
  public static void main(String[] args) {
    Locale.setDefault(Locale.ROOT);
    if (List.of(args).contains("--debug")) {
      System.setProperty("gta4j.log", "warn"); // log4j2.properties asks for it
    }
    Optional<SparkSubmit> elsewhere = SparkSubmit.wanted(args);
    if (elsewhere.isPresent()) {
      System.exit(elsewhere.get().run(Terminal.ofProcess()));
    }
    Main.main(verbs(), args);
  }

  /** All verbs. */
  static List<CommandSpec> verbs() {
    return List.of(
        VerbGroup.of(
            TrainingVerb.named("spark"),
            new SparkGenerateVerb(),
            new SparkScoreVerb(),
            new SparkTokenizeVerb(),
            new SparkEvalVerb()),
        VerbGroup.of(TrainingVerb.named("data"), new DataPrepareVerb(new SparkPreparation())));
  }
}
