package org.gta4j.ops;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.gta4j.attention.AttentionMask;
import org.gta4j.attention.AttentionShape;
import org.gta4j.cache.CacheType;
import org.gta4j.ops.AttentionScene.Slice;
import org.gta4j.ops.AttentionScene.Token;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Each row's results are the same bits whatever is beside it, on however many threads, in whatever
 * chunks.
 */
class BitContractTest {
  private static final Numbers NORMAL = Numbers.normal(21);
  private static final List<AttentionMask> MASKS =
      List.of(new AttentionMask.Causal(), new AttentionMask.SlidingWindow(33));

  static List<Backend> backends() {
    return Backend.all();
  }

  private static float number(int row, int column) {
    return NORMAL.at(row, column, 0, 0);
  }

  @ParameterizedTest
  @MethodSource("backends")
  void aRowIsTheSameAloneAndAmongAnyOthers(Backend backend) {
    SplittableRandom random = new SplittableRandom(3);
    try (Ops ops = backend.start(2);
        Arena arena = Arena.ofShared()) {
      for (RowOperation operation : RowOperation.all(ops, arena)) {
        int[][] together = operation.bits(ops, 70, BitContractTest::number);
        for (int count : new int[] {1, 1, 1, 2, 3, 4, 5, 6, 7, 8, 31, 64, 65, 69}) {
          int[] rows = IntStream.generate(() -> random.nextInt(70)).limit(count).toArray();
          int[][] some = operation.bits(ops, count, (row, i) -> number(rows[row], i));
          for (int i = 0; i < count; i++) {
            assertThat(some[i])
                .as("%s: one of %d rows, and of 70", operation, count)
                .isEqualTo(together[rows[i]]);
          }
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("backends")
  void aRowIsTheSameBesideRowsThatAreNotNumbers(Backend backend) {
    try (Ops ops = backend.start(2);
        Arena arena = Arena.ofShared()) {
      for (RowOperation operation : RowOperation.all(ops, arena)) {
        int[][] sane = operation.bits(ops, 9, BitContractTest::number);
        for (float poison :
            new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
          for (int row = 0; row < 9; row++) {
            int healthy = row;
            int[][] poisoned =
                operation.bits(ops, 9, (r, i) -> r == healthy ? number(r, i) : poison);
            assertThat(poisoned[row]).as("%s beside %s", operation, poison).isEqualTo(sane[row]);
          }
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("backends")
  void oneTwoAndThreeThreadsComputeTheSame(Backend backend) {
    Map<String, int[][]> first = new HashMap<>();
    for (int threads : new int[] {1, 2, 3}) {
      try (Ops ops = backend.start(threads);
          Arena arena = Arena.ofShared()) {
        for (RowOperation operation : RowOperation.all(ops, arena)) {
          int[][] bits =
              operation.bits(ops, 400, BitContractTest::number); // enough to be worth sharing
          int[][] before = first.putIfAbsent(operation.name(), bits);
          if (before != null) {
            assertThat(Arrays.deepEquals(bits, before))
                .as("%s on %d threads", operation, threads)
                .isTrue();
          }
        }
      }
    }
  }

  private static int[] bits(float[] numbers) {
    int[] bits = new int[numbers.length];
    Arrays.setAll(bits, i -> Float.floatToRawIntBits(numbers[i]));
    return bits;
  }

  private static Map<Token, int[]> attend(
      Ops ops, AttentionScene scene, AttentionMask mask, Slice... slices) {
    Map<Token, int[]> bits = new HashMap<>();
    scene.step(ops, mask, 0.3f, slices).forEach((token, row) -> bits.put(token, bits(row)));
    return bits;
  }

  private static void assertSame(Map<Token, int[]> expected, Map<Token, int[]> found, String what) {
    found.forEach((token, row) ->
        assertThat(row)
            .as("%s: %s", what, token)
            .isEqualTo(Objects.requireNonNull(expected.get(token))));
  }

  @ParameterizedTest(name = "{0}, {1}")
  @MethodSource("org.gta4j.ops.AttentionContractTest#backendsAndShapes")
  void attentionIsTheSameInWhateverChunks(Backend backend, String name) {
    AttentionShape shape = Objects.requireNonNull(AttentionContractTest.SHAPES.get(name));
    int tokens = 71;
    try (Ops ops = backend.start(2)) {
      for (CacheType type : Backend.cacheTypes(ops)) {
        for (AttentionMask mask : type == CacheType.F32 ? MASKS : MASKS.subList(0, 1)) {
          try (AttentionScene whole = new AttentionScene(shape, type, NORMAL)) {
            Map<Token, int[]> expected = attend(ops, whole, mask, new Slice(0, tokens));
            for (int chunk : new int[] {1, 5, 32, 33}) {
              try (AttentionScene scene =
                  new AttentionScene(shape, type, NORMAL, Float.NEGATIVE_INFINITY)) {
                for (Slice slice : AttentionContractTest.chunks(0, tokens, chunk)) {
                  assertSame(expected, attend(ops, scene, mask, slice), "in chunks of " + chunk);
                }
              }
            }
          }
        }
      }
    }
  }

  @ParameterizedTest(name = "{0}, {1}")
  @MethodSource("org.gta4j.ops.AttentionContractTest#backendsAndShapes")
  void attentionIsTheSameAloneAndInRandomRaggedBatches(Backend backend, String name) {
    AttentionShape shape = Objects.requireNonNull(AttentionContractTest.SHAPES.get(name));
    SplittableRandom random = new SplittableRandom(4);
    int[] lengths = {40, 99, 65, 33, 70, 1};
    try (Ops ops = backend.start(2)) {
      for (AttentionMask mask : MASKS) {
        Map<Token, int[]> alone = new HashMap<>();
        for (int sequence = 0; sequence < lengths.length; sequence++) {
          try (AttentionScene scene = new AttentionScene(shape, CacheType.F16, NORMAL)) {
            alone.putAll(attend(ops, scene, mask, new Slice(sequence, lengths[sequence])));
          }
        }
        try (AttentionScene scene = new AttentionScene(shape, CacheType.F16, NORMAL)) {
          int[] left = lengths.clone();
          while (Arrays.stream(left).anyMatch(n -> n > 0)) {
            Slice[] slices =
                IntStream.range(0, left.length)
                    .filter(i -> left[i] > 0 && random.nextInt(4) > 0)
                    .mapToObj(i ->
                        new Slice(i, random.nextInt(3) == 0 ? random.nextInt(1, left[i] + 1) : 1))
                    .toArray(Slice[]::new);
            for (Slice slice : slices) {
              left[slice.sequence()] -= slice.rows();
            }
            assertSame(alone, attend(ops, scene, mask, slices), "in a ragged batch");
          }
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("backends")
  void attentionIsTheSameOnOneTwoAndThreeThreads(Backend backend) {
    for (AttentionShape shape : AttentionContractTest.SHAPES.values()) {
      Map<Token, int[]> expected = new HashMap<>();
      for (int threads : new int[] {1, 2, 3}) {
        try (Ops ops = backend.start(threads);
            AttentionScene scene = new AttentionScene(shape, CacheType.BF16, NORMAL)) {
          scene.cache(1, 77);
          Map<Token, int[]> found =
              attend(
                  ops,
                  scene,
                  MASKS.getFirst(),
                  new Slice(0, 70),
                  new Slice(1, 1),
                  new Slice(2, 33));
          if (threads == 1) {
            expected.putAll(found);
          }
          assertSame(expected, found, threads + " threads");
        }
      }
    }
  }

  @ParameterizedTest(name = "{0}, {1}")
  @MethodSource("org.gta4j.ops.AttentionContractTest#backendsAndShapes")
  void attentionDoesNotSeeWhatItMustNot(Backend backend, String name) {
    AttentionShape shape = Objects.requireNonNull(AttentionContractTest.SHAPES.get(name));
    AttentionMask window = new AttentionMask.SlidingWindow(20);
    int rows = 45;
    try (Ops ops = backend.start(2)) {
      for (CacheType type : Backend.cacheTypes(ops)) {
        Map<Token, int[]> expected;
        try (AttentionScene scene = new AttentionScene(shape, type, NORMAL, 0)) {
          scene.cache(0, 50);
          scene.cache(1, 3);
          expected =
              attend(ops, scene, window, new Slice(0, rows), new Slice(1, 1), new Slice(2, 2));
        }
        for (float poison :
            new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
          for (int position : new int[] {50, 63, 64, 80, 94}) {
            // All is poison but what one token of sequence 0 sees: its own query, and the keys and
            // values of its window.
            Numbers poisoned =
                (what, sequence, p, i) -> {
                  boolean seen =
                      sequence == 0
                          && p <= position
                          && (what == AttentionScene.QUERY ? p == position : p > position - 20);
                  return seen ? NORMAL.at(what, sequence, p, i) : poison;
                };
            try (AttentionScene scene = new AttentionScene(shape, type, poisoned, poison)) {
              scene.cache(0, 50);
              scene.cache(1, 3);
              Map<Token, int[]> found =
                  attend(ops, scene, window, new Slice(0, rows), new Slice(1, 1), new Slice(2, 2));
              Token token = new Token(0, position);
              assertThat(found.get(token))
                  .as("%s, %s: %s among %s", name, type, token, poison)
                  .isEqualTo(expected.get(token));
            }
          }
        }
      }
    }
  }
}
