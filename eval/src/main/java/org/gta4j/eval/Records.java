package org.gta4j.eval;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.gta4j.checkpoint.Json;
import org.gta4j.data.DataException;
import org.gta4j.data.text.DocumentFiles;
import tools.jackson.databind.node.ObjectNode;

/** The records of a task. */
public final class Records {
  private Records() {}

  /**
   * Reads a task's files: JSON lines (which may be compressed), Parquet, or, where the task says
   * how documents begin, plain text.
   *
   * @param files one after the other
   * @throws EvalException if one cannot be read, or there is no record
   */
  public static List<ObjectNode> read(Task task, List<Path> files) {
    List<ObjectNode> records = new ArrayList<>();
    for (Path file : files) {
      read(task, file, records);
    }
    List<ObjectNode> whole =
        task.data().documentStart().map(start -> Documents.of(records, start)).orElse(records);
    if (whole.isEmpty()) {
      throw new EvalException(files.getFirst() + ": expected records, found none");
    }
    return whole;
  }

  private static void read(Task task, Path file, List<ObjectNode> records) {
    try {
      if (DocumentFiles.hasRecords(file) || task.data().documentStart().isEmpty()) {
        DocumentFiles.objects(file, bytes -> {}, (number, object) -> records.add(object));
      } else {
        lines(file, records);
      }
    } catch (DataException e) {
      throw new EvalException(String.valueOf(e.getMessage()), e);
    }
  }

  /** Lines of a text as other files have them: a record each, in the field of documents' lines. */
  private static void lines(Path file, List<ObjectNode> records) {
    for (String line : DocumentFiles.text(file).split("\n", -1)) {
      records.add(Json.object().put(Documents.LINE, line));
    }
  }
}
