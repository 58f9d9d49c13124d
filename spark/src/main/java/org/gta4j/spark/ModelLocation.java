package org.gta4j.spark;

import java.io.Serializable;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.apache.spark.SparkContext;
import org.apache.spark.SparkFiles;

/**
 * Where an executor finds a model.
 *
 * @param name a path that every executor sees; or, of a model that was shipped, its file's name
 * @param shipped whether it comes to each executor with the job's files
 */
record ModelLocation(String name, boolean shipped) implements Serializable {
  private static final long serialVersionUID = 1L;

  /** An address, and not a path: a letter alone before a colon is a drive. */
  private static final Pattern ADDRESS = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]+:.*");

  /**
   * Of a model that somebody named; one that executors do not see is added to the job's files.
   *
   * @param model a path or an address
   * @param ship whether it is a file of this machine that executors do not see
   * @throws IllegalArgumentException if it cannot be shipped
   */
  static ModelLocation of(String model, boolean ship, SparkContext context) {
    boolean remote = ADDRESS.matcher(model).matches() && !model.startsWith("file:");
    if (!remote && !ship) {
      return new ModelLocation(local(model).toString(), false);
    }
    if (!remote && !Files.isRegularFile(local(model))) {
      throw new IllegalArgumentException(
          "shipModel: expected a file of this machine, found %s: a folder has to lie where every executor sees it, or become a .gguf file (gta convert)"
              .formatted(Files.exists(local(model)) ? "a folder: " + model : "none: " + model));
    }
    String file = remote ? model : local(model).toString();
    context.addFile(file);
    return new ModelLocation(file.substring(file.lastIndexOf('/') + 1), true);
  }

  private static Path local(String model) {
    try {
      return model.startsWith("file:") ? Path.of(URI.create(model)) : Path.of(model);
    } catch (InvalidPathException e) {
      throw new IllegalArgumentException("model: expected a path, found " + model, e);
    }
  }

  /** Its path on this machine. */
  Path path() {
    return Path.of(shipped ? SparkFiles.get(name) : name);
  }
}
