package org.gta4j.cli.spark.prepare;

import java.io.Serializable;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.gta4j.data.shard.PartWriter;
import org.gta4j.data.text.Piece;
import org.gta4j.data.text.PieceTokens;
import org.gta4j.data.text.Removal;
import org.gta4j.tokenizer.Tokenizer;

/**
 * What a task has written.
 *
 * @param name of the part, which is this attempt's alone
 * @param portions what is in it, in this order
 */
record WrittenPart(String name, List<Portion> portions) implements Serializable {
  /**
   * Tokens of a {@link TextPortion}.
   *
   * @param split whose text it is
   * @param number its place there
   * @param tokens how many
   * @param documents how many documents end in it
   * @param removed what was left out
   */
  record Portion(int split, int number, long tokens, long documents, Map<Removal, Long> removed)
      implements Serializable {}

  /** Writes a part. */
  static WrittenPart write(Iterator<TextPortion> texts, Tokenizer tokenizer, Path folder) {
    List<Portion> portions = new ArrayList<>();
    try (PartWriter writer = new PartWriter(folder, tokenizer.size())) {
      while (texts.hasNext()) {
        TextPortion text = texts.next();
        int[] tokens = PieceTokens.of(tokenizer, text.pieces());
        writer.write(tokens);
        long documents = text.pieces().stream().filter(Piece::ends).count();
        portions.add(
            new Portion(text.split(), text.number(), tokens.length, documents, text.removed()));
      }
      writer.finish();
      return new WrittenPart(writer.name(), portions);
    }
  }
}
