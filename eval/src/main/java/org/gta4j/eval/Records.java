package org.gta4j.eval;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.gta4j.checkpoint.CheckpointException;
import org.gta4j.checkpoint.Json;
import tools.jackson.databind.node.ObjectNode;

/** Records of a task: a JSON object a line. */
public final class Records {
  private Records() {}

  /**
   * Reads a file.
   *
   * @throws EvalException if it cannot be read, holds no record, or a line is no JSON object
   */
  public static List<ObjectNode> read(Path file) {
    List<ObjectNode> records = new ArrayList<>();
    try (BufferedReader reader = Files.newBufferedReader(file)) {
      int number = 0;
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        number++;
        if (!line.isBlank()) {
          records.add(
              Json.readObject(
                  "%s: line %d".formatted(file, number), line.getBytes(StandardCharsets.UTF_8)));
        }
      }
    } catch (IOException | UncheckedIOException e) {
      throw new EvalException("%s: cannot be read: %s".formatted(file, e.getMessage()), e);
    } catch (CheckpointException e) {
      throw new EvalException(String.valueOf(e.getMessage()), e);
    }
    if (records.isEmpty()) {
      throw new EvalException(file + ": expected a JSON object a line, found none");
    }
    return records;
  }
}
