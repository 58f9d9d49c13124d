package org.gta4j.tokenizer;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.gta4j.checkpoint.CheckpointException;
import org.gta4j.checkpoint.GgufPairs;
import org.gta4j.checkpoint.InputFile;

/**
 * Reads a SentencePiece {@code .model}: pieces with scores, how it was trained, how text is
 * normalized.
 *
 * @see <a href="https://github.com/google/sentencepiece/blob/master/src/sentencepiece_model.proto">
 *     the format</a>
 */
final class SentencePieceFile {
  private static final long MAX_BYTES = 64L << 20;

  /** SentencePiece makes none of more than 16 by default; splitting takes time by the longest. */
  private static final int LONGEST_PIECE = 1024;

  private static final int UNIGRAM = 1;
  private static final int BPE = 2;
  private static final List<Vocabulary.Kind> KINDS = List.of(Vocabulary.Kind.values());

  private final String file;
  private final List<String> names = new ArrayList<>();
  private final List<Vocabulary.Kind> kinds = new ArrayList<>();
  private final Ids scoreBits = new Ids(1 << 10);
  private int type = UNIGRAM;
  private int begin = 1;
  private int end = 2;
  private boolean suffix;
  private byte[] characters = new byte[0];
  private boolean addsSpace = true;
  private boolean removesSpaces = true;

  private SentencePieceFile(String file) {
    this.file = file;
  }

  /**
   * Reads a file.
   *
   * @param addsBegin whether prompts get the token that begins texts
   * @throws CheckpointException if it is damaged, or of a kind that is not known
   */
  static VocabularyTokenizer read(Path path, boolean addsBegin) {
    return read(path.toString(), InputFile.readBytes(path, MAX_BYTES), addsBegin);
  }

  static VocabularyTokenizer read(String file, byte[] bytes, boolean addsBegin) {
    SentencePieceFile reader = new SentencePieceFile(file);
    reader.model(bytes);
    return reader.tokenizer(addsBegin);
  }

  /**
   * The same as a GGUF file's metadata; empty for what such a file has no way to say: a unigram
   * model, or characters that are replaced.
   */
  static Optional<GgufPairs> toGguf(Path path, boolean addsBegin, int vocabularySize) {
    SentencePieceFile reader = new SentencePieceFile(path.toString());
    reader.model(InputFile.readBytes(path, MAX_BYTES));
    VocabularyTokenizer tokenizer =
        Tokenizers.fit(path.toString(), reader.tokenizer(addsBegin), vocabularySize);
    if (reader.type != BPE || reader.characterMap().isPresent()) {
      return Optional.empty();
    }
    GgufPairs pairs =
        GgufVocabulary.scores(reader.names, reader.kinds, reader.scores(), vocabularySize);
    GgufVocabulary.special(pairs, tokenizer.begin(), tokenizer.end(), addsBegin);
    pairs.put(GgufVocabulary.PREFIX + "add_space_prefix", reader.addsSpace);
    pairs.put(GgufVocabulary.PREFIX + "remove_extra_whitespaces", reader.removesSpaces);
    return Optional.of(pairs.put(GgufVocabulary.SPACE_AFTER_TOKENS, false));
  }

  private float[] scores() {
    float[] scores = new float[names.size()];
    for (int i = 0; i < scores.length; i++) {
      scores[i] = Float.intBitsToFloat(scoreBits.get(i));
    }
    return scores;
  }

  private void model(byte[] bytes) {
    ProtobufReader reader = new ProtobufReader(file, "model", bytes);
    while (reader.next()) {
      switch (reader.field()) {
        case 1 -> piece(reader.message("piece %d".formatted(names.size())));
        case 2 -> training(reader.message("trainer_spec"));
        case 3 -> normalizing(reader.message("normalizer_spec"));
        default -> {}
      }
    }
  }

  private void piece(ProtobufReader reader) {
    String name = "";
    float score = 0;
    long kind = 1;
    while (reader.next()) {
      switch (reader.field()) {
        case 1 -> name = new String(reader.bytes(), StandardCharsets.UTF_8);
        case 2 -> score = reader.float32();
        case 3 -> kind = reader.integer();
        default -> {}
      }
    }
    if (name.length() > LONGEST_PIECE) {
      throw reader.wrong("at most %d characters".formatted(LONGEST_PIECE), name.length());
    }
    if (!Float.isFinite(score)) {
      throw reader.wrong("a finite score", score);
    }
    if (kind < 1 || kind > KINDS.size()) {
      throw reader.wrong("a type from 1 to %d".formatted(KINDS.size()), kind);
    }
    names.add(name);
    kinds.add(KINDS.get((int) kind - 1));
    scoreBits.add(Float.floatToRawIntBits(score));
  }

  private void training(ProtobufReader reader) {
    while (reader.next()) {
      switch (reader.field()) {
        case 3 -> type = (int) reader.integer();
        case 24 -> suffix = reader.integer() != 0;
        case 41 -> begin = (int) reader.integer();
        case 42 -> end = (int) reader.integer();
        default -> {}
      }
    }
  }

  private void normalizing(ProtobufReader reader) {
    while (reader.next()) {
      switch (reader.field()) {
        case 2 -> characters = reader.bytes();
        case 3 -> addsSpace = reader.integer() != 0;
        case 4 -> removesSpaces = reader.integer() != 0;
        case 5 -> {
          if (reader.integer() == 0) {
            throw reader.wrong("escape_whitespaces to be true", "false");
          }
        }
        default -> {}
      }
    }
  }

  private VocabularyTokenizer tokenizer(boolean addsBegin) {
    if (names.isEmpty()) {
      throw CheckpointException.of(file, "pieces", "at least one", "none");
    }
    if (type != UNIGRAM && type != BPE) {
      throw CheckpointException.of(
          file, "trainer_spec.model_type", "1 (unigram) or 2 (byte-pair encoding)", type);
    }
    if (suffix) {
      throw CheckpointException.of(
          file, "trainer_spec.treat_whitespace_as_suffix", "false", "true");
    }
    Vocabulary vocabulary = Vocabulary.of(List.copyOf(names), List.copyOf(kinds));
    PieceTexts texts =
        new PieceTexts(
            vocabulary, new SentencePieceNormalizer(addsSpace, removesSpaces, characterMap()));
    float[] scores = scores();
    return new VocabularyTokenizer(
        vocabulary,
        new TokenScanner(vocabulary),
        type == BPE ? new ScoreModel(texts, scores) : new UnigramModel(texts, scores),
        special("bos_id", begin),
        special("eos_id", end),
        addsBegin,
        addsSpace ? VocabularyTokenizer.Space.AT_BEGIN : VocabularyTokenizer.Space.NEVER);
  }

  private Optional<CharacterMap> characterMap() {
    if (characters.length == 0) {
      return Optional.empty();
    }
    try {
      return Optional.of(CharacterMap.of(characters));
    } catch (IllegalArgumentException e) {
      throw CheckpointException.of(
          file,
          "normalizer_spec.precompiled_charsmap",
          "a table as long as it says",
          String.valueOf(e.getMessage()));
    }
  }

  private OptionalInt special(String key, int id) {
    if (id >= names.size()) {
      throw CheckpointException.of(
          file,
          "trainer_spec." + key,
          "less than %d, as there are pieces".formatted(names.size()),
          id);
    }
    return id < 0 ? OptionalInt.empty() : OptionalInt.of(id);
  }
}
