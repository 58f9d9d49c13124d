package org.gta4j.cli.spark.prepare;

import java.io.Serializable;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.gta4j.cli.RefusedException;
import org.gta4j.data.DataException;
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
  /** What names texts. */
  static final String OPTION = "--data";

  /**
   * Cuts files.
   *
   * @param bytes about how many a split has, where a file can be cut
   * @throws RefusedException if a file is missing
   */
  static List<TextSplit> of(List<String> files, String field, long bytes) {
    List<TextSplit> splits = new ArrayList<>();
    for (String file : files) {
      Path path = Path.of(file).toAbsolutePath();
      List<FileRange> ranges;
      try {
        ranges = DocumentFiles.ranges(path, bytes);
      } catch (DataException e) {
        throw refused(e);
      }
      for (FileRange range : ranges) {
        splits.add(new TextSplit(splits.size(), path.toString(), range.from(), range.to(), field));
      }
    }
    return splits;
  }

  /**
   * Reads it.
   *
   * @param pieces gets the text; writes nothing, so that what goes wrong is the option's mistake
   * @throws RefusedException if it cannot be read
   */
  void read(Consumer<Piece> pieces) {
    try {
      DocumentFiles.read(new FileRange(Path.of(file), from, to), field, pieces);
    } catch (DataException e) {
      throw refused(e);
    }
  }

  private static RefusedException refused(DataException e) {
    return new RefusedException(OPTION + ": " + e.getMessage(), e);
  }
}
