package org.gta4j.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.gta4j.ops.Backends;

/**
 * Does what users do, once, while the build's JVM takes down which classes that needs: the start-up
 * cache is made from it. Not a verb.
 */
final class TrainingRun {
  private TrainingRun() {}

  /**
   * Runs in a folder that the caller deletes; without one ends with 0 where the C kernels run, so
   * that nobody needs the Vector API, and with 1 where they do not.
   */
  public static void main(String[] args) throws IOException {
    String best = Backends.preferred();
    if (args.length == 0) {
      // Only asked which flags the JVM needs.
      System.exit(best.equals("native") ? 0 : 1);
    }
    Path folder = Path.of(args[0]);
    String model = folder.resolve("model").toString();
    String text = folder.resolve("text.txt").toString();
    Files.writeString(Path.of(text), "Once upon a time there was a little red ball. ".repeat(20));
    run("generate", "Once upon a time", "--max-tokens", "64");
    run("generate", "Once upon a time", "--max-tokens", "64", "--backend", best, "--json");
    run("convert", "--out", model);
    run("generate", "--model", model, "Once", "--max-tokens", "8", "--temperature", "0.8");
    run("generate", "--model", model, "--ids", "1,403", "--backend", best, "--debug");
    run("inspect", "--model", model);
    run("tokenize", "--json", "Once upon a time");
    run("logits", "--ids", "1,403", "--hidden", "--out", folder.resolve("logits").toString());
    run("perplexity", "--file", text, "--window", "64");
    run("genrate");
    run("--help");
  }

  private static void run(String... args) {
    int code = Main.run(Terminal.ofProcess(), args);
    System.err.println("exit code %d: %s".formatted(code, String.join(" ", args)));
  }
}
