package org.gta4j.cli.training;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.gta4j.checkpoint.Json;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A command as users start it.
 *
 * @param exit its exit code
 * @param output what it wrote, results and messages
 */
record Launched(int exit, String output) {
  /** The project's folder. */
  static final Path ROOT = Path.of(System.getProperty("gta.root", ".."));

  /** {@code ./gta} with arguments, in a folder. */
  static Launched gta(Path folder, List<String> arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(ROOT.resolve("gta").toString()));
    command.addAll(arguments);
    Process process = start(folder, command);
    String output;
    try (BufferedReader reader = process.inputReader(StandardCharsets.UTF_8)) {
      output = String.join("\n", reader.lines().toList());
    }
    assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
    return new Launched(process.exitValue(), output);
  }

  /**
   * Arguments of which later ones take the place of earlier ones with the same name.
   *
   * @param more added to {@code usual}, or instead of some of them
   */
  static List<String> arguments(List<String> usual, String... more) {
    List<String> arguments = new ArrayList<>(usual);
    for (String argument : more) {
      arguments.removeIf(known -> known.startsWith(argument.replaceAll("=.*", "=")));
      arguments.add(argument);
    }
    return arguments;
  }

  /** A training that takes seconds, of what {@link #writeStories} writes. */
  static List<String> train(String... more) {
    return arguments(
        List.of(
            "train",
            "--preset=gta-tiny",
            "--data=stories.txt",
            "--tokenizer=tokenizer.json",
            "--out=model",
            "--batch-tokens=128",
            "--sequence=64"),
        more);
  }

  /** Writes {@code stories.txt} and {@code tokenizer.json}. */
  static void writeStories(Path folder) throws IOException {
    Files.writeString(
        folder.resolve("stories.txt"),
        "The cat sat on the mat. The dog saw the cat.\n<|endoftext|>\n".repeat(40));
    Files.write(folder.resolve("tokenizer.json"), Json.toBytes(tokenizer()));
  }

  /** A command that runs in a folder. */
  static Process start(Path folder, List<String> command) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true);
    builder.environment().keySet().removeAll(Set.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS"));
    builder.environment().put("GTA_BUILD", "no");
    return builder.start();
  }

  /** A tokenizer.json: a token for each byte under GPT-2's letters, and one that ends texts. */
  static ObjectNode tokenizer() {
    ObjectNode json = Json.object();
    ArrayNode added = json.putArray("added_tokens");
    added.addObject().put("id", 256).put("content", "<|endoftext|>").put("special", true);
    json.putObject("pre_tokenizer")
        .put("type", "ByteLevel")
        .put("add_prefix_space", false)
        .put("use_regex", true);
    json.putObject("decoder").put("type", "ByteLevel");
    ObjectNode model = json.putObject("model").put("type", "BPE");
    ObjectNode vocabulary = model.putObject("vocab");
    int beyond = 256;
    for (int i = 0; i < 256; i++) {
      boolean printable = (i > 32 && i < 127) || (i > 160 && i != 173);
      vocabulary.put(Character.toString(printable ? i : beyond++), i);
    }
    vocabulary.put("<|endoftext|>", 256);
    model.putArray("merges");
    return json;
  }
}
