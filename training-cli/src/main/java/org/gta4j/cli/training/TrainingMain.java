package org.gta4j.cli.training;

import java.util.List;
import org.gta4j.cli.AnalyzeVerb;
import org.gta4j.cli.MachineMemory;
import org.gta4j.cli.Main;
import org.gta4j.cli.Terminal;
import org.gta4j.cli.TrainingVerb;
import org.gta4j.cli.VerbGroup;
import org.gta4j.cli.data.DataPrepareVerb;
import org.gta4j.cost.SharedProcessors;
import org.gta4j.model.ModelConfig;
import org.gta4j.tensor.DType;
import org.gta4j.train.block.Precision;
import org.gta4j.train.measure.TrainingRates;

/** Where {@code gta} begins for verbs that make models. */
public final class TrainingMain {
  private static final int WRONG_USAGE = 2;

  private TrainingMain() {}

  /** Runs a command and ends the process with its exit code. */
  public static void main(String[] args) {
    String[] expanded;
    try {
      // An experiment's file is more than options, and an analysis has none.
      boolean whole =
          args.length > 0 && (args[0].equals("experiment") || args[0].equals("analyze"));
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
            AnalyzeVerb.with(TrainingMain::measured).spec(),
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

  private static SharedProcessors measured(
      ModelConfig config, DType products, int sequences, int length, int threads) {
    Precision precision = products == DType.BF16 ? Precision.BF16 : Precision.F32;
    return TrainingRates.measure(
        config, precision, sequences, length, threads, MachineMemory.totalBytes());
  }
}
