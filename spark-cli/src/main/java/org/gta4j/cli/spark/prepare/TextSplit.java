package org.gta4j.cli.spark.prepare;

import java.io.Serializable;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.gta4j.data.text.DocumentFiles;
import org.gta4j.data.text.FileRange;
import org.gta4j.data.text.Piece;

/**
 * A part of the texts that one task reads.
 *
 * @param index its place among all, from 0 on: the order of the text
 * @param file an absolute path, which all tasks see
 * @param from where it begins, in bytes
 * @param to where it ends
 * @param field the field or column that is the text
 */
record TextSplit(int index, String file, long from, long to, String field) implements Serializable {
  /**
   * Cuts files.
   *
   * @param bytes about how many a split has, where a file can be cut
   * @throws org.gta4j.data.DataException if a file is missing
   */
  static List<TextSplit> of(List<String> files, String field, long bytes) {
    List<TextSplit> splits = new ArrayList<>();
    for (String file : files) {
      Path path = Path.of(file).toAbsolutePath();
      for (FileRange range : DocumentFiles.ranges(path, bytes)) {
        splits.add(new TextSplit(splits.size(), path.toString(), range.from(), range.to(), field));
      }
    }
    return splits;
  }

  /** Reads it. */
  void read(Consumer<Piece> pieces) {
    DocumentFiles.read(new FileRange(Path.of(file), from, to), field, pieces);
  }
}
