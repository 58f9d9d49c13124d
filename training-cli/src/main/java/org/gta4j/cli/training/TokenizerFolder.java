package org.gta4j.cli.training;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.gta4j.checkpoint.AtomicOutput;
import org.gta4j.checkpoint.Json;
import org.gta4j.cli.Check;
import org.gta4j.cli.RefusedException;
import org.gta4j.cli.Setting;
import org.gta4j.cli.data.TokenizerFiles;
import tools.jackson.databind.node.ObjectNode;

/**
 * A folder that a new tokenizer goes to.
 *
 * @param path the folder
 */
record TokenizerFolder(Path path) {
  private static final String TOKENIZER = "tokenizer.json";

  /** The folder that an option names: one without a tokenizer. */
  static TokenizerFolder at(Setting<String> option) {
    Path path = Check.path(option);
    Check.requireFolder(option, path);
    for (String name : TokenizerFiles.made()) {
      if (Files.exists(path.resolve(name))) {
        throw new RefusedException(
            "--out: %s is there already: choose another folder".formatted(path.resolve(name)));
      }
    }
    return new TokenizerFolder(path);
  }

  /**
   * Writes a tokenizer; the file that says most comes last.
   *
   * @param end the name of the token that ends texts
   * @return how many tokens it has
   */
  int write(byte[] json, String end) {
    ObjectNode config = Json.object();
    config.put("tokenizer_class", "PreTrainedTokenizerFast").put("eos_token", end);
    config.put("clean_up_tokenization_spaces", false);
    try {
      Files.createDirectories(path);
    } catch (IOException e) {
      throw new RefusedException("--out: %s: %s".formatted(path, e.getMessage()), e);
    }
    write("tokenizer_config.json", Json.toBytes(config));
    write(TOKENIZER, json);
    return TokenizerFiles.read(path).tokenizer().size();
  }

  private void write(String name, byte[] bytes) {
    AtomicOutput.write(path.resolve(name), bytes);
  }
}
