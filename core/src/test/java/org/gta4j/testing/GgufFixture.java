package org.gta4j.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.gta4j.checkpoint.SafetensorsReader;
import org.gta4j.tensor.Tensor;

/**
 * A golden GGUF model with what a separate program computed in float64 from its numbers: every
 * {@code NAME.gguf} below the system property {@code gta.fixtures} with a {@code NAME.safetensors}
 * beside it.
 *
 * @param file the model
 * @param expected {@code input_ids} [T], {@code logits} [T, V], {@code greedy_ids} [n]
 */
public record GgufFixture(Path file, Map<String, Tensor> expected) {
  /** The greedy ids begin with this many given ones. */
  public static final int GREEDY_PROMPT = 9;

  private static final String SUFFIX = ".gguf";

  /** All below {@code gta.fixtures}; none where that has no such files. */
  public static List<GgufFixture> all() {
    return below(Fixture.root());
  }

  /** The project's own. */
  public static List<GgufFixture> own() {
    return below(Fixture.ownRoot());
  }

  /** One of the project's own. */
  public static Path own(String name) {
    return own().stream()
        .map(GgufFixture::file)
        .filter(file -> file.endsWith(name))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no fixture " + name));
  }

  private static List<GgufFixture> below(Path root) {
    try (Stream<Path> files = Files.walk(root, FileVisitOption.FOLLOW_LINKS)) {
      return files
          .filter(file -> file.toString().endsWith(SUFFIX) && Files.exists(expected(file)))
          .sorted()
          .map(
              file -> new GgufFixture(file, SafetensorsReader.read(expected(file), Arena.global())))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Path expected(Path model) {
    String name = String.valueOf(model.getFileName());
    return model.resolveSibling(
        name.substring(0, name.length() - SUFFIX.length()) + ".safetensors");
  }

  /** The ids of its text. */
  public int[] ids() {
    return get("input_ids").toInts();
  }

  /** The logits, token by token. */
  public float[] logits() {
    return get("logits").toFloats();
  }

  /** The greedy ids, the given ones first. */
  public int[] greedyIds() {
    return get("greedy_ids").toInts();
  }

  private Tensor get(String name) {
    return Objects.requireNonNull(expected.get(name), file + ": no " + name);
  }

  @Override
  public String toString() {
    return String.valueOf(file.getFileName());
  }
}
