package org.gta4j.cli.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.gta4j.cli.RefusedException;
import org.gta4j.tokenizer.Tokenizer;
import org.gta4j.tokenizer.Tokenizers;
import tools.jackson.databind.node.ObjectNode;

/**
 * A tokenizer, and its files under the names that model folders have.
 *
 * @param tokenizer reads them
 * @param files contents by names
 */
public record TokenizerFiles(Tokenizer tokenizer, Map<String, byte[]> files) {
  private static final List<String> KINDS =
      List.of("tokenizer.json", "tokenizer.model", "tokenizer.bin");
  private static final List<String> BESIDE =
      List.of(
          "tokenizer_config.json",
          "special_tokens_map.json",
          "generation_config.json",
          "chat_template.jinja");

  /** Names that no folder has where a tokenizer is made. */
  public static List<String> made() {
    return Stream.concat(KINDS.stream(), Stream.of("tokenizer_config.json")).toList();
  }

  /** The tokenizer at a path: one of the files that models have, or a folder with one. */
  public static TokenizerFiles read(Path path) {
    Path main = path;
    if (Files.isDirectory(path)) {
      main =
          KINDS.stream()
              .map(path::resolve)
              .filter(Files::isRegularFile)
              .findFirst()
              .orElseThrow(() ->
                  new RefusedException(
                      "%s: expected one of %s in this folder, found none"
                          .formatted(path, String.join(", ", KINDS))));
    } else if (!Files.isRegularFile(path)) {
      throw new RefusedException(
          "%s: expected a tokenizer's file or a folder with one, there is no such file or folder"
              .formatted(path));
    }
    boolean known = false;
    for (String kind : KINDS) {
      known |= main.toString().endsWith(suffix(kind));
    }
    if (!known) {
      throw new RefusedException(
          "%s: expected a tokenizer.json, a SentencePiece .model or a .bin of llama2.c, found another name"
              .formatted(main));
    }
    Tokenizer tokenizer = Tokenizers.read(main);
    Map<String, byte[]> files = new LinkedHashMap<>();
    files.put(name(main), content(main));
    for (String name : BESIDE) {
      Path file = main.resolveSibling(name);
      if (Files.isRegularFile(file)) {
        files.put(name, content(file));
      }
    }
    return new TokenizerFiles(tokenizer, files);
  }

  /** Gives a configuration room for exactly these tokens, and the ids of those that frame texts. */
  public void fit(ObjectNode config) {
    config.put("vocab_size", tokenizer.size());
    tokenizer
        .begin()
        .ifPresentOrElse(
            id -> config.put("bos_token_id", id), () -> config.putNull("bos_token_id"));
    tokenizer
        .end()
        .ifPresentOrElse(
            id -> config.put("eos_token_id", id), () -> config.putNull("eos_token_id"));
  }

  /** What tells a tokenizer from others: a checksum of its files. */
  public String checksum() {
    CRC32C crc = new CRC32C();
    for (Map.Entry<String, byte[]> file : new TreeMap<>(files).entrySet()) {
      if (file.getKey().startsWith("tokenizer.")) {
        crc.update(file.getValue());
      }
    }
    return "%08x".formatted(crc.getValue());
  }

  private static String name(Path file) {
    String name = String.valueOf(file.getFileName());
    return "tokenizer" + suffix(name);
  }

  private static String suffix(String name) {
    return name.substring(Math.max(0, name.lastIndexOf('.')));
  }

  private static byte[] content(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new RefusedException("%s: cannot be read: %s".formatted(file, e.getMessage()), e);
    }
  }
}
