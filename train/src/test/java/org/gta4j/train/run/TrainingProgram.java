package org.gta4j.train.run;

import java.nio.file.Path;

/** Trains in a folder, from where it is to the end; says so each step. For tests that kill it. */
final class TrainingProgram {
  private TrainingProgram() {}

  public static void main(String[] arguments) {
    try (TinyTraining training = new TinyTraining(TinyTraining.plan(2, 0.1))) {
      training.run(Path.of(arguments[0]), 2);
    } catch (TrainingException e) {
      System.out.println("stopped: " + e.getMessage());
      System.exit(3);
    }
    System.out.println("finished");
    System.exit(0);
  }
}
