package org.gta4j.cli.training;

import java.util.List;
import org.gta4j.cli.Check;
import org.gta4j.cli.RefusedException;
import org.gta4j.cli.Setting;
import org.gta4j.cli.Terminal;
import org.gta4j.cli.UsageException;
import org.gta4j.cli.Verb;
import org.gta4j.data.DataException;
import org.gta4j.data.shard.ShardIndex;
import org.gta4j.data.shard.ShardWriter;

/** {@code gta data prepare}. */
final class DataPrepareVerb extends Verb {
  private final TextOptions texts = TextOptions.ofTexts();
  private final Setting<String> tokenizer =
      Setting.required(
          "--tokenizer", "PATH", "A tokenizer's file, or a folder with one, such as a model's.");
  private final Setting<Long> shardTokens =
      Setting.wide("--shard-tokens", "N", "Tokens a file (default: 100 million).");
  private final Setting<String> out =
      Setting.required("--out", "FOLDER", "A new folder, for the tokens and their index.");

  @SuppressWarnings("this-escape") // picocli keeps it, and looks at it when a command is parsed
  DataPrepareVerb() {
    super(
        "data prepare",
        "--data FILE --tokenizer PATH --out FOLDER [OPTION]...",
        List.of(
            "Turns texts into tokens once, for 'gta train --data FOLDER': checked, and mapped into memory instead of read.",
            "Needed where texts are larger than memory; otherwise gta train takes them as they are."),
        List.of(
            "gta data prepare --data wikipedia.txt.xz --tokenizer tokenizer --out wikipedia",
            "gta data prepare --data a.parquet --data b.parquet --field content --tokenizer tokenizer --out web"));
    texts.addTo(this);
    add(tokenizer, shardTokens, out);
    addHelp();
  }

  @Override
  public void run(Terminal terminal) {
    TextTokens documents = texts.texts();
    long tokens = shardTokens.or(100_000_000L);
    if (tokens < 1) {
      throw UsageException.of("--shard-tokens", "an integer from 1 on", tokens);
    }
    TokenizerFiles words = TokenizerFiles.read(Check.path(tokenizer));
    try (ShardWriter writer =
        new ShardWriter(Check.path(out), words.tokenizer().size(), words.checksum(), tokens)) {
      documents.each(
          terminal,
          words.tokenizer(),
          (ids, ended) -> {
            writer.write(ids);
            writer.endDocuments(ended);
          });
      ShardIndex index = writer.finish();
      terminal.line(
          "%s: %,d documents, %,d tokens in %,d files"
              .formatted(out.or(""), index.documents(), index.tokens(), index.shards().size()));
    } catch (DataException e) {
      throw new RefusedException("--out: " + e.getMessage(), e);
    }
  }
}
