package org.gta4j.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Does what users do, once, while the build's JVM takes down which classes that needs: the start-up
 * cache is made from it. Not a verb.
 */
final class TrainingRun {
  private TrainingRun() {}

  /** Runs in a folder that the caller deletes. */
  public static void main(String[] args) throws IOException {
    Path folder = Path.of(args[0]);
    String model = folder.resolve("model").toString();
    String text = folder.resolve("text.txt").toString();
    Files.writeString(Path.of(text), "Once upon a time there was a little red ball. ".repeat(20));
    run("generate", "Once upon a time", "--max-tokens", "64");
    run("generate", "Once upon a time", "--max-tokens", "64", "--backend", "vector", "--json");
    run("convert", "--out", model);
    run("generate", "--model", model, "Once", "--max-tokens", "8", "--temperature", "0.8");
    run("generate", "--model", model, "--ids", "1,403", "--backend", "vector", "--debug");
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
