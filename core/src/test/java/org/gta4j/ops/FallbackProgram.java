package org.gta4j.ops;

import java.nio.file.Path;
import org.gta4j.generate.LanguageModel;
import org.gta4j.model.RandomCheckpoint;

/** Loads a model with the default options. Arguments: a folder to write it to. */
final class FallbackProgram {
  private FallbackProgram() {}

  public static void main(String[] args) {
    Path folder = RandomCheckpoint.gta(1, 50, 64).write(Path.of(args[0]));
    try (LanguageModel model = LanguageModel.load(folder)) {
      System.out.println("runs on " + model.ops().name());
    }
  }
}
