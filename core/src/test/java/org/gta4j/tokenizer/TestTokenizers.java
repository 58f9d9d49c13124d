package org.gta4j.tokenizer;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.gta4j.checkpoint.GgufMetadata;
import org.gta4j.checkpoint.GgufValue;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Small tokenizers that were trained on this project's own pages, one of each kind, and what
 * Hugging Face's tokenizers 0.23.3 and SentencePiece 0.2.1 make of some texts with them.
 */
public final class TestTokenizers {
  /** The files: bytes and characters are tokenizer.json, the others SentencePiece models. */
  public static final List<String> FILES =
      List.of("bytes.json", "characters.json", "bpe.model", "unigram.model");

  private TestTokenizers() {}

  /** A file's bytes. */
  public static byte[] bytes(String name) {
    try (InputStream stream = TestTokenizers.class.getResourceAsStream(name)) {
      if (stream == null) {
        throw new IllegalStateException("no " + name);
      }
      return stream.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static String text(String name) {
    return new String(bytes(name), StandardCharsets.UTF_8);
  }

  static JsonNode json(String text) {
    return JsonMapper.shared().readTree(text);
  }

  static int[] ids(JsonNode list) {
    return JsonMapper.shared().convertValue(list, int[].class);
  }

  /** The tokenizer in a file, written into a folder first. */
  static Tokenizer tokenizer(String name, Path folder) throws IOException {
    return read(folder, name.endsWith(".json") ? "tokenizer.json" : "tokenizer.model", bytes(name));
  }

  static Tokenizer read(Path folder, String name, byte[] content) throws IOException {
    Path file = folder.resolve(name);
    Files.write(file, content);
    return Tokenizers.read(file, 1_000_000);
  }

  /** The vocabulary of bytes.json as a GGUF file has it. */
  public static GgufMetadata gguf(String pre) {
    JsonNode file = json(text("bytes.json"));
    SequencedMap<String, GgufValue> values = new LinkedHashMap<>();
    values.put("tokenizer.ggml.model", new GgufValue.Text("gpt2"));
    values.put("tokenizer.ggml.pre", new GgufValue.Text(pre));
    String[] names = new String[file.path("model").path("vocab").size()];
    file.path("model")
        .path("vocab")
        .properties()
        .forEach(token -> names[token.getValue().intValue()] = token.getKey());
    int[] types = new int[names.length];
    for (int i = 0; i < types.length; i++) {
      types[i] = i < 2 ? 3 : 1; // the first two are control tokens
    }
    values.put("tokenizer.ggml.tokens", new GgufValue.Texts(List.of(names)));
    values.put("tokenizer.ggml.token_type", new GgufValue.Wholes(types));
    List<String> merges = new ArrayList<>();
    for (JsonNode merge : file.path("model").path("merges")) {
      merges.add(
          merge.isString()
              ? merge.stringValue()
              : merge.path(0).stringValue() + " " + merge.path(1).stringValue());
    }
    values.put("tokenizer.ggml.merges", new GgufValue.Texts(merges));
    values.put("tokenizer.ggml.bos_token_id", new GgufValue.Whole(0));
    values.put("tokenizer.ggml.eos_token_id", new GgufValue.Whole(1));
    return new GgufMetadata("model.gguf", values);
  }

  /** A vocabulary of characters and bytes with scores, as a GGUF file has it. */
  public static GgufMetadata scored() {
    List<String> names = new ArrayList<>(List.of("<unk>", "<s>", "</s>"));
    List<Integer> types = new ArrayList<>(List.of(2, 3, 3));
    for (int i = 0; i < 256; i++) {
      names.add("<0x%02X>".formatted(i));
      types.add(6);
    }
    for (String piece :
        List.of("\u2581", "a", "b", "c", "\u00e9", "ab", "\u2581a", "bc", "\u2581abc", "aa")) {
      names.add(piece);
      types.add(1);
    }
    float[] scores = new float[names.size()];
    for (int i = 259; i < scores.length; i++) {
      scores[i] = i > 263 ? 263 - i : -1000;
    }
    SequencedMap<String, GgufValue> values = new LinkedHashMap<>();
    values.put("tokenizer.ggml.model", new GgufValue.Text("llama"));
    values.put("tokenizer.ggml.tokens", new GgufValue.Texts(names));
    values.put(
        "tokenizer.ggml.token_type",
        new GgufValue.Wholes(types.stream().mapToInt(i -> i).toArray()));
    values.put("tokenizer.ggml.scores", new GgufValue.Reals(scores));
    values.put("tokenizer.ggml.bos_token_id", new GgufValue.Whole(1));
    values.put("tokenizer.ggml.eos_token_id", new GgufValue.Whole(2));
    return new GgufMetadata("model.gguf", values);
  }

  /** The metadata with another value. */
  public static GgufMetadata with(GgufMetadata metadata, String key, GgufValue value) {
    SequencedMap<String, GgufValue> values = new LinkedHashMap<>(metadata.values());
    values.put(key, value);
    return new GgufMetadata(metadata.file(), values);
  }
}
