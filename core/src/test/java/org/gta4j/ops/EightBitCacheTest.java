package org.gta4j.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.gta4j.attention.AttentionMask;
import org.gta4j.attention.AttentionShape;
import org.gta4j.attention.ValueRows;
import org.gta4j.cache.CacheLayout;
import org.gta4j.cache.CacheType;
import org.gta4j.cache.EightBits;
import org.gta4j.ops.AttentionScene.Slice;
import org.gta4j.ops.AttentionScene.Token;
import org.gta4j.ops.scalar.ScalarOps;
import org.gta4j.tensor.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a cache of 8 bits holds, and what it is worth. */
class EightBitCacheTest {
  private static final AttentionMask ALL = new AttentionMask.Causal();

  static Stream<Arguments> backendsAndShapes() {
    return AttentionContractTest.backendsAndShapes();
  }

  private static AttentionShape shape(String name) {
    return Objects.requireNonNull(AttentionContractTest.SHAPES.get(name));
  }

  private static byte[] rounded(float... row) {
    int magnitude = 0;
    for (float number : row) {
      magnitude = Math.max(magnitude, EightBits.magnitude(number));
    }
    byte[] numbers = new byte[row.length];
    for (int i = 0; i < row.length; i++) {
      numbers[i] = EightBits.round(row[i], EightBits.inverse(magnitude));
    }
    return numbers;
  }

  private static float scale(float largest) {
    return EightBits.scale(EightBits.magnitude(largest));
  }

  @Test
  void theLargestIs127AndHalvesGoToTheEvenNumber() {
    assertThat(rounded(127, -127, 0.5f, 1.5f, -0.5f, -2.5f, 0.51f, -0f))
        .containsExactly(127, -127, 0, 2, 0, -2, 1, 0);
    assertThat(scale(-254)).isEqualTo(2);
    assertThat(rounded(Float.MAX_VALUE, -Float.MAX_VALUE, 1)).containsExactly(127, -127, 0);
    assertThat(scale(Float.MAX_VALUE)).isFinite();
  }

  @Test
  void rowsOfZerosAndOfVanishingNumbersAreZeros() {
    for (float largest : new float[] {0, -0f, Float.MIN_VALUE, 9.9e-36f}) {
      assertThat(scale(largest)).isZero();
      assertThat(rounded(largest, -largest)).containsOnly(0);
    }
    assertThat(scale(1.1e-35f)).isPositive();
  }

