package org.gta4j.tensor.block;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.util.SplittableRandom;
import org.gta4j.tensor.DType;
import org.gta4j.tensor.Shape;
import org.gta4j.tensor.Tensor;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Numbers rounded to blocks. */
class BlockQuantizerTest {
  private static final int BLOCKS = 2000;

  private static BlockQuantizer quantizer(DType dtype) {
    return dtype == DType.Q8_0 ? BlockQuantizer.q80() : BlockQuantizer.q40();
  }

  private static Tensor quantized(DType dtype, float... numbers) {
    MemorySegment data = MemorySegment.ofArray(new byte[dtype.blockBytes()]);
    quantizer(dtype).write(numbers, data, 0);
    return new Tensor(dtype, Shape.of(PlainBlocks.ELEMENTS), data);
  }

  private static double error(float[] numbers, float... others) {
    double error = 0;
    for (int i = 0; i < numbers.length; i++) {
      error += Math.pow((double) numbers[i] - others[i], 2);
    }
    return error;
  }

  /** As ggml does it: the number furthest from 0 becomes −8 or 127, and the scale follows. */
  private static float[] usual(DType dtype, float... numbers) {
    float extreme = 0;
    for (float number : numbers) {
      extreme = Math.abs(number) > Math.abs(extreme) ? number : extreme;
    }
    boolean eight = dtype == DType.Q8_0;
    float scale = eight ? Math.abs(extreme) / 127 : extreme / -8;
    float half = Float.float16ToFloat(Float.floatToFloat16(scale));
    float[] rounded = new float[numbers.length];
    for (int i = 0; i < numbers.length; i++) {
      float x = scale == 0 ? 0 : numbers[i] / scale;
      rounded[i] = half * (eight ? Math.round(x) : Math.min(15, (int) (x + 8.5f)) - 8);
    }
    return rounded;
  }

  private static float[] random(SplittableRandom random) {
    float[] numbers = new float[PlainBlocks.ELEMENTS];
    double size = Math.pow(10, random.nextDouble(-4, 3));
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = (float) (random.nextGaussian() * size);
    }
    return numbers;
  }

  @ParameterizedTest
  @EnumSource(names = {"Q8_0", "Q4_0"})
  void noBlockIsWorseThanTheUsualWayAndMostAreBetter(DType dtype) {
    SplittableRandom random = new SplittableRandom(1);
    double ours = 0;
    double usual = 0;
    for (int i = 0; i < BLOCKS; i++) {
      float[] numbers = random(random);
      double own = error(numbers, quantized(dtype, numbers).toFloats());
      double other = error(numbers, usual(dtype, numbers));
      assertThat(own).isLessThanOrEqualTo(other * (1 + 1e-5));
      ours += own / other;
      usual++;
    }
    assertThat(ours / usual).isLessThan(dtype == DType.Q8_0 ? 0.86 : 0.91);
  }

  @ParameterizedTest
  @EnumSource(names = {"Q8_0", "Q4_0"})
  void whatItSaysOfTheErrorIsTheErrorOfTheBlock(DType dtype) {
    SplittableRandom random = new SplittableRandom(2);
    for (int i = 0; i < BLOCKS; i++) {
      float[] numbers = random(random);
      MemorySegment data = MemorySegment.ofArray(new byte[3 + dtype.blockBytes()]);
      double said = quantizer(dtype).write(numbers, data, 3);
      Tensor block = new Tensor(dtype, Shape.of(32), data.asSlice(3, dtype.blockBytes()));
      double found = error(numbers, block.toFloats());
      assertThat(said).isBetween(found * (1 - 1e-6), found * (1 + 1e-6));
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"Q8_0", "Q4_0"})
  void zerosHaveNoScale(DType dtype) {
    for (float zero : new float[] {0f, -0f, 1e-12f}) {
      float[] numbers = new float[PlainBlocks.ELEMENTS];
      numbers[7] = zero;
      Tensor block = quantized(dtype, numbers);
      assertThat(block.toFloats()).containsOnly(0f);
      assertThat(block.data().asByteBuffer().getShort(0)).isZero();
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"Q8_0", "Q4_0"})
  void theLargestNumbersAreHeld(DType dtype) {
    float[] numbers = new float[PlainBlocks.ELEMENTS];
    numbers[0] = quantizer(dtype).limit();
    numbers[1] = -numbers[0];
    float[] found = quantized(dtype, numbers).toFloats();
    assertThat(found[0]).isBetween(0.87f * numbers[0], numbers[0]);
    assertThat(found[1]).isBetween(numbers[1], 0.87f * numbers[1]);
  }

  /** What was in blocks stays what it is, but for scales that no candidate finds again. */
  @ParameterizedTest
  @EnumSource(names = {"Q8_0", "Q4_0"})
  void blocksThatAreRoundedAgainHardlyChange(DType dtype) {
    SplittableRandom random = new SplittableRandom(3);
    int same = 0;
    for (int i = 0; i < BLOCKS; i++) {
      float[] once = quantized(dtype, random(random)).toFloats();
      float[] twice = quantized(dtype, once).toFloats();
      double size = error(once, new float[once.length]);
      assertThat(error(once, twice)).isLessThan(size * (dtype == DType.Q8_0 ? 1e-4 : 0.02));
      same += error(once, twice) == 0 ? 1 : 0;
    }
    assertThat(same).isGreaterThan(BLOCKS * 9 / 10);
  }

  @ParameterizedTest
  @EnumSource(names = {"Q8_0", "Q4_0"})
  void usualBlocksAreFoundAgainExactly(DType dtype) {
    SplittableRandom random = new SplittableRandom(4);
    for (int i = 0; i < BLOCKS; i++) {
      float[] once = usual(dtype, random(random));
      assertThat(quantized(dtype, once).toFloats()).containsExactly(once);
    }
  }
}
