package org.gta4j.ops;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.stream.Stream;
import org.gta4j.attention.AttentionMask;
import org.gta4j.attention.AttentionShape;
import org.gta4j.attention.ValueRows;
import org.gta4j.cache.CacheType;
import org.gta4j.ops.AttentionScene.Slice;
import org.gta4j.ops.AttentionScene.Token;
import org.gta4j.ops.scalar.ScalarOps;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Contexts that are long enough to be divided: in parts that are computed apart and joined, by how
 * many threads there are and how many rows a step has. None of this may change a bit, and the
 * result is the specification's within the contract's tolerances.
 */
class SplitContractTest {
  private static final ScalarOps SPECIFICATION = new ScalarOps();

  /** Some scores are far larger than others, so that parts have other maxima. */
  private static final Numbers NUMBERS = Numbers.normal(31).times(1.5);

  private static final SequencedMap<String, AttentionShape> SHAPES = shapes();

  /** Windows that reach over two borders of 512 tokens, over one, and hardly over one. */
  private static final List<AttentionMask> MASKS =
      List.of(
          new AttentionMask.Causal(),
          new AttentionMask.SlidingWindow(700),
          new AttentionMask.SlidingWindow(513),
          new AttentionMask.SlidingWindow(40));

  /**
   * Tokens that sequences have cached before. All of them in one step are so many items of the C
   * kernels that one thread computes them undivided, and with two key heads two threads do; more
   * threads divide them, and so does one where a chunk of a prompt comes alone.
   */
  private static final int[] PASTS = {1104, 1030, 600, 511, 0};

  /** The prompt of sequence 0, of which a step has all or a chunk. */
  private static final int ROWS = 9;

  private static final int[] THREADS = {1, 2, 3, 5};
  private static final int[] CHUNKS = {ROWS, 1, 4};

  private static SequencedMap<String, AttentionShape> shapes() {
    SequencedMap<String, AttentionShape> shapes = new LinkedHashMap<>();
    shapes.put("GTA-1B", AttentionShape.of(5, 1, 64, 1, 128));
    shapes.put("GQA", AttentionShape.of(4, 2, 32, 2, 32));
    shapes.put("MLA", new AttentionShape(2, 1, 352, 1, 320, ValueRows.KEY_PREFIX));
    shapes.put("GTA with values 80 wide", AttentionShape.of(5, 1, 16, 1, 80));
    shapes.put("GTA, three latents across two key heads", AttentionShape.of(6, 2, 4, 3, 8));
    shapes.put("odd sizes", AttentionShape.of(7, 1, 5, 1, 19));
    return shapes;
  }

  /** All but the specification, which is what they are compared with, and divides nothing. */
  static Stream<Arguments> backendsAndShapes() {
    return Backend.all().stream()
        .filter(backend -> !backend.name().equals(SPECIFICATION.name()))
        .flatMap(backend -> SHAPES.keySet().stream().map(shape -> Arguments.of(backend, shape)));
  }

  /**
   * Brings sequence 0's rows in chunks. The first step has single rows of sequences 1 and 4 beside
   * them and three of sequence 3, the first of which sees nothing of the part that the others
   * begin; the last step has a single row of sequence 2. Afterwards all are as they were.
   */
  private static Map<Token, float[]> attend(
      AttentionScene scene, Ops ops, AttentionMask mask, float scale, int chunk) {
    Map<Token, float[]> found = new HashMap<>();
    for (int done = 0; done < ROWS; done += chunk) {
      List<Slice> slices = new ArrayList<>();
      slices.add(new Slice(0, Math.min(chunk, ROWS - done)));
      if (done == 0) {
        slices.add(new Slice(1, 1));
        slices.add(new Slice(3, 3));
        slices.add(new Slice(4, 1));
      }
      if (done + chunk >= ROWS) {
        slices.add(new Slice(2, 1));
      }
      found.putAll(scene.step(ops, mask, scale, slices.toArray(Slice[]::new)));
    }
    for (int sequence = 0; sequence < PASTS.length; sequence++) {
      scene.sequence(sequence).truncate(PASTS[sequence]);
    }
    return found;
  }

  private static AttentionScene scene(AttentionShape shape, CacheType type) {
    AttentionScene scene = new AttentionScene(shape, type, NUMBERS);
    for (int sequence = 0; sequence < PASTS.length; sequence++) {
      scene.cache(sequence, PASTS[sequence]);
    }
    return scene;
  }

  private static void assertSameBits(
      String what, Map<Token, float[]> expected, Map<Token, float[]> found) {
    assertThat(found.keySet()).isEqualTo(expected.keySet());
    found.forEach((token, row) ->
        // Equal by bits, as arrays of floats are.
        assertThat(Arrays.equals(row, Objects.requireNonNull(expected.get(token))))
            .as("%s: %s has the same bits", what, token)
            .isTrue());
  }

  @ParameterizedTest(name = "{0}, {1}")
  @MethodSource("backendsAndShapes")
  void neitherThreadsNorChunksChangeABitOfLongContexts(Backend backend, String name) {
    AttentionShape shape = Objects.requireNonNull(SHAPES.get(name));
    float scale = (float) (1 / Math.sqrt(shape.keyDim()));
    Magnitudes magnitudes = new Magnitudes(shape, NUMBERS, scale);
    List<Ops> all = Arrays.stream(THREADS).mapToObj(backend::start).toList();
    try {
      for (CacheType type : Backend.cacheTypes(all.getFirst())) {
        try (AttentionScene scene = scene(shape, type)) {
          for (AttentionMask mask : MASKS) {
            Map<Token, float[]> first = attend(scene, all.getFirst(), mask, scale, ROWS);
            Map<Token, float[]> expected = attend(scene, SPECIFICATION, mask, scale, ROWS);
            AttentionContractTest.assertAttends(
                name, shape, type, mask, magnitudes, expected, first);
            for (Ops ops : all) {
              for (int chunk : CHUNKS) {
                String what =
                    "%s, %s, %s, %d threads, chunks of %d"
                        .formatted(name, type, mask, ops.threads(), chunk);
                assertSameBits(what, first, attend(scene, ops, mask, scale, chunk));
              }
            }
          }
        }
      }
    } finally {
      all.forEach(Ops::close);
    }
  }
}
