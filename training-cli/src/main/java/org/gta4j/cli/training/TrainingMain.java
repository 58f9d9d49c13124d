package org.gta4j.cli.training;

import java.util.List;
import org.gta4j.cli.Main;
import org.gta4j.cli.Terminal;
import org.gta4j.cli.TrainingVerb;
import org.gta4j.cli.VerbGroup;
import org.gta4j.cli.data.DataPrepareVerb;

/** Where {@code gta} begins for verbs that make models. */
public final class TrainingMain {
  private static final int WRONG_USAGE = 2;

  private TrainingMain() {}

  /** Runs a command and ends the process with its exit code. */
  public static void main(String[] args) {
    String[] expanded;
    try {
      // An experiment's file is more than options.
      boolean whole = args.length > 0 && args[0].equals("experiment");
      expanded = whole ? args : YamlOptions.expanded(args);
    } catch (IllegalArgumentException e) {
      Terminal.ofProcess().say(String.valueOf(e.getMessage()));
      System.exit(WRONG_USAGE);
      return;
    }
    Main.main(
        List.of(
            new TrainVerb(expanded).spec(),
            new FinetuneVerb(expanded).spec(),
            new ExperimentVerb().spec(),
            new ReportVerb().spec(),
            VerbGroup.of(
                TrainingVerb.named("data"),
                new DataPrepareVerb(new LocalPreparation()),
                new DataTeachVerb()),
            VerbGroup.of(
                TrainingVerb.named("tokenizer"),
                new TokenizerTrainVerb(),
                new TokenizerTrimVerb())),
        expanded);
  }
}
