package org.gta4j.cli.training;

import java.util.List;
import org.gta4j.cli.Main;
import org.gta4j.cli.Terminal;
import org.gta4j.cli.TrainingVerb;
import org.gta4j.cli.VerbGroup;

/** Where {@code gta} begins for verbs that make models. */
public final class TrainingMain {
  private static final int WRONG_USAGE = 2;

  private TrainingMain() {}

  /** Runs a command and ends the process with its exit code. */
  public static void main(String[] args) {
    String[] expanded;
    try {
      expanded = YamlOptions.expanded(args);
    } catch (IllegalArgumentException e) {
      Terminal.ofProcess().say(String.valueOf(e.getMessage()));
      System.exit(WRONG_USAGE);
      return;
    }
    Main.main(
        List.of(
            new TrainVerb(expanded).spec(),
            VerbGroup.of(TrainingVerb.named("data"), new DataTeachVerb()),
            VerbGroup.of(TrainingVerb.named("tokenizer"), new TokenizerTrimVerb())),
        expanded);
  }
}
