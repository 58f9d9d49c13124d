package org.gta4j.cli.training;

import java.util.List;
import org.gta4j.cli.Check;
import org.gta4j.cli.Progress;
import org.gta4j.cli.Setting;
import org.gta4j.cli.Terminal;
import org.gta4j.cli.UsageException;
import org.gta4j.cli.Verb;
import org.gta4j.cli.data.TextOptions;
import org.gta4j.data.bpe.BytePairTrainer;
import org.gta4j.data.bpe.WordCounts;
import org.gta4j.tokenizer.ByteLevel;

/** {@code gta tokenizer train}. */
final class TokenizerTrainVerb extends Verb {
  private static final int BYTES = 256;

  private final TextOptions texts = TextOptions.ofTexts();
  private final Setting<Integer> size =
      Setting.integer(
          "--vocab-size", "N", "How many tokens, all 256 bytes included (default: 4096).");
  private final Setting<String> out =
      Setting.required("--out", "FOLDER", "Where tokenizer.json goes.");

  @SuppressWarnings("this-escape") // picocli keeps it, and looks at it when a command is parsed
  TokenizerTrainVerb() {
    super(
        "tokenizer train",
        "--data FILE --out FOLDER [OPTION]...",
        List.of(
            "Makes a tokenizer of texts: byte-pair encoding over bytes, which gives back every text"
                + " exactly.",
            "The folder is what 'gta train --tokenizer' takes; Hugging Face's libraries read it"
                + " too."),
        List.of(
            "gta tokenizer train --data stories.txt --vocab-size 4096 --out tokenizer",
            "gta tokenizer train --data articles.jsonl --field body --out tokenizer"));
    texts.addTo(this);
    add(size, out);
    addHelp();
  }

  @Override
  public void run(Terminal terminal) {
    TextTokens documents = TextTokens.of(texts);
    int tokens = Check.count(size, 1, 4096);
    if (tokens <= BYTES) {
      throw UsageException.of(
          "--vocab-size",
          "more than %d: each byte is a token, and one ends texts".formatted(BYTES),
          tokens);
    }
    TokenizerFolder folder = TokenizerFolder.at(out);
    WordCounts words = new WordCounts();
    documents.pieces(
        terminal,
        "counting words",
        pieces -> pieces.parallelStream().forEach(piece -> words.add(piece.text())));
    List<List<String>> merges;
    int mergeable = tokens - 1; // one ends texts
    try (Progress progress = new Progress(terminal, "merging", mergeable, "tokens")) {
      merges = BytePairTrainer.merges(words, mergeable, progress::at);
    }
    int made =
        folder.write(ByteLevel.json(List.of(TextTokens.SEPARATOR), merges), TextTokens.SEPARATOR);
    if (made < tokens) {
      terminal.say(
          "there was nothing left to merge that occurs twice: it has less than --vocab-size");
    }
    terminal.line("%s: %,d tokens".formatted(folder.path(), made));
  }
}
