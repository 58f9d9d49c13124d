package org.gta4j.tokenizer;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.gta4j.checkpoint.GgufPairs;
import org.gta4j.checkpoint.InputFile;

/**
 * Tokenizers as a GGUF file's metadata, so that they give the same ids there. What llama.cpp has no
 * way to say stays a whole {@code tokenizer.json} in a key of the file: it has as much of it as it
 * knows, and {@link GgufTokenizer} reads the whole.
 */
public final class GgufVocabulary {
  static final String PREFIX = "tokenizer.ggml.";

  /** A whole {@code tokenizer.json}. */
  static final String HUGGING_FACE = "tokenizer.huggingface.json";

  /** Which of the tokenizers in a file is meant: {@link #HUGGING_FACE}, or none for ggml's. */
  static final String CHOICE = "gta4j.tokenizer";

  /** Whether a space is put before text behind a sought token, as llama.cpp does. */
  static final String SPACE_AFTER_TOKENS = "gta4j.tokenizer.space_after_tokens";

  private static final String CHAT_TEMPLATE = "tokenizer.chat_template";
  private static final long MAX_BYTES = 128L << 20;

  private GgufVocabulary() {}

  /**
   * The tokenizer in a file: Hugging Face's {@code tokenizer.json}, SentencePiece's {@code .model}
   * or llama2.c's {@code .bin}, with what lies beside it; empty where a GGUF file cannot say what
   * it does.
   *
   * @param vocabularySize how many tokens the model has
   * @throws org.gta4j.checkpoint.CheckpointException if the file is damaged
   */
  public static Optional<GgufPairs> of(Path file, int vocabularySize) {
    String name = String.valueOf(file.getFileName());
    if (name.endsWith(".bin")) {
      return Optional.of(of(Llama2cTokenizer.read(file, vocabularySize)));
    }
    TokenizerConfig config = TokenizerConfig.beside(file);
    Optional<GgufPairs> pairs =
        name.endsWith(".model")
            ? SentencePieceFile.toGguf(file, config.addsBegin().orElse(true), vocabularySize)
            : Optional.of(ofJson(file, config, vocabularySize));
    pairs.ifPresent(found ->
        config
            .chatTemplates()
            .forEach((key, template) ->
                found.put(
                    key.equals(TokenizerConfig.DEFAULT_TEMPLATE)
                        ? CHAT_TEMPLATE
                        : CHAT_TEMPLATE + "." + key,
                    template)));
    return pairs;
  }

  /** llama2.c's; its control tokens keep the names that they have in its file. */
  private static GgufPairs of(Llama2cTokenizer tokenizer) {
    List<String> names = new ArrayList<>();
    List<Vocabulary.Kind> kinds = new ArrayList<>();
    for (int id = 0; id < tokenizer.size(); id++) {
      Vocabulary.Kind kind = tokenizer.kind(id);
      names.add(
          kind == Vocabulary.Kind.BYTE
              ? "<0x%02X>".formatted(Byte.toUnsignedInt(tokenizer.bytes(id)[0]))
              : tokenizer.name(id).replace(' ', PieceTexts.SPACE));
      kinds.add(kind);
    }
    GgufPairs pairs = scores(names, kinds, tokenizer.scores(), tokenizer.size());
    special(pairs, tokenizer.begin(), tokenizer.end(), true);
    return pairs.put(PREFIX + "add_space_prefix", true);
  }

  /** Pieces with scores, which SentencePiece's byte-pair encoding merges by. */
  static GgufPairs scores(
      List<String> names, List<Vocabulary.Kind> kinds, float[] scores, int vocabularySize) {
    GgufPairs pairs = new GgufPairs().put(PREFIX + "model", "llama").put(PREFIX + "pre", "default");
    tokens(pairs, names, kinds, vocabularySize);
    float[] all = new float[vocabularySize];
    System.arraycopy(scores, 0, all, 0, scores.length);
    return pairs.put(PREFIX + "scores", all);
  }

  /** What begins and ends texts. */
  static void special(GgufPairs pairs, OptionalInt begin, OptionalInt end, boolean addsBegin) {
    begin.ifPresent(id -> pairs.put(PREFIX + "bos_token_id", id));
    end.ifPresent(id -> pairs.put(PREFIX + "eos_token_id", id));
    pairs.put(PREFIX + "add_bos_token", addsBegin);
  }

  /** Tokens that only the model has get names that no other has, as llama.cpp's converter does. */
  private static void tokens(
      GgufPairs pairs, List<String> names, List<Vocabulary.Kind> kinds, int vocabularySize) {
    List<String> all = new ArrayList<>();
    int[] types = new int[vocabularySize];
    for (int id = 0; id < vocabularySize; id++) {
      boolean unnamed = id >= names.size() || names.get(id).isEmpty();
      all.add(unnamed ? "[PAD%d]".formatted(id) : names.get(id));
      types[id] = (unnamed ? Vocabulary.Kind.UNUSED : kinds.get(id)).number();
    }
    pairs.put(PREFIX + "tokens", all).put(PREFIX + "token_type", types);
  }

  private static GgufPairs ofJson(Path path, TokenizerConfig config, int vocabularySize) {
    byte[] bytes = InputFile.readBytes(path, MAX_BYTES);
    TokenizerJsonFile file = TokenizerJsonFile.read(path.toString(), bytes);
    TokenizerJson json = TokenizerJson.of(file, config);
    VocabularyTokenizer tokenizer =
        Tokenizers.fit(path.toString(), json.tokenizer(), vocabularySize);
    Vocabulary vocabulary = tokenizer.vocabulary();
    Optional<String> words = json.ggufName();
    Optional<List<String>> merges = merges(file.merges());
    GgufPairs pairs = new GgufPairs();
    boolean known = words.isPresent() && merges.isPresent() && areDistinct(vocabulary.names());
    if (known) {
      pairs.put(PREFIX + "model", "gpt2").put(PREFIX + "pre", words.get());
      tokens(pairs, vocabulary.names(), vocabulary.kinds(), vocabularySize);
      pairs.put(PREFIX + "merges", merges.get());
    } else {
      pairs.put(PREFIX + "model", "none");
    }
    special(pairs, tokenizer.begin(), tokenizer.end(), tokenizer.addsBegin());
    if (!known || !json.isPlain()) {
      pairs.put(CHOICE, HUGGING_FACE);
      pairs.put(HUGGING_FACE, new String(bytes, StandardCharsets.UTF_8));
    }
    return pairs;
  }

  private static boolean areDistinct(List<String> names) {
    Set<String> seen = new HashSet<>();
    return names.stream().allMatch(name -> name.isEmpty() || seen.add(name));
  }

  /** Merges with a space between their two tokens; empty where a token has one itself. */
  private static Optional<List<String>> merges(List<String> tokens) {
    List<String> merges = new ArrayList<>(tokens.size() / 2);
    for (int i = 0; i < tokens.size(); i += 2) {
      if (tokens.get(i).indexOf(' ') >= 0 || tokens.get(i + 1).indexOf(' ') >= 0) {
        return Optional.empty();
      }
      merges.add(tokens.get(i) + " " + tokens.get(i + 1));
    }
    return Optional.of(merges);
  }
}
