package org.gta4j.model;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.gta4j.cache.CacheType;
import org.gta4j.generate.LanguageModel;
import org.gta4j.generate.LoadOptions;
import org.gta4j.generate.Request;
import org.gta4j.generate.Sampling;

/** Generates with a model, and prints how much memory the process had at most, in kB. */
final class ResidentProgram {
  /** Tokens generated; enough for both compilers to have been at work. */
  static final int TOKENS = 60;

  private ResidentProgram() {}

  public static void main(String[] arguments) throws IOException {
    LoadOptions options = new LoadOptions("vector", 2, CacheType.F32, Optional.of(128));
    try (LanguageModel model = LanguageModel.load(Path.of(arguments[0]), options)) {
      Request request =
          new Request(new int[] {1, 2, 3}, TOKENS, Sampling.greedy(), List.of(), true);
      model.generate(request, text -> {});
      for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
        if (line.startsWith("VmHWM")) {
          System.out.println(line.replaceAll("\\D", ""));
        }
      }
    }
  }
}
