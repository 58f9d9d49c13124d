package org.gta4j.tokenizer;

import java.util.List;
import java.util.Optional;

/**
 * Ways to cut text into words that both GGUF files and {@code tokenizer.json} can say: a name
 * there, expressions here.
 *
 * @param names what GGUF files call it, the usual name first
 * @param expressions as they stand in {@code tokenizer.json}
 * @param keepsWholeWords whether a word that is a token stays one
 */
record PublishedWords(List<String> names, List<String> expressions, boolean keepsWholeWords) {
  private static final List<PublishedWords> ALL =
      List.of(
          new PublishedWords(
              List.of("gpt-2", "phi-2", "mpt", "olmo"), List.of(PreTokenizer.GPT2), false),
          new PublishedWords(
              List.of(
                  "smollm",
                  "starcoder",
                  "refact",
                  "command-r",
                  "codeshell",
                  "exaone",
                  "minerva-7b"),
              List.of(PreTokenizer.DIGIT, PreTokenizer.GPT2),
              false),
          new PublishedWords(
              List.of(
                  "llama-bpe",
                  "llama3",
                  "llama-v3",
                  "falcon3",
                  "falcon-h1",
                  "pixtral",
                  "midm-2.0",
                  "lfm2"),
              List.of(llama3(PreTokenizer.THREE_DIGITS)),
              true),
          new PublishedWords(
              List.of("smaug-bpe", "dbrx"), List.of(llama3(PreTokenizer.THREE_DIGITS)), false),
          new PublishedWords(
              List.of("qwen2", "deepseek-r1-qwen", "stablelm2"),
              List.of(llama3(PreTokenizer.DIGIT)),
              false));

  private static String llama3(String digits) {
    return published(PreTokenizer.LLAMA3.formatted(digits));
  }

  /** An expression as files have it: Rust's are about all of Unicode without saying so. */
  static String published(String expression) {
    return expression.replace("(?iu:", "(?i:");
  }

  /** What GGUF files call these expressions; empty where they have no name there. */
  static Optional<String> nameOf(List<String> expressions, boolean keepsWholeWords) {
    return ALL.stream()
        .filter(words -> words.expressions.equals(expressions))
        .filter(words -> words.keepsWholeWords == keepsWholeWords)
        .map(words -> words.names.getFirst())
        .findFirst();
  }

  /** The one that GGUF files call so. */
  static Optional<PublishedWords> named(String name) {
    return ALL.stream().filter(words -> words.names.contains(name)).findFirst();
  }
}
