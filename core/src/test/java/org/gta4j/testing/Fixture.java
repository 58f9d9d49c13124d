package org.gta4j.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.gta4j.checkpoint.SafetensorsReader;
import org.gta4j.tensor.Tensor;

/**
 * A golden model with what a reference implementation computed from it: every folder below the
 * system property {@code gta.fixtures} with an {@code expected.safetensors}.
 *
 * @param folder the model
 * @param expected {@code input_ids} [rows, T], {@code logits} [rows, T, V], {@code hidden.0…L}
 *     [rows, T, H], {@code greedy_ids} [1, n]
 */
public record Fixture(Path folder, Map<String, Tensor> expected) {
  /** The reference's greedy ids begin with this many given ones. */
  public static final int GREEDY_PROMPT = 7;

  /** All fixtures below {@code gta.fixtures}, at least one. */
  public static List<Fixture> all() {
    return below(root());
  }

  /**
   * The project's own fixtures, whatever {@code gta.fixtures} says, for tests that ask for certain
   * ones.
   */
  public static List<Fixture> own() {
    return below(ownRoot());
  }

  static Path ownRoot() {
    return Path.of(System.getProperty("gta.root", ".."), "fixtures");
  }

  private static List<Fixture> below(Path root) {
    try (Stream<Path> files = Files.walk(root, FileVisitOption.FOLLOW_LINKS)) {
      List<Fixture> fixtures =
          files
              .filter(file -> file.endsWith("expected.safetensors"))
              .sorted()
              .map(file ->
                  new Fixture(
                      file.resolveSibling("").normalize(),
                      SafetensorsReader.read(file, Arena.global())))
              .toList();
      if (fixtures.isEmpty()) {
        throw new IllegalStateException("no folder below " + root + " has an expected.safetensors");
      }
      return fixtures;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Path root() {
    String given = System.getProperty("gta.fixtures", "../fixtures");
    Path fromUser = Path.of(System.getProperty("gta.workdir", ".")).resolve(given);
    return Files.isDirectory(fromUser) ? fromUser : Path.of(given);
  }

  /** How many sequences it has. */
  public int rows() {
    return ids().shape().intSize(0);
  }

  /** How many tokens a sequence has. */
  public int length() {
    return ids().shape().intSize(1);
  }

  /** The ids of a sequence. */
  public int[] ids(int row) {
    return ids().slice(row, 1).toInts();
  }

  /** The logits of a sequence, token by token. */
  public float[] logits(int row) {
    return get("logits").slice(row, 1).toFloats();
  }

  /** A hidden state of a sequence, token by token. */
  public float[] hidden(int index, int row) {
    return get("hidden." + index).slice(row, 1).toFloats();
  }

  /**
   * The greedy ids, the given ones first. Where the reference's own cache changes the result
   * (dynamic scaling turns every key by the length that was known when it was cached), those with a
   * cache.
   */
  public int[] greedyIds() {
    return expected.getOrDefault("greedy_ids_cached", get("greedy_ids")).toInts();
  }

  private Tensor ids() {
    return get("input_ids");
  }

  /** What the reference computed under that name. */
  public Tensor get(String name) {
    Tensor tensor = expected.get(name);
    if (tensor == null) {
      throw new IllegalStateException(folder + ": no " + name);
    }
    return tensor;
  }

  /** Norm of the difference over norm of the reference. */
  public static double relativeError(float[] actual, float[] expected) {
    if (actual.length != expected.length) {
      throw new IllegalArgumentException(
          "%d numbers against %d".formatted(actual.length, expected.length));
    }
    double difference = 0;
    double reference = 0;
    for (int i = 0; i < actual.length; i++) {
      double d = (double) actual[i] - expected[i];
      difference += d * d;
      reference += (double) expected[i] * expected[i];
    }
    return Math.sqrt(difference / reference);
  }

  @Override
  public String toString() {
    int names = folder.getNameCount();
    return folder.subpath(Math.max(0, names - 2), names).toString();
  }
}