  @ParameterizedTest
  @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY})
  void aRowWithWhatIsNoFiniteNumberHasNoScale(float number) {
    assertThat(scale(number)).isNaN();
    assertThat(rounded(1, number, 2)).containsOnly(0);
  }

  /** The specification, against the definition over the numbers as they lie in the blocks. */
  @Test
  void attentionIsThatOverTheNumbersTimesTheirScales() {
    for (String name : AttentionContractTest.SHAPES.keySet()) {
      AttentionShape shape = shape(name);
      Numbers numbers = Numbers.normal(31);
      try (AttentionScene scene = new AttentionScene(shape, CacheType.Q8, numbers)) {
        scene
            .step(new ScalarOps(), ALL, 0.2f, new Slice(0, 50))
            .forEach((token, found) -> {
              for (int map = 0; map < shape.maps(); map++) {
                double[] wanted = attended(scene, shape, numbers, token, map);
                for (int i = 0; i < wanted.length; i++) {
                  assertThat((double) found[map * wanted.length + i])
                      .as("%s, %s, map %d", name, token, map)
                      .isCloseTo(wanted[i], offset(1e-6));
                }
              }
            });
      }
    }
  }

  private static double[] attended(
      AttentionScene scene, AttentionShape shape, Numbers numbers, Token query, int map) {
    double[] values = new double[shape.valueDim()];
    double sum = 0;
    for (int t = 0; t <= query.position(); t++) {
      double score = 0;
      for (int i = 0; i < shape.keyDim(); i++) {
        long at = (long) map * shape.keyDim() + i;
        score +=
            numbers.at(AttentionScene.QUERY, query.sequence(), query.position(), at)
                * key(scene, query.sequence(), t, shape.keyHead(map), i);
      }
      double weight = Math.exp(score * 0.2f);
      sum += weight;
      for (int i = 0; i < values.length; i++) {
        int head = shape.valueHead(map);
        double value =
            shape.valueRows() == ValueRows.KEY_PREFIX
                ? key(scene, query.sequence(), t, head, i)
                : value(scene, query.sequence(), t, head, i);
        values[i] += weight * value;
      }
    }
    for (int i = 0; i < values.length; i++) {
      values[i] /= sum;
    }
    return values;
  }

  private static double key(AttentionScene scene, int sequence, int token, int head, int i) {
    CacheLayout layout = scene.pool().layout();
    MemorySegment block = scene.pool().block(scene.sequence(sequence).block(token / 32));
    long keys = layout.keyByte(AttentionScene.LAYER, head);
    int part = i < layout.keyPartBegin(1) ? 0 : 1;
    long scale = layout.keyScaleByte(AttentionScene.LAYER, head) + (part * 32L + token % 32) * 4;
    return (double) block.get(ValueLayout.JAVA_BYTE, keys + i * 32L + token % 32)
        * block.get(Tensor.FLOAT, scale);
  }

  private static double value(AttentionScene scene, int sequence, int token, int head, int i) {
    CacheLayout layout = scene.pool().layout();
    MemorySegment block = scene.pool().block(scene.sequence(sequence).block(token / 32));
    long values = layout.valueByte(AttentionScene.LAYER, head);
    long scale = layout.valueScaleByte(AttentionScene.LAYER, head) + token % 32 * 4L;
    long row = token % 32 * (long) layout.shape().valueDim();
    return (double) block.get(ValueLayout.JAVA_BYTE, values + row + i)
        * block.get(Tensor.FLOAT, scale);
  }

  /** Loosely: a number is off by half a step, 1/254 of the row's largest. */
  @ParameterizedTest(name = "{0}, {1}")
  @MethodSource("backendsAndShapes")
  void attentionIsNearThatOfAnExactCache(Backend backend, String name) {
    AttentionShape shape = shape(name);
    float scale = (float) (1 / Math.sqrt(shape.keyDim()));
    Slice[] slices = {new Slice(0, 70), new Slice(1, 1)};
    try (Ops ops = backend.start(2);
        AttentionScene exact = new AttentionScene(shape, CacheType.F32, Numbers.normal(8));
        AttentionScene scene = new AttentionScene(shape, CacheType.Q8, Numbers.normal(8))) {
      Map<Token, float[]> expected = exact.step(new ScalarOps(), ALL, scale, slices);
      scene
          .step(ops, ALL, scale, slices)
          .forEach((token, row) -> {
            float[] wanted = Objects.requireNonNull(expected.get(token));
            for (int i = 0; i < row.length; i++) {
              assertThat(row[i]).as("%s, %s", name, token).isCloseTo(wanted[i], offset(0.06f));
            }
          });
    }
  }

  /** A rotary part a thousand times smaller than its latent is not rounded away. */
  @ParameterizedTest
  @MethodSource("backends")
  void aLatentAndItsRotaryPartHaveScalesOfTheirOwn(Backend backend) {
    AttentionShape shape = new AttentionShape(2, 1, 24, 1, 16, ValueRows.KEY_PREFIX);
    Numbers normal = Numbers.normal(4);
    Numbers numbers =
        (what, sequence, position, i) -> {
          float number = normal.at(what, sequence, position, i);
          boolean rotary = i % 24 >= 16;
          return what == AttentionScene.QUERY
              ? rotary ? 1000 * number : 0
              : rotary ? number / 1000 : number;
        };
    try (Ops ops = backend.start(2);
        AttentionScene exact = new AttentionScene(shape, CacheType.F32, numbers);
        AttentionScene scene = new AttentionScene(shape, CacheType.Q8, numbers)) {
      Map<Token, float[]> expected = exact.step(new ScalarOps(), ALL, 0.3f, new Slice(0, 40));
      scene
          .step(ops, ALL, 0.3f, new Slice(0, 40))
          .forEach((token, row) -> {
            float[] wanted = Objects.requireNonNull(expected.get(token));
            for (int i = 0; i < row.length; i++) {
              assertThat(row[i]).as("%s", token).isCloseTo(wanted[i], offset(0.06f));
            }
          });
    }
  }

  static List<Backend> backends() {
    return Backend.all();
  }

  /** One token's key or value that is no number makes every result that sees it none. */
  @ParameterizedTest(name = "{0}, {1}")
  @MethodSource("backendsAndShapes")
  void whatIsNoNumberDoesNotBecomeOne(Backend backend, String name) {
    AttentionShape shape = shape(name);
    Numbers normal = Numbers.normal(6);
    try (Ops ops = backend.start(2)) {
      for (float poison : new float[] {Float.NaN, Float.POSITIVE_INFINITY}) {
        for (long where : new long[] {AttentionScene.KEY, AttentionScene.VALUE}) {
          if (where == AttentionScene.VALUE && shape.valueRows() == ValueRows.KEY_PREFIX) {
            continue;
          }
          Numbers poisoned =
              (what, sequence, position, i) ->
                  what == where && position == 35 ? poison : normal.at(what, sequence, position, i);
          try (AttentionScene scene = new AttentionScene(shape, CacheType.Q8, poisoned)) {
            scene
                .step(ops, ALL, 0.2f, new Slice(0, 40))
                .forEach((token, row) -> {
                  for (float number : row) {
                    assertThat(Float.isNaN(number))
                        .as("%s, %s at token 35, %s", name, poison, token)
                        .isEqualTo(token.position() >= 35);
                  }
                });
          }
        }
      }
    }
  }
}
