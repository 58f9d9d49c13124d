package org.gta4j.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.gta4j.checkpoint.Checkpoint;
import org.gta4j.checkpoint.GgufPairs;
import org.gta4j.checkpoint.TensorTypes;
import org.gta4j.model.ModelConfig;
import org.gta4j.model.export.GgufExport;
import org.gta4j.model.export.WeightFormat;
import org.gta4j.model.export.WeightPlan;

/**
 * A GGUF file that is there while it is timed: of weights that are in no such file, or are to be of
 * another type. It is gone when the process ends, however it ends.
 */
final class TimedFile implements AutoCloseable {
  private Optional<Path> file = Optional.empty();

  /**
   * Where it is, or will be: a place for temporary files is made for it when somebody asks.
   *
   * @throws RefusedException if there is none
   */
  Path path() {
    if (file.isEmpty()) {
      try {
        Path folder = Files.createTempDirectory("gta4j-bench");
        file = Optional.of(folder.resolve("model.gguf"));
        // In reverse order: the file goes first.
        folder.toFile().deleteOnExit();
        file.get().toFile().deleteOnExit();
      } catch (IOException e) {
        throw new RefusedException(
            "cannot make a folder for temporary files in %s: %s"
                .formatted(System.getProperty("java.io.tmpdir"), Sentences.reason(e)),
            e);
      }
    }
    return file.get();
  }

  /**
   * Writes it, and opens it.
   *
   * @param model whose weights; closed afterwards
   * @param format what they become; as they are where this is empty
   */
  Checkpoint of(Checkpoint model, Optional<WeightFormat> format, Progress progress) {
    try (model) {
      ModelConfig config = ModelConfig.read(model.config());
      config.requireTensors(model.weights());
      TensorTypes types =
          format.isPresent()
              ? new WeightPlan(config, format.get())
              : (name, tensor) -> tensor.dtype();
      GgufExport export = new GgufExport(model, config, types);
      export.write(
          path(),
          new GgufPairs(),
          (written, all) ->
              progress.at(0, "%d %% of its weights written".formatted(100 * written / all)));
    }
    return Checkpoint.open(path());
  }

  @Override
  public void close() {
    if (file.isEmpty()) {
      return;
    }
    try {
      Files.deleteIfExists(file.get());
      Files.delete(file.get().resolveSibling(""));
    } catch (IOException e) {
      // At the end of the process it is tried again.
    }
  }
}
