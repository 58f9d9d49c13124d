package org.gta4j.tokenizer;

import java.nio.file.Path;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Pattern;
import org.gta4j.checkpoint.CheckpointException;
import tools.jackson.databind.JsonNode;

/**
 * Hugging Face's {@code tokenizer.json}, for the kinds of byte-pair encoding that language models
 * have: over bytes (GPT-2, Llama 3, Qwen, SmolLM) and over characters with bytes for the rest
 * (Llama 2, Mistral, Phi-3, Gemma). What of it is not done exactly is refused by name.
 *
 * @see <a href="https://huggingface.co/docs/tokenizers">the library that writes it</a>
 */
final class TokenizerJson {
  private final TokenizerJsonFile file;
  private final TokenizerConfig config;
  private final Vocabulary vocabulary;
  private final List<String> expressions = new ArrayList<>();
  private boolean overBytes;
  private boolean replacesSpaces;
  private boolean isPlain;
  private VocabularyTokenizer.Space space = VocabularyTokenizer.Space.NEVER;

  private TokenizerJson(TokenizerJsonFile file, TokenizerConfig config) {
    this.file = file;
    this.config = config;
    vocabulary = file.vocabulary();
  }

  /**
   * Reads a file.
   *
   * @throws CheckpointException if it is damaged, or has parts that are not known exactly
   */
  static VocabularyTokenizer read(Path path, TokenizerConfig config) {
    return new TokenizerJson(TokenizerJsonFile.read(path), config).tokenizer();
  }

  /** What reads a file's parts. */
  static TokenizerJson of(TokenizerJsonFile file, TokenizerConfig config) {
    return new TokenizerJson(file, config);
  }

  /**
   * The name by which GGUF files know how text is cut into words, where they know it; to be asked
   * once {@link #tokenizer} has read the parts.
   */
  Optional<String> ggufName() {
    return overBytes ? PublishedWords.nameOf(expressions, file.ignoresMerges()) : Optional.empty();
  }

  /** Whether words and merges are all there is to it: nothing changes the text before. */
  boolean isPlain() {
    return isPlain && file.strips().left().isEmpty() && file.strips().right().isEmpty();
  }

  VocabularyTokenizer tokenizer() {
    List<Normalizing> steps = new ArrayList<>();
    normalizer(file.part("normalizer"), steps);
    requireTokensAsTheyAre(steps);
    preTokenizer(file.part("pre_tokenizer"), steps);
    isPlain = steps.isEmpty();
    Normalizing normalizing = Normalizing.all(steps);
    PreTokenizer words = words();
    Alphabet alphabet =
        overBytes
            ? new ByteLetters(vocabulary, normalizing)
            : new CharacterLetters(
                new PieceTexts(
                    vocabulary,
                    new SentencePieceNormalizer(false, false, Optional.empty()),
                    file.unknown()),
                normalizing,
                file.fusesUnknown());
    OptionalInt first = firstOfTemplate(file.part("post_processor"));
    OptionalInt begin = named(config.beginToken());
    return new VocabularyTokenizer(
        vocabulary,
        new TokenScanner(vocabulary, file.strips()),
        new BytePairModel(words, alphabet, file.ranks(), file.merged()),
        begin.isPresent() ? begin : first,
        named(config.endToken()),
        config.addsBegin().orElse(first.isPresent()),
        space);
  }

  private OptionalInt named(Optional<String> token) {
    return token.isPresent() ? vocabulary.id(token.get()) : OptionalInt.empty();
  }

  private PreTokenizer words() {
    try {
      return PreTokenizer.ofFile(expressions, file.ignoresMerges());
    } catch (IllegalArgumentException e) {
      throw file.wrong(
          "pre_tokenizer", "expressions that mean the same here", String.valueOf(e.getMessage()));
    }
  }

  /** Some tokens are sought in the normalized text, where their names are normalized as well. */
  private void requireTokensAsTheyAre(List<Normalizing> steps) {
    Normalizing all = Normalizing.all(steps);
    for (String name : file.normalizedTokens()) {
      if (!all.normalize(name, true).equals(name)) {
        throw file.wrong(
            AddedToken.KEY,
            "tokens that the normalizer leaves as they are, or \"normalized\": false",
            name);
      }
    }
  }

  private void normalizer(JsonNode part, List<Normalizing> steps) {
    switch (type(part)) {
      case "" -> {}
      case "Sequence" -> items(part, "normalizers").forEach(item -> normalizer(item, steps));
      case "Prepend" -> {
        String prefix = text(part, "prepend");
        steps.add((text, begins) -> text.isEmpty() ? text : prefix + text);
        if (prefix.equals(" ") || prefix.equals(String.valueOf(PieceTexts.SPACE))) {
          space = VocabularyTokenizer.Space.AFTER_TOKENS;
        }
      }
      case "Replace" -> {
        String old = text(part.path("pattern"), "String");
        String other = text(part, "content");
        if (old.isEmpty() || old.length() > 100 || other.length() > 100) {
          throw file.wrong("normalizer", "a replacement of 1 to 100 characters", part);
        }
        replacesSpaces |= old.equals(" ") && !other.contains(" ");
        steps.add((text, begins) -> text.replace(old, other));
      }
      case "NFC" -> steps.add((text, begins) -> Normalizer.normalize(text, Normalizer.Form.NFC));
      case "NFD" -> steps.add((text, begins) -> Normalizer.normalize(text, Normalizer.Form.NFD));
      case "NFKC" -> steps.add((text, begins) -> Normalizer.normalize(text, Normalizer.Form.NFKC));
      case "NFKD" -> steps.add((text, begins) -> Normalizer.normalize(text, Normalizer.Form.NFKD));
      case "Lowercase" -> steps.add((text, begins) -> text.toLowerCase(Locale.ROOT));
      default ->
          throw file.wrong(
              "normalizer",
              "Sequence, Prepend, Replace of a text, NFC, NFD, NFKC, NFKD or Lowercase",
              part);
    }
  }

