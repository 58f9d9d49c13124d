package org.gta4j.cost;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Objects;
import org.gta4j.checkpoint.Json;
import tools.jackson.databind.node.ObjectNode;

/** Data files beside these classes. */
final class DataFile {
  private DataFile() {}

  /** The JSON object in a file. */
  static ObjectNode read(String name) {
    try (InputStream in = Objects.requireNonNull(DataFile.class.getResourceAsStream(name), name)) {
      return Json.readObject(name, in.readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(name, e);
    }
  }
}
