package org.gta4j.tokenizer;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.gta4j.checkpoint.CheckpointException;
import org.gta4j.checkpoint.GgufMetadata;

/** Makes a tokenizer of the vocabulary in a GGUF file. */
final class GgufTokenizer {
  private static final String PREFIX = GgufVocabulary.PREFIX;
  private static final String MODEL = PREFIX + "model";
  private static final String PRE = PREFIX + "pre";
  private static final String TOKENS = PREFIX + "tokens";
  private static final String TYPES = PREFIX + "token_type";
  private static final String SCORES = PREFIX + "scores";
  private static final String MERGES = PREFIX + "merges";
  private static final String BEGIN = PREFIX + "bos_token_id";
  private static final String END = PREFIX + "eos_token_id";
  private static final List<Vocabulary.Kind> KINDS = List.of(Vocabulary.Kind.values());

  private final GgufMetadata metadata;
  private final Vocabulary vocabulary;

  private GgufTokenizer(GgufMetadata metadata) {
    this.metadata = metadata;
    List<String> names = required(TOKENS, metadata.texts(TOKENS), "a list of texts");
    if (names.isEmpty()) {
      throw metadata.wrong(TOKENS, "at least one token", "none");
    }
    vocabulary = Vocabulary.of(names, kinds(names.size()));
  }

  /**
   * The tokenizer of a file; empty where it says that it has none.
   *
   * @throws CheckpointException if it is damaged, or of a kind that is not known exactly
   */
  static Optional<VocabularyTokenizer> of(GgufMetadata metadata) {
    Optional<String> choice = metadata.text(GgufVocabulary.CHOICE);
    if (choice.isPresent()) {
      if (!choice.get().equals(GgufVocabulary.HUGGING_FACE)) {
        throw metadata.wrong(GgufVocabulary.CHOICE, GgufVocabulary.HUGGING_FACE, choice.get());
      }
      return Optional.of(huggingFace(metadata));
    }
    Optional<String> model = metadata.text(MODEL);
    if (model.isEmpty() || model.get().equals("none") || model.get().equals("no_vocab")) {
      return Optional.empty();
    }
    GgufTokenizer reader = new GgufTokenizer(metadata);
    return Optional.of(
        switch (model.get()) {
          case "gpt2" -> reader.bytePairs();
          case "llama" -> reader.scores();
          default ->
              throw metadata.wrong(
                  MODEL, "gpt2 or llama, the kinds of vocabulary known here", model.get());
        });
  }

  private static VocabularyTokenizer huggingFace(GgufMetadata metadata) {
    String key = GgufVocabulary.HUGGING_FACE;
    String text =
        metadata
            .text(key)
            .orElseThrow(() -> metadata.wrong(key, "a tokenizer.json", "no such key"));
    VocabularyTokenizer whole =
        TokenizerJson.of(
                TokenizerJsonFile.read(
                    metadata.file() + ": " + key, text.getBytes(StandardCharsets.UTF_8)),
                TokenizerConfig.none(Path.of(metadata.file())))
            .tokenizer();
    return new VocabularyTokenizer(
        whole.vocabulary(),
        whole.scanner(),
        whole.model(),
        special(metadata, BEGIN, whole.size()),
        special(metadata, END, whole.size()),
        metadata.flag(PREFIX + "add_bos_token").orElse(whole.addsBegin()),
        whole.space());
  }

