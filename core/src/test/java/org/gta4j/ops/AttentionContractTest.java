package org.gta4j.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
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

/** Every implementation's attention and cache writing, against the specification. */
class AttentionContractTest {
  private static final ScalarOps SPECIFICATION = new ScalarOps();

  /** Every way maps can share keys and values. */
  static final SequencedMap<String, AttentionShape> SHAPES = shapes();

  private static final List<AttentionMask> MASKS =
      List.of(
          new AttentionMask.Causal(),
          new AttentionMask.SlidingWindow(1),
          new AttentionMask.SlidingWindow(7),
          new AttentionMask.SlidingWindow(32),
          new AttentionMask.SlidingWindow(33),
          new AttentionMask.SlidingWindow(1000));

  private static SequencedMap<String, AttentionShape> shapes() {
    SequencedMap<String, AttentionShape> shapes = new LinkedHashMap<>();
    shapes.put("MHA", AttentionShape.of(4, 4, 8, 4, 8));
    shapes.put("MQA", AttentionShape.of(4, 1, 16, 1, 16));
    shapes.put("GQA", AttentionShape.of(6, 2, 24, 2, 24));
    shapes.put("GTA-1B", AttentionShape.of(5, 1, 64, 1, 128));
    shapes.put("GTA, two latents for one key head", AttentionShape.of(6, 1, 8, 2, 16));
    shapes.put("GTA, one latent over two key heads", AttentionShape.of(4, 2, 8, 1, 16));
    shapes.put("GTA, three latents across two key heads", AttentionShape.of(6, 2, 4, 3, 8));
    shapes.put("GVA", AttentionShape.of(3, 1, 8, 3, 40));
    shapes.put("MLA", new AttentionShape(4, 1, 20, 1, 16, ValueRows.KEY_PREFIX));
    shapes.put("MLA with two latents", new AttentionShape(4, 2, 13, 2, 7, ValueRows.KEY_PREFIX));
    shapes.put(
        "MLA, all of the key is value", new AttentionShape(3, 1, 16, 1, 16, ValueRows.KEY_PREFIX));
    shapes.put("odd sizes", AttentionShape.of(7, 1, 5, 1, 19));
    shapes.put("one of each", AttentionShape.of(1, 1, 1, 1, 1));
    shapes.put("more maps than a tile has queries", AttentionShape.of(40, 1, 6, 2, 6));
    return shapes;
  }

  static Stream<Arguments> backendsAndShapes() {
    return Backend.all().stream()
        .flatMap(backend -> SHAPES.keySet().stream().map(shape -> Arguments.of(backend, shape)));
  }

  static List<Backend> backends() {
    return Backend.all();
  }

  private static AttentionShape shape(String name) {
    return Objects.requireNonNull(SHAPES.get(name));
  }

  /** What a step's sequences have cached before it, and how many tokens they bring. */
  private record Sequences(int[] pasts, int[] rows) {
    Slice[] slices() {
      Slice[] slices = new Slice[rows.length];
      Arrays.setAll(slices, i -> new Slice(i, rows[i]));
      return slices;
    }

    void cacheIn(AttentionScene scene) {
      for (int i = 0; i < pasts.length; i++) {
        scene.cache(i, pasts[i]);
      }
    }
  }

  static void assertAttends(
      String what,
      AttentionShape shape,
      CacheType type,
      AttentionMask mask,
      Magnitudes magnitudes,
      Map<Token, float[]> expected,
      Map<Token, float[]> found) {
    assertThat(found.keySet()).isEqualTo(expected.keySet());
    found.forEach((token, row) -> {
      float[] wanted = Objects.requireNonNull(expected.get(token));
      int first = mask.firstVisible(token.position());
      for (int map = 0; map < shape.maps(); map++) {
        double allowed =
            Tolerance.attention(
                type,
                shape.keyDim(),
                token.position() + 1 - first,
                magnitudes.scores(token, map, first),
                magnitudes.values(token, map, first));
        for (int i = map * shape.valueDim(); i < (map + 1) * shape.valueDim(); i++) {
          if (!(Math.abs(wanted[i] - row[i]) <= allowed)) {
            throw new AssertionError(
                "%s, %s, %s, %s: number %d of map %d: expected %s, found %s, allowed are %.2e"
                    .formatted(
                        what,
                        type,
                        mask,
                        token,
                        i % shape.valueDim(),
                        map,
                        wanted[i],
                        row[i],
                        allowed));
          }
        }
      }
    });
  }

  private static void compare(
      String what,
      Ops ops,
      AttentionShape shape,
      CacheType type,
      AttentionMask mask,
      Numbers numbers,
      float scale,
      Sequences sequences) {
    try (AttentionScene wanted = new AttentionScene(shape, type, numbers);
        AttentionScene scene = new AttentionScene(shape, type, numbers)) {
      sequences.cacheIn(wanted);
      sequences.cacheIn(scene);
      Map<Token, float[]> expected = wanted.step(SPECIFICATION, mask, scale, sequences.slices());
      Map<Token, float[]> found = scene.step(ops, mask, scale, sequences.slices());
      Magnitudes magnitudes = new Magnitudes(shape, numbers, scale);
      assertAttends(what, shape, type, mask, magnitudes, expected, found);
    }
  }

