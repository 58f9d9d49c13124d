package org.gta4j.cli.data;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.gta4j.data.text.Cleaning;

/**
 * What {@code gta data prepare} was asked for.
 *
 * @param files the texts, in their order
 * @param field the field or column that is the text
 * @param tokenizer a tokenizer's file, or a folder with one
 * @param shardTokens tokens of a file
 * @param out the new folder
 * @param cleaning what is left out
 * @param master where it is done, for an engine that has a choice
 * @param settings the engine's own, {@code NAME=VALUE} each
 */
public record Preparation(
    List<String> files,
    String field,
    Path tokenizer,
    long shardTokens,
    Path out,
    Cleaning cleaning,
    Optional<String> master,
    List<String> settings) {
  /** Copies the lists. */
  public Preparation {
    files = List.copyOf(files);
    settings = List.copyOf(settings);
  }
}
