package org.gta4j.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.gta4j.chat.ChatIds;
import org.gta4j.chat.ChatMessage;
import org.gta4j.chat.Conversation;
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

  private final Setting<String> idsFile =
      Setting.text(
          "--ids-file",
          "FILE",
          "The prompt as token ids in a file, for long ones; - is standard input.");

  private final EscapeOption escape;

  /** Options for {@code verb}. */
  PromptOptions(Verb verb) {
    verb.add(prompt, promptFile, ids, idsFile);
    escape = new EscapeOption(verb);
  }

  /** Checks, before anything is loaded, that there is one prompt and something in it. */
  void check() {
    long given = Stream.of(prompt, promptFile, ids, idsFile).filter(Setting::isGiven).count();
    if (given != 1) {
      throw new UsageException(
          "expected one of PROMPT, --prompt-file FILE, --ids 1,2,3 and --ids-file FILE, found %s"
              .formatted(given == 0 ? "none" : given));
    }
    if (prompt.isGiven() && prompt.or("").isEmpty()) {
      throw new UsageException("the prompt is empty: there is nothing to continue");
    }
    if (ids.isGiven()) {
      TokenIds.parse(ids.or(""));
    }
  }

  /** Whether the prompt is given as text. */
  boolean isText() {
    return !ids.isGiven() && !idsFile.isGiven();
  }

  /** Whether the prompt is read from that file. */
  boolean reads(Path file) {
    return TextFiles.isSame(promptFile, file) || TextFiles.isSame(idsFile, file);
  }

  /**
   * The prompt's ids as a message that a chat model is to answer; empty where the prompt is given
   * as ids or the model has no chat template.
   */
  Optional<int[]> encodeMessage(LanguageModel model) {
    if (!isText() || model.tokenizer().isEmpty()) {
      return Optional.empty();
    }
    return model
        .chatTemplates()
        .map(templates ->
            new ChatIds(templates, model.tokenizer().orElseThrow(), escape.isOn())
                .prompt(Conversation.toAnswer(List.of(ChatMessage.of("user", text())))));
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
    if (idsFile.isGiven()) {
      return TokenIds.parseFile(TextFiles.label(idsFile), TextFiles.read(idsFile));
    }
    return model.encode(text(), escape.control());
  }

  private String text() {
    if (prompt.isGiven()) {
      return prompt.or("");
    }
    String text = TextFiles.read(promptFile);
    if (text.startsWith("\uFEFF")) {
      text = text.substring(1); // a mark of the encoding, not of the text
    }
    // Editors end a file with a line break that nobody means to be part of the prompt.
    int end = text.length() - (text.endsWith("\r\n") ? 2 : text.endsWith("\n") ? 1 : 0);
    if (end == 0) {
      throw new RefusedException(
          TextFiles.label(promptFile) + ": the prompt is empty: there is nothing to continue");
    }
    return text.substring(0, end);
  }
}