  @ParameterizedTest(name = "{0}, {1}")
  @MethodSource("backendsAndShapes")
  void raggedBatchesAreWithinToleranceForEveryMaskAndType(Backend backend, String name) {
    Sequences ragged =
        new Sequences(
            new int[] {0, 33, 31, 63, 64, 0, 95, 32, 1}, new int[] {40, 1, 35, 2, 1, 1, 6, 33, 3});
    AttentionShape shape = shape(name);
    float scale = (float) (1 / Math.sqrt(shape.keyDim()));
    try (Ops ops = backend.start(2)) {
      for (CacheType type : Backend.cacheTypes(ops)) {
        for (AttentionMask mask : MASKS) {
          compare(name, ops, shape, type, mask, Numbers.normal(7).times(1.5), scale, ragged);
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("backends")
  void lengthsAroundBlockBordersAreWithinTolerance(Backend backend) {
    AttentionShape shape = AttentionShape.of(4, 2, 8, 1, 16);
    try (Ops ops = backend.start(2)) {
      for (int length : new int[] {1, 2, 31, 32, 33, 63, 64, 65, 96, 97}) {
        for (int rows : new int[] {1, 2, 31, 32, 33, length}) {
          if (rows <= length) {
            for (AttentionMask mask : MASKS) {
              Sequences one = new Sequences(new int[] {length - rows}, new int[] {rows});
              compare(
                  length + " tokens",
                  ops,
                  shape,
                  CacheType.F16,
                  mask,
                  Numbers.normal(length),
                  0.35f,
                  one);
            }
          }
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("backends")
  void manySequencesOfOneStepAreWithinTolerance(Backend backend) {
    int[] pasts = new int[45];
    int[] rows = new int[45];
    Arrays.setAll(pasts, i -> i * 13 % 71);
    Arrays.setAll(rows, i -> i % 7 == 3 ? 5 : 1);
    try (Ops ops = backend.start(2)) {
      AttentionShape shape = AttentionShape.of(5, 1, 16, 1, 32);
      compare(
          "45 sequences",
          ops,
          shape,
          CacheType.F32,
          MASKS.getFirst(),
          Numbers.normal(3),
          0.25f,
          new Sequences(pasts, rows));
    }
  }

  @ParameterizedTest(name = "{0}, {1}")
  @MethodSource("backendsAndShapes")
  void scoresOfTenThousandChooseOneToken(Backend backend, String name) {
    AttentionShape shape = shape(name);
    Numbers normal = Numbers.normal(5);
    // Keys point along the query or against it, each token's more or less: scores from -10⁴ to 10⁴,
    // hundreds apart.
    Numbers extreme =
        (what, sequence, position, i) ->
            what == AttentionScene.VALUE
                ? normal.at(what, sequence, position, i)
                : what == AttentionScene.QUERY
                    ? 100
                    : (float) ((position * 29 % 67 - 33) / 33.0 * 100 / shape.keyDim());
    try (Ops ops = backend.start(2)) {
      for (CacheType type : Backend.cacheTypes(ops)) {
        try (AttentionScene scene = new AttentionScene(shape, type, extreme);
            AttentionScene specified = new AttentionScene(shape, type, extreme)) {
          Map<Token, float[]> found = scene.step(ops, MASKS.getFirst(), 1, new Slice(0, 67));
          Map<Token, float[]> expected =
              specified.step(SPECIFICATION, MASKS.getFirst(), 1, new Slice(0, 67));
          found.forEach((token, row) -> {
            float[] wanted = Objects.requireNonNull(expected.get(token));
            for (int i = 0; i < row.length; i++) {
              assertThat(row[i])
                  .as("%s, %s, %s: the winner's value", name, type, token)
                  .isCloseTo(wanted[i], offset(Math.abs(wanted[i]) * 1e-6f));
            }
          });
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("backends")
  void equalScoresAverageTheValues(Backend backend) {
    AttentionShape shape = AttentionShape.of(5, 1, 8, 1, 24);
    Numbers normal = Numbers.normal(5);
    try (Ops ops = backend.start(2)) {
      for (float score : new float[] {0, 1, 1e4f, -1e4f}) {
        Numbers equal =
            (what, sequence, position, i) ->
                what == AttentionScene.VALUE
                    ? normal.at(what, sequence, position, i)
                    : what == AttentionScene.KEY ? 0.125f : score;
        try (AttentionScene scene = new AttentionScene(shape, CacheType.F32, equal)) {
          scene
              .step(ops, MASKS.getFirst(), 1, new Slice(0, 99))
              .forEach((token, row) -> {
                for (int i = 0; i < shape.valueDim(); i++) {
                  double mean = 0;
                  for (int t = 0; t <= token.position(); t++) {
                    mean += normal.at(AttentionScene.VALUE, 0, t, i) / (token.position() + 1);
                  }
                  assertThat((double) row[i]).isCloseTo(mean, offset(1e-6));
                }
              });
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("backends")
  void scoresThatRiseOrFallBlockByBlockAreWithinTolerance(Backend backend) {
    AttentionShape shape = AttentionShape.of(2, 1, 4, 1, 20);
    Numbers normal = Numbers.normal(5);
    try (Ops ops = backend.start(2)) {
      for (double step : new double[] {3, -3, 0.05, -0.05, 40, -40}) {
        // The score of a token is about its position times step, whatever the query.
        Numbers slope =
            (what, sequence, position, i) ->
                what == AttentionScene.VALUE
                    ? normal.at(what, sequence, position, i)
                    : what == AttentionScene.QUERY
                        ? 1
                        : (float) (position * step / 4 + 0.1 * normal.at(what, 0, position, i));
        compare(
            "slope " + step,
            ops,
            shape,
            CacheType.F32,
            MASKS.getFirst(),
            slope,
            1,
            new Sequences(new int[] {0, 100}, new int[] {140, 3}));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("backends")
  void longContextsAreWithinTolerance(Backend backend) {
    try (Ops ops = backend.start(2)) {
      for (CacheType type : Backend.cacheTypes(ops)) {
        compare(
            "5000 tokens",
            ops,
            AttentionShape.of(2, 1, 8, 1, 16),
            type,
            MASKS.getFirst(),
            Numbers.normal(11),
            0.35f,
            new Sequences(new int[] {4990, 0}, new int[] {3, 1}));
      }
    }
  }

  /** Values of one sign and size: rounding errors of a long sum don't cancel. */
  @ParameterizedTest
  @MethodSource("backends")
  void longContextsOfConstantValuesAreWithinTolerance(Backend backend) {
    try (Ops ops = backend.start(2)) {
      for (float value : new float[] {0.1f, 0.3f, 0.7f}) {
        Numbers constant =
            (what, sequence, position, i) ->
                what == AttentionScene.VALUE ? value : what == AttentionScene.KEY ? 0 : 1;
        compare(
            "32768 tokens of " + value,
            ops,
            AttentionShape.of(5, 1, 4, 1, 20),
            CacheType.F32,
            MASKS.getFirst(),
            constant,
            1,
            new Sequences(new int[] {32_766}, new int[] {2}));
      }
    }
  }

  @ParameterizedTest(name = "{0}, {1}")
  @MethodSource("backendsAndShapes")
  void storingWritesTheRoundedNumbersToTheirSlotsAndNothingElse(Backend backend, String name) {
    AttentionShape shape = shape(name);
    Numbers numbers =
        (a, b, c, d) ->
            switch ((int) (Numbers.hash(1, a, b, c, d) & 7)) {
              case 0 -> 65519.9f; // just below what f16 rounds to infinity
              case 1 -> 3e-8f; // subnormal in f16
              case 2 -> 1 + 0x1p-11f; // halfway between two f16
              case 3 -> -0f;
              default -> Numbers.normal(9).at(a, b, c, d);
            };
    Slice[] slices = {new Slice(0, 1), new Slice(1, 33), new Slice(2, 2), new Slice(3, 31)};
    try (Ops ops = backend.start(2)) {
      for (CacheType type : Backend.cacheTypes(ops)) {
        try (AttentionScene wanted = new AttentionScene(shape, type, numbers);
            AttentionScene scene = new AttentionScene(shape, type, numbers)) {
          for (AttentionScene each : List.of(wanted, scene)) {
            each.cache(0, 32);
            each.cache(1, 30);
            each.cache(2, 5);
          }
          wanted.store(SPECIFICATION, slices);
          scene.store(ops, slices);
          for (int block = 0; block < 60; block++) {
            MemorySegment expected = wanted.pool().block(block);
            assertThat(expected.mismatch(scene.pool().block(block)))
                .as("%s, %s: first byte that differs in block %d", name, type, block)
                .isEqualTo(-1);
          }
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("backends")
  void aStepWithoutRowsDoesNothing(Backend backend) {
    AttentionShape shape = AttentionShape.of(2, 1, 4, 1, 4);
    try (Ops ops = backend.start(2);
        AttentionScene scene = new AttentionScene(shape, CacheType.F32, Numbers.normal(1))) {
      assertThat(scene.step(ops, MASKS.getFirst(), 1)).isEmpty();
    }
  }

  /** Lists of slices that bring {@code tokens} tokens of one sequence in steps of {@code chunk}. */
  static List<Slice> chunks(int sequence, int tokens, int chunk) {
    List<Slice> slices = new ArrayList<>();
    for (int done = 0; done < tokens; done += chunk) {
      slices.add(new Slice(sequence, Math.min(chunk, tokens - done)));
    }
    return slices;
  }
}
