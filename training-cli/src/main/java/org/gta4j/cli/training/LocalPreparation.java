package org.gta4j.cli.training;

import java.util.HashSet;
import java.util.Set;
import org.gta4j.cli.RefusedException;
import org.gta4j.cli.Terminal;
import org.gta4j.cli.data.DataPrepareVerb;
import org.gta4j.cli.data.Preparation;
import org.gta4j.cli.data.PrepareEngine;
import org.gta4j.cli.data.Prepared;
import org.gta4j.cli.data.TokenizerFiles;
import org.gta4j.data.shard.ShardWriter;
import org.gta4j.data.text.CleaningCounts;
import org.gta4j.data.text.DocumentGate;
import org.gta4j.data.text.Duplicates;
import org.gta4j.data.text.TextDigest;

/** Prepares data in this process, with its threads. */
final class LocalPreparation implements PrepareEngine {
  @Override
  public String name() {
    return DataPrepareVerb.LOCAL;
  }

  @Override
  public Prepared prepare(Terminal terminal, Preparation asked) {
    if (asked.cleaning().duplicates() instanceof Duplicates.Near) {
      throw new RefusedException(
          "--deduplicate near compares all documents with each other, which --engine spark does:"
              + " add that, or choose exact");
    }
    TextTokens documents = new TextTokens(TextTokens.OPTION, asked.files(), asked.field());
    TokenizerFiles words = TokenizerFiles.read(asked.tokenizer());
    Duplicates duplicates = asked.cleaning().duplicates();
    Set<TextDigest> seen = new HashSet<>();
    CleaningCounts removed = new CleaningCounts();
    try (ShardWriter writer =
        new ShardWriter(
            asked.out(), words.tokenizer().size(), words.checksum(), asked.shardTokens())) {
      documents.each(
          terminal,
          words.tokenizer(),
          passed ->
              asked.cleaning().isNone()
                  ? passed
                  : new DocumentGate(
                      asked.cleaning().filter(),
                      document ->
                          duplicates instanceof Duplicates.Exact
                              && !seen.add(TextDigest.of(document.text())),
                      document -> document.pieces().forEach(passed),
                      removed),
          (ids, ended) -> {
            writer.write(ids);
            writer.endDocuments(ended);
          });
      return new Prepared(writer.finish(), removed);
    }
  }
}