  private void preTokenizer(JsonNode part, List<Normalizing> steps) {
    switch (type(part)) {
      case "" -> {}
      case "Sequence" -> items(part, "pretokenizers").forEach(item -> preTokenizer(item, steps));
      case "ByteLevel" -> {
        if (part.path("add_prefix_space").asBoolean(true)) {
          throw file.wrong("pre_tokenizer", "ByteLevel with \"add_prefix_space\": false", part);
        }
        overBytes = true;
        if (part.path("use_regex").asBoolean(true)) {
          expressions.add(PreTokenizer.GPT2);
        }
      }
      case "Digits" ->
          expressions.add(part.path("individual_digits").asBoolean(false) ? "\\p{N}" : "\\p{N}+");
      case "Split" -> split(part);
      case "Metaspace" -> metaspace(part, steps);
      default ->
          throw file.wrong(
              "pre_tokenizer", "Sequence, ByteLevel, Digits, Split or Metaspace", part);
    }
    if (overBytes && !type(part).equals("ByteLevel") && !type(part).equals("Sequence")) {
      throw file.wrong("pre_tokenizer", "nothing behind ByteLevel", part);
    }
  }

  private void split(JsonNode part) {
    JsonNode literal = part.path("pattern").path("String");
    String behavior = part.path("behavior").asString("");
    if (literal.isString() && literal.stringValue().equals(" ") && replacesSpaces) {
      return; // Gemma's: the normalizer has left no space to split at
    }
    if (!behavior.equals("Isolated") || part.path("invert").asBoolean(false)) {
      throw file.wrong(
          "pre_tokenizer", "Split with \"behavior\": \"Isolated\", \"invert\": false", part);
    }
    expressions.add(
        literal.isString()
            ? Pattern.quote(literal.stringValue())
            : text(part.path("pattern"), "Regex"));
  }

  private void metaspace(JsonNode part, List<Normalizing> steps) {
    if (!text(part, "replacement").equals(String.valueOf(PieceTexts.SPACE))
        || part.path("split").asBoolean(true)) {
      throw file.wrong(
          "pre_tokenizer", "Metaspace with \"replacement\": \"\u2581\", \"split\": false", part);
    }
    String scheme =
        part.path("prepend_scheme")
            .asString(part.path("add_prefix_space").asBoolean(true) ? "always" : "never");
    switch (scheme) {
      case "never" -> {}
      case "first" -> space = VocabularyTokenizer.Space.AT_BEGIN;
      case "always" -> space = VocabularyTokenizer.Space.AFTER_TOKENS;
      default -> throw file.wrong("pre_tokenizer", "prepend_scheme never, first or always", scheme);
    }
    boolean prepends = !scheme.equals("never");
    steps.add((text, begins) -> {
      String spaced = text.replace(' ', PieceTexts.SPACE);
      boolean has = spaced.isEmpty() || spaced.charAt(0) == PieceTexts.SPACE;
      return prepends && begins && !has ? PieceTexts.SPACE + spaced : spaced;
    });
  }

  /** The token that the template for one text begins with. */
  private OptionalInt firstOfTemplate(JsonNode part) {
    return switch (type(part)) {
      case "Sequence" -> {
        for (JsonNode item : items(part, "processors")) {
          OptionalInt first = firstOfTemplate(item);
          if (first.isPresent()) {
            yield first;
          }
        }
        yield OptionalInt.empty();
      }
      case "TemplateProcessing" -> {
        JsonNode first = part.path("single").path(0).path("SpecialToken").path("id");
        if (!first.isString()) {
          yield OptionalInt.empty();
        }
        yield vocabulary.id(first.stringValue());
      }
      default -> OptionalInt.empty();
    };
  }

  private String type(JsonNode part) {
    if (part.isMissingNode() || part.isNull()) {
      return "";
    }
    return text(part, "type");
  }

  private String text(JsonNode part, String key) {
    if (!part.path(key).isString()) {
      throw file.wrong(key, "a text", part.path(key).isMissingNode() ? part : part.path(key));
    }
    return part.path(key).stringValue();
  }

  private Iterable<JsonNode> items(JsonNode part, String key) {
    if (!part.path(key).isArray()) {
      throw file.wrong(key, "a list", part);
    }
    return part.path(key);
  }
}
