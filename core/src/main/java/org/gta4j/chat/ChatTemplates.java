package org.gta4j.chat;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import org.gta4j.checkpoint.GgufMetadata;
import org.gta4j.tokenizer.Tokenizer;
import org.gta4j.tokenizer.TokenizerConfig;

/**
 * The chat templates that came with a model; most have one.
 *
 * @param file where they are, for errors
 * @param sources their sources by their names
 * @param tokens the names of special tokens by the variables that templates know them by
 */
public record ChatTemplates(
    String file, SequencedMap<String, String> sources, Map<String, String> tokens) {

  private static final String GGUF_KEY = "tokenizer.chat_template";

  /** The name of the template for conversations with tools, where there is one of its own. */
  private static final String TOOLS = "tool_use";

  /** The templates in a GGUF file; empty where there are none. */
  public static Optional<ChatTemplates> of(GgufMetadata metadata, Tokenizer tokenizer) {
    SequencedMap<String, String> sources = new LinkedHashMap<>();
    metadata
        .text(GGUF_KEY)
        .ifPresent(source -> sources.put(TokenizerConfig.DEFAULT_TEMPLATE, source));
    List<String> keys = new ArrayList<>(metadata.values().keySet());
    keys.removeIf(key -> !key.startsWith(GGUF_KEY + "."));
    for (String key : keys) {
      metadata
          .text(key)
          .ifPresent(source -> sources.put(key.substring(GGUF_KEY.length() + 1), source));
    }
    return of(metadata.file(), sources, tokens(tokenizer));
  }

  /**
   * The names of a GGUF file's special tokens. Where a model has no such token the template's
   * variable is empty, as it is with llama.cpp.
   */
  public static Map<String, String> tokens(Tokenizer tokenizer) {
    Map<String, String> tokens = new LinkedHashMap<>();
    tokenizer.begin().ifPresent(id -> tokens.put("bos_token", tokenizer.name(id)));
    tokenizer.end().ifPresent(id -> tokens.put("eos_token", tokenizer.name(id)));
    tokens.putIfAbsent("bos_token", "");
    tokens.putIfAbsent("eos_token", "");
    return tokens;
  }

  /** The templates beside a Hugging Face tokenizer; empty where there are none. */
  public static Optional<ChatTemplates> of(TokenizerConfig config) {
    return of(config.file().toString(), config.chatTemplates(), tokens(config));
  }

  /** The names of a Hugging Face tokenizer's special tokens. */
  public static Map<String, String> tokens(TokenizerConfig config) {
    Map<String, String> tokens = new LinkedHashMap<>();
    config.beginToken().ifPresent(name -> tokens.put("bos_token", name));
    config.endToken().ifPresent(name -> tokens.put("eos_token", name));
    return tokens;
  }

  private static Optional<ChatTemplates> of(
      String file, SequencedMap<String, String> sources, Map<String, String> tokens) {
    return sources.isEmpty()
        ? Optional.empty()
        : Optional.of(new ChatTemplates(file, sources, tokens));
  }

  /**
   * The template for a conversation.
   *
   * @throws org.gta4j.checkpoint.CheckpointException if it is no template
   */
  public ChatTemplate forConversation(Conversation conversation) {
    boolean tools = !conversation.tools().isEmpty() && sources.containsKey(TOOLS);
    String name = tools ? TOOLS : TokenizerConfig.DEFAULT_TEMPLATE;
    String source =
        Optional.ofNullable(sources.get(name)).orElseGet(() -> sources.firstEntry().getValue());
    return ChatTemplate.of(file, source, tokens);
  }
}
