package org.gta4j.tokenizer;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SequencedMap;
import java.util.Set;
import org.gta4j.checkpoint.GgufMetadata;
import org.gta4j.checkpoint.Json;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** A GGUF file's tokenizer as Hugging Face's files. */
public final class HuggingFaceVocabulary {
  private static final String TOKENIZER = "tokenizer.json";
  private static final String CONFIG = "tokenizer_config.json";
  private static final String CHAT_TEMPLATE = "tokenizer.chat_template";

  private HuggingFaceVocabulary() {}

  /**
   * The files' contents by their names; none where the file has no tokenizer, or one that is not
   * written as {@code tokenizer.json}: such with scores, and byte-pair encoding whose words are not
   * published.
   *
   * @throws org.gta4j.checkpoint.CheckpointException if the tokenizer is damaged
   */
  public static Map<String, byte[]> of(GgufMetadata metadata) {
    Optional<VocabularyTokenizer> tokenizer = GgufTokenizer.of(metadata);
    Optional<byte[]> json =
        tokenizer.flatMap(found ->
            metadata.has(GgufVocabulary.CHOICE)
                ? metadata
                    .text(GgufVocabulary.HUGGING_FACE)
                    .map(text -> text.getBytes(StandardCharsets.UTF_8))
                : bytePairs(metadata, found).map(Json::toBytes));
    SequencedMap<String, byte[]> files = new LinkedHashMap<>();
    if (json.isPresent()) {
      files.put(TOKENIZER, json.get());
      files.put(CONFIG, Json.toBytes(config(metadata, tokenizer.orElseThrow())));
    }
    return files;
  }

  private static ObjectNode config(GgufMetadata metadata, VocabularyTokenizer tokenizer) {
    ObjectNode config = Json.object();
    config.put("tokenizer_class", "PreTrainedTokenizerFast");
    put(config, "bos_token", tokenizer, tokenizer.begin());
    put(config, "eos_token", tokenizer, tokenizer.end());
    config.put("add_bos_token", tokenizer.addsBegin());
    config.put("clean_up_tokenization_spaces", false);
    metadata.text(CHAT_TEMPLATE).ifPresent(template -> config.put("chat_template", template));
    return config;
  }

  private static void put(
      ObjectNode config, String key, VocabularyTokenizer tokenizer, OptionalInt id) {
    id.ifPresent(number -> config.put(key, tokenizer.name(number)));
  }

  private static Optional<ObjectNode> bytePairs(
      GgufMetadata metadata, VocabularyTokenizer tokenizer) {
    Optional<PublishedWords> words =
        metadata
            .text(GgufVocabulary.PREFIX + "model")
            .filter("gpt2"::equals)
            .flatMap(model -> metadata.text(GgufVocabulary.PREFIX + "pre"))
            .flatMap(PublishedWords::named);
    Vocabulary vocabulary = tokenizer.vocabulary();
    Set<String> names = new HashSet<>(vocabulary.names());
    if (words.isEmpty() || names.size() < vocabulary.size() || names.contains("")) {
      return Optional.empty();
    }
    List<List<String>> merges = new ArrayList<>();
    for (String merge : metadata.texts(GgufVocabulary.PREFIX + "merges").orElse(List.of())) {
      int space = merge.indexOf(' ', 1);
      merges.add(List.of(merge.substring(0, space), merge.substring(space + 1)));
    }
    ObjectNode json = json(words.get(), vocabulary, merges);
    template(tokenizer, json);
    return Optional.of(json);
  }

  /** A {@code tokenizer.json} of byte-pair encoding over bytes, which puts nothing before texts. */
  static ObjectNode json(PublishedWords words, Vocabulary vocabulary, List<List<String>> merges) {
    ObjectNode json = Json.object();
    json.put("version", "1.0").putNull("truncation").putNull("padding");
    addedTokens(vocabulary, json.putArray(AddedToken.KEY));
    json.putNull("normalizer");
    words(words, json.putObject("pre_tokenizer"));
    json.putNull("post_processor");
    byteLevel(json.putObject("decoder"), true);
    ObjectNode model = json.putObject("model");
    model.put("type", "BPE").putNull("dropout").putNull("unk_token");
    model.putNull("continuing_subword_prefix").putNull("end_of_word_suffix");
    model.put("fuse_unk", false).put("byte_fallback", false);
    model.put("ignore_merges", words.keepsWholeWords());
    ObjectNode vocab = model.putObject("vocab");
    for (int id = 0; id < vocabulary.size(); id++) {
      vocab.put(vocabulary.name(id), id);
    }
    ArrayNode pairs = model.putArray("merges");
    merges.forEach(merge -> pairs.addArray().add(merge.getFirst()).add(merge.getLast()));
    return json;
  }

  private static void addedTokens(Vocabulary vocabulary, ArrayNode added) {
    for (int id = 0; id < vocabulary.size(); id++) {
      if (vocabulary.kind(id).isSought()) {
        AddedToken.exact(vocabulary.name(id), id, vocabulary.kind(id).isControl()).addTo(added);
      }
    }
  }

  private static void words(PublishedWords words, ObjectNode pre) {
    pre.put("type", "Sequence");
    ArrayNode parts = pre.putArray("pretokenizers");
    boolean ends = false;
    for (String expression : words.expressions()) {
      ends = expression.equals(PreTokenizer.GPT2);
      if (expression.equals(PreTokenizer.DIGIT)) {
        parts.addObject().put("type", "Digits").put("individual_digits", true);
      } else if (!ends) {
        ObjectNode split = parts.addObject().put("type", "Split");
        split.putObject("pattern").put("Regex", expression);
        split.put("behavior", "Isolated").put("invert", false);
      }
    }
    byteLevel(parts.addObject(), ends);
  }

  private static void byteLevel(ObjectNode part, boolean usesExpression) {
    part.put("type", "ByteLevel").put("add_prefix_space", false);
    part.put("trim_offsets", true).put("use_regex", usesExpression);
  }

  /** What puts the token before prompts that begins them. */
  private static void template(VocabularyTokenizer tokenizer, ObjectNode json) {
    if (!tokenizer.addsBegin() || tokenizer.begin().isEmpty()) {
      return;
    }
    int id = tokenizer.begin().getAsInt();
    String name = tokenizer.name(id);
    ObjectNode processor = json.putObject("post_processor").put("type", "TemplateProcessing");
    ArrayNode single = processor.putArray("single");
    single.addObject().putObject("SpecialToken").put("id", name).put("type_id", 0);
    single.addObject().putObject("Sequence").put("id", "A").put("type_id", 0);
    ArrayNode pair = single.deepCopy();
    pair.addObject().putObject("Sequence").put("id", "B").put("type_id", 1);
    processor.set("pair", pair);
    ObjectNode special = processor.putObject("special_tokens").putObject(name);
    special.put("id", name);
    special.putArray("ids").add(id);
    special.putArray("tokens").add(name);
  }
}
