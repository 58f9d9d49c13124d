package org.gta4j.cli.spark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.gta4j.cli.Main;
import org.gta4j.cli.Terminal;

/**
 * Has Spark do what users do, once, while the build's JVM takes down which classes that needs: the
 * start-up cache is made from it. Not a verb.
 */
final class TrainingRun {
  /** Compilers go by what methods did here, which has to be like what they will do. */
  private static final int ROWS = 250_000;

  private static final String STORY =
      "Once upon a time a little girl named Lily saw a big red ball near the old tree, and she "
          + "asked her mother whether it was hers. The dog ran to them; it was happy.";

  private TrainingRun() {}

  /** Runs in a folder that the caller deletes. */
  public static void main(String[] args) throws IOException {
    Path folder = Path.of(args[0]);
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < ROWS; i++) {
      lines.add("{\"id\":" + i + ",\"text\":\"" + STORY.substring(0, 20 + i % 130) + "\"}");
    }
    Path many = Files.write(folder.resolve("many.jsonl"), lines);
    Path few = Files.write(folder.resolve("few.jsonl"), lines.subList(0, 4));
    run(folder, "tokenize", many);
    run(folder, "generate", few, "--max-tokens", "8");
    run(folder, "score", few);
  }

  private static void run(Path folder, String verb, Path input, String... more) {
    List<String> command = new ArrayList<>(List.of("spark", verb, "--master", "local[2]"));
    command.addAll(List.of("--input", input.toString()));
    command.addAll(List.of("--output", folder.resolve(verb).toString()));
    command.addAll(List.of(more));
    int code = Main.run(Terminal.ofProcess(), SparkMain.verbs(), command.toArray(String[]::new));
    if (code != 0) {
      throw new IllegalStateException(
          "exit code %d: %s".formatted(code, String.join(" ", command)));
    }
  }
}
