package org.gta4j.tokenizer;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import org.gta4j.checkpoint.CheckpointException;
import org.gta4j.checkpoint.InputFile;
import org.gta4j.checkpoint.Json;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What lies beside a Hugging Face tokenizer: {@code tokenizer_config.json}, {@code
 * special_tokens_map.json} and {@code chat_template.jinja}.
 *
 * @param file the file that says most, for errors
 * @param beginToken the name of the token that begins texts
 * @param endToken the name of the token that ends texts
 * @param addsBegin whether prompts get the first; empty where nothing says so
 * @param chatTemplates chat templates by their names; the usual one is {@code default}
 */
public record TokenizerConfig(
    Path file,
    Optional<String> beginToken,
    Optional<String> endToken,
    Optional<Boolean> addsBegin,
    SequencedMap<String, String> chatTemplates) {

  /** The name of a model's usual chat template. */
  public static final String DEFAULT_TEMPLATE = "default";

  private static final String CONFIG = "tokenizer_config.json";
  private static final String SPECIAL = "special_tokens_map.json";
  private static final String TEMPLATE = "chat_template.jinja";
  private static final long LONGEST_TEMPLATE = 1 << 20;

  /**
   * What lies beside a file of a tokenizer; empty where there is nothing.
   *
   * @throws CheckpointException if one of the files is damaged
   */
  public static TokenizerConfig beside(Path tokenizer) {
    return in(Optional.ofNullable(tokenizer.toAbsolutePath().getParent()).orElse(tokenizer));
  }

  /**
   * What lies in a folder; empty where there is nothing.
   *
   * @throws CheckpointException if one of the files is damaged
   */
  public static TokenizerConfig in(Path folder) {
    Path file = folder.resolve(CONFIG);
    Reader config = new Reader(file, read(file));
    Path specialFile = folder.resolve(SPECIAL);
    Reader special = new Reader(specialFile, read(specialFile));
    SequencedMap<String, String> templates = config.templates();
    Path template = folder.resolve(TEMPLATE);
    if (Files.exists(template)) {
      templates.putFirst(
          DEFAULT_TEMPLATE,
          new String(InputFile.readBytes(template, LONGEST_TEMPLATE), StandardCharsets.UTF_8));
    }
    return new TokenizerConfig(
        file,
        config.token("bos_token").or(() -> special.token("bos_token")),
        config.token("eos_token").or(() -> special.token("eos_token")),
        config.flag("add_bos_token"),
        templates);
  }

  /** What says nothing; {@code file} names it in errors. */
  static TokenizerConfig none(Path file) {
    return new TokenizerConfig(
        file, Optional.empty(), Optional.empty(), Optional.empty(), new LinkedHashMap<>());
  }

  private static ObjectNode read(Path file) {
    return Files.exists(file) ? Json.readObject(file) : Json.object();
  }

  private record Reader(Path file, ObjectNode json) {
    /** A token is a text, or an object with one. */
    Optional<String> token(String key) {
      JsonNode value = json.path(key);
      JsonNode text = value.isObject() ? value.path("content") : value;
      if (text.isMissingNode() || text.isNull()) {
        return Optional.empty();
      }
      if (!text.isString()) {
        throw wrong(key, "a text, or an object with a text \"content\"", value);
      }
      return Optional.of(text.stringValue());
    }

    Optional<Boolean> flag(String key) {
      JsonNode value = json.path(key);
      if (value.isMissingNode() || value.isNull()) {
        return Optional.empty();
      }
      if (!value.isBoolean()) {
        throw wrong(key, "true or false", value);
      }
      return Optional.of(value.booleanValue());
    }

    /** One template, or a list of named ones. */
    SequencedMap<String, String> templates() {
      SequencedMap<String, String> templates = new LinkedHashMap<>();
      JsonNode value = json.path("chat_template");
      if (value.isString()) {
        templates.put(DEFAULT_TEMPLATE, value.stringValue());
      } else if (value.isArray()) {
        for (JsonNode entry : value) {
          if (!entry.path("name").isString() || !entry.path("template").isString()) {
            throw wrong("chat_template", "objects with \"name\" and \"template\"", entry);
          }
          templates.put(entry.path("name").stringValue(), entry.path("template").stringValue());
        }
      } else if (!value.isMissingNode() && !value.isNull()) {
        throw wrong("chat_template", "a text or a list", value);
      }
      for (Map.Entry<String, String> template : templates.entrySet()) {
        if (template.getValue().length() > LONGEST_TEMPLATE) {
          throw wrong(
              "chat_template",
              "at most %d characters".formatted(LONGEST_TEMPLATE),
              template.getValue().length());
        }
      }
      return templates;
    }

    private CheckpointException wrong(String key, String expected, Object found) {
      return CheckpointException.of(file.toString(), key, expected, found);
    }
  }
}
