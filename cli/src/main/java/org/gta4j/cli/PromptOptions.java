package org.gta4j.cli;

import org.gta4j.generate.LanguageModel;

/** The three ways to give a prompt; exactly one is wanted. */
final class PromptOptions {
  private final Setting<String> prompt =
      Setting.parameter("PROMPT", "The text; one with spaces needs quotation marks.");
  private final Setting<String> promptFile =
      Setting.text(
          "--prompt-file",
          "FILE",
          "The text in a file, without the line break at its end; - is standard input.");
  private final Setting<String> ids =
      Setting.text("--ids", "1,2,3", "The prompt as token ids; needs no tokenizer.");

  private final EscapeOption escape;

  /** Options for {@code verb}. */
  PromptOptions(Verb verb) {
    verb.add(prompt, promptFile, ids);
    escape = new EscapeOption(verb);
  }

  /** Checks, before anything is loaded, that there is one prompt and something in it. */
  void check() {
    int given =
        (prompt.isGiven() ? 1 : 0) + (promptFile.isGiven() ? 1 : 0) + (ids.isGiven() ? 1 : 0);
    if (given != 1) {
      throw new UsageException(
          "expected one of PROMPT, --prompt-file FILE and --ids 1,2,3, found %s"
              .formatted(given == 0 ? "none" : given));
    }
    if (prompt.isGiven() && prompt.or("").isEmpty()) {
      throw new UsageException("the prompt is empty: there is nothing to continue");
    }
    if (ids.isGiven()) {
      TokenIds.parse(ids.or(""));
    }
  }

  /** What people read before the answer: the prompt they have typed; a file's is not repeated. */
  String opening() {
    return prompt.or("");
  }

  /** The prompt's ids. */
  int[] encode(LanguageModel model) {
    if (ids.isGiven()) {
      return TokenIds.parse(ids.or(""));
    }
    if (prompt.isGiven()) {
      return model.encode(prompt.or(""), escape.control());
    }
    String text = TextFiles.read(promptFile);
    // Editors end a file with a line break that nobody means to be part of the prompt.
    int end = text.length() - (text.endsWith("\r\n") ? 2 : text.endsWith("\n") ? 1 : 0);
    if (end == 0) {
      throw new RefusedException(
          TextFiles.label(promptFile) + ": the prompt is empty: there is nothing to continue");
    }
    return model.encode(text.substring(0, end), escape.control());
  }
}
