package org.gta4j.cli.spark;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import org.gta4j.checkpoint.Checkpoint;
import org.gta4j.checkpoint.ModelFingerprint;
import org.gta4j.cli.ModelOptions;
import org.gta4j.cli.RefusedException;
import org.gta4j.cli.spark.job.SparkPlace;
import org.gta4j.embedded.EmbeddedModel;

/**
 * The model of a job, where its tasks find it.
 *
 * @param path a path or address
 * @param shipped whether tasks are sent it
 * @param fingerprint which model it is; of an address, the address
 * @param words which tokenizer and chat template it has; empty of an address
 * @param copy what is deleted when the job ends
 */
record ModelPlace(
    String path, boolean shipped, String fingerprint, String words, Optional<Path> copy)
    implements AutoCloseable {
  /** An address, and not a path: a letter alone before a colon is a drive. */
  private static final Pattern ADDRESS = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]+:.*");

  /**
   * What options name, having been looked at: of the embedded model a copy, since libraries of
   * tasks read files.
   *
   * @throws org.gta4j.checkpoint.CheckpointException if it is no model
   * @throws RefusedException if it has no tokenizer
   */
  static ModelPlace of(ModelOptions options, boolean ship, SparkPlace place) {
    Optional<String> address = options.address().filter(name -> ADDRESS.matcher(name).matches());
    if (address.isPresent()) {
      return new ModelPlace(address.get(), false, address.get(), "", Optional.empty());
    }
    String fingerprint;
    String words;
    try (Checkpoint checkpoint = options.open()) {
      Objects.requireNonNull(options.tokenizer(checkpoint)); // refused here, and not in every task
      fingerprint = ModelFingerprint.of(checkpoint).digest();
      words = WordsDigest.of(checkpoint);
    }
    if (options.path().isPresent()) {
      String path = options.path().get().toAbsolutePath().toString();
      return new ModelPlace(path, ship, fingerprint, words, Optional.empty());
    }
    Path copy = copyOfEmbedded();
    return new ModelPlace(copy.toString(), !place.isHere(), fingerprint, words, Optional.of(copy));
  }

  private static Path copyOfEmbedded() {
    try (InputStream stream =
        Objects.requireNonNull(EmbeddedModel.class.getResourceAsStream(EmbeddedModel.NAME))) {
      Path folder = Files.createTempDirectory("gta4j-model");
      Path file = folder.resolve(EmbeddedModel.NAME);
      Files.copy(stream, file);
      file.toFile().deleteOnExit();
      return file;
    } catch (IOException e) {
      throw new RefusedException(
          "the embedded model cannot be copied to the folder of temporary files: " + e.getMessage(),
          e);
    }
  }

  @Override
  public void close() {
    if (copy.isPresent()) {
      try {
        Files.deleteIfExists(copy.get());
        Files.deleteIfExists(copy.get().resolveSibling(""));
      } catch (IOException e) {
        throw new RefusedException(
            "%s: cannot be deleted: %s".formatted(copy.get(), e.getMessage()), e);
      }
    }
  }
}
