package org.gta4j.cli.training;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.gta4j.chat.ChatTemplates;
import org.gta4j.cli.RefusedException;
import org.gta4j.cli.Terminal;
import org.gta4j.cli.UsageException;

/**
 * Files of chats or of texts, as a model learns them.
 *
 * @param base the model, whose tokenizer and templates they are written with
 * @param length tokens of a text's sequence, and of a chat at most
 * @param field the field or column of files that have several, where they are texts
 */
record ExampleFiles(BaseModel base, int length, String field) {
  /**
   * Reads files: all of chats or all of texts, since both at once would be two kinds of sequences.
   *
   * @param option what named them, for messages
   * @throws UsageException if some are of chats and some of texts
   * @throws RefusedException if one cannot be read, or is none of either, or the model lacks what
   *     they need
   */
  Examples read(Terminal terminal, String option, List<String> files) {
    for (String file : files) {
      if (Files.isDirectory(Path.of(file))) {
        throw new RefusedException(
            "%s: %s: expected a file of chats or texts, found a folder".formatted(option, file));
      }
    }
    Examples examples = chatsOrTexts(terminal, option, files);
    int vocabulary = base.config().vocabSize();
    if (examples.largestToken() >= vocabulary) {
      throw new RefusedException(
          "%s: expected token ids from 0 to %d, as the vocabulary of %s is (vocab_size), found %d: its tokenizer has tokens that it has no embeddings for"
              .formatted(option, vocabulary - 1, base.name(), examples.largestToken()));
    }
    return examples;
  }

  private Examples chatsOrTexts(Terminal terminal, String option, List<String> files) {
    List<String> chats =
        files.stream().filter(file -> ChatFiles.isOne(option, file, field)).toList();
    if (chats.isEmpty()) {
      return new Examples.Texts(
          new TextTokens(option, files, field).read(terminal, base.words().tokenizer(), length),
          length);
    }
    if (chats.size() < files.size()) {
      throw UsageException.of(
          option, "chats or texts", "both: chats in " + String.join(", ", chats));
    }
    ChatTemplates templates =
        base.templates()
            .orElseThrow(() ->
                new RefusedException(
                    "%s has no chat template, by which chats are written: expected chat_template.jinja, or chat_template in tokenizer_config.json; give one with --chat-template, or texts as %s"
                        .formatted(base.name(), option)));
    return new ChatFiles(option, files).read(terminal, templates, base.words().tokenizer(), length);
  }
}
