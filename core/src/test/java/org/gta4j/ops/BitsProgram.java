package org.gta4j.ops;

import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.gta4j.attention.AttentionMask;
import org.gta4j.attention.AttentionShape;
import org.gta4j.cache.CacheType;
import org.gta4j.ops.AttentionScene.Slice;

/**
 * Computes the same thing again and again in a young JVM, from the interpreter's first run to the
 * last compiler's code, and prints a digest of each operation's bits.
 *
 * <p>Arguments: the implementation's name, how often.
 */
final class BitsProgram {
  private static final Numbers NORMAL = Numbers.normal(77);

  private BitsProgram() {}

  public static void main(String[] arguments) {
    Backend backend =
        Backend.all().stream().filter(b -> b.name().equals(arguments[0])).findFirst().orElseThrow();
    Map<String, Integer> first = new LinkedHashMap<>();
    try (Ops ops = backend.start(1);
        Arena arena = Arena.ofShared()) {
      List<RowOperation> operations = RowOperation.all(ops, arena);
      for (int run = 0; run < Integer.parseInt(arguments[1]); run++) {
        for (RowOperation operation : operations) {
          int[][] bits = operation.bits(ops, 6, (row, i) -> NORMAL.at(row, i, 0, 0));
          compare(first, operation.name(), Arrays.deepHashCode(bits), run);
        }
        for (CacheType type : Backend.cacheTypes(ops)) {
          for (String shape :
              List.of("GTA, two latents for one key head", "MLA with two latents", "odd sizes")) {
            compare(first, shape + " " + type, attention(ops, shape, type), run);
          }
        }
      }
    }
    first.forEach((name, digest) -> System.out.println(name + ": " + digest));
  }

  private static int attention(Ops ops, String name, CacheType type) {
    AttentionShape shape = java.util.Objects.requireNonNull(AttentionContractTest.SHAPES.get(name));
    try (AttentionScene scene = new AttentionScene(shape, type, NORMAL, 0)) {
      scene.cache(0, 33);
      scene.cache(1, 5);
      return scene
          .step(ops, new AttentionMask.SlidingWindow(35), 0.4f, new Slice(0, 5), new Slice(1, 1))
          .values()
          .stream()
          .mapToInt(Arrays::hashCode)
          .reduce(1, (a, b) -> 31 * a + b);
    }
  }

  private static void compare(Map<String, Integer> first, String name, int digest, int run) {
    Integer before = first.putIfAbsent(name, digest);
    if (before != null && before != digest) {
      throw new AssertionError(
          "%s has other bits in run %d than in the first".formatted(name, run));
    }
  }
}