  private VocabularyTokenizer bytePairs() {
    String name = metadata.text(PRE).orElse("default");
    PreTokenizer words =
        PreTokenizer.named(name)
            .orElseThrow(() ->
                metadata.wrong(
                    PRE, "a pre-tokenizer known here: " + PreTokenizer.KNOWN, "\"" + name + "\""));
    List<String> merges = required(MERGES, metadata.texts(MERGES), "a list of texts");
    PairTable ranks = new PairTable(merges.size());
    int[] merged = new int[merges.size()];
    for (int rank = 0; rank < merged.length; rank++) {
      String merge = merges.get(rank);
      // A space within a token is written Ġ, so this one parts the two; but the first may be one.
      int space = merge.indexOf(' ', 1);
      int left = space < 0 ? -1 : id(merge.substring(0, space));
      int right = space < 0 ? -1 : id(merge.substring(space + 1));
      int both = space < 0 ? -1 : id(merge.substring(0, space) + merge.substring(space + 1));
      if (left < 0 || right < 0 || both < 0) {
        throw metadata.wrong(
            MERGES, "two tokens that are one together, with a space between them", merge);
      }
      ranks.putIfAbsent(left, right, rank);
      merged[rank] = both;
    }
    return tokenizer(
        new BytePairModel(words, new ByteLetters(vocabulary), ranks, merged),
        words.addsBegin(),
        VocabularyTokenizer.Space.NEVER);
  }

  private int id(String token) {
    return vocabulary.id(token).orElse(-1);
  }

  private VocabularyTokenizer scores() {
    float[] scores = required(SCORES, metadata.numbers(SCORES), "a list of 32-bit numbers");
    requireLength(SCORES, scores.length);
    for (float score : scores) {
      if (!Float.isFinite(score)) {
        throw metadata.wrong(SCORES, "finite numbers", score);
      }
    }
    boolean space = metadata.flag(PREFIX + "add_space_prefix").orElse(true);
    VocabularyTokenizer.Space after =
        metadata.flag(GgufVocabulary.SPACE_AFTER_TOKENS).orElse(true)
            ? VocabularyTokenizer.Space.AFTER_TOKENS
            : VocabularyTokenizer.Space.AT_BEGIN;
    boolean trims = metadata.flag(PREFIX + "remove_extra_whitespaces").orElse(false);
    PieceTexts texts =
        new PieceTexts(vocabulary, new SentencePieceNormalizer(space, trims, Optional.empty()));
    return tokenizer(
        new ScoreModel(texts, scores), true, space ? after : VocabularyTokenizer.Space.NEVER);
  }

  private VocabularyTokenizer tokenizer(
      SubwordModel model, boolean addsBegin, VocabularyTokenizer.Space space) {
    return new VocabularyTokenizer(
        vocabulary,
        new TokenScanner(vocabulary),
        model,
        special(BEGIN),
        special(END),
        metadata.flag(PREFIX + "add_bos_token").orElse(addsBegin),
        space);
  }

  private OptionalInt special(String key) {
    return special(metadata, key, vocabulary.size());
  }

  private static OptionalInt special(GgufMetadata metadata, String key, int size) {
    Optional<Long> id = metadata.integer(key, 0, size - 1L);
    return id.isEmpty() ? OptionalInt.empty() : OptionalInt.of(Math.toIntExact(id.get()));
  }

  private List<Vocabulary.Kind> kinds(int size) {
    Optional<int[]> numbers = metadata.integers(TYPES);
    if (numbers.isEmpty()) {
      return Collections.nCopies(size, Vocabulary.Kind.NORMAL);
    }
    requireLength(TYPES, size, numbers.get().length);
    return Arrays.stream(numbers.get()).mapToObj(this::kind).toList();
  }

  private Vocabulary.Kind kind(int number) {
    if (number < 1 || number > KINDS.size()) {
      throw metadata.wrong(TYPES, "kinds from 1 to %d".formatted(KINDS.size()), number);
    }
    return KINDS.get(number - 1);
  }

  private void requireLength(String key, int found) {
    requireLength(key, vocabulary.size(), found);
  }

  private void requireLength(String key, int size, int found) {
    if (found != size) {
      throw metadata.wrong(key, "%d values, one a token".formatted(size), found);
    }
  }

  private <T> T required(String key, Optional<T> value, String expected) {
    return value.orElseThrow(() -> metadata.wrong(key, expected, "nothing"));
  }
}
