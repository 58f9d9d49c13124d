package org.gta4j.train.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.gta4j.tensor.DType;
import org.gta4j.tensor.Shape;
import org.junit.jupiter.api.Test;

/** libtorch's memory, types and random numbers. */
class TorchTest {
  private static final long MEBIBYTE = 1 << 20;

  @Test
  void memoryOfAScopeIsFreedAtItsEnd() {
    long before = Torch.processBytes();
    for (int i = 0; i < 64; i++) {
      try (TensorScope _ = new TensorScope()) {
        torch.zeros(16 * MEBIBYTE / Float.BYTES).add_(Torch.scalar(1));
      }
    }
    assertThat(Torch.processBytes() - before).isLessThan(128 * MEBIBYTE);
  }

  @Test
  void whatIsKeptOutlivesItsScopeAndBelongsToTheOneAround() {
    Tensor kept;
    try (TensorScope _ = new TensorScope()) {
      try (TensorScope inner = new TensorScope()) {
        kept = inner.keep(torch.zeros(3).add_(Torch.scalar(2)));
      }
      assertThat(Memory.floats(kept)).containsExactly(2, 2, 2);
    }
    assertThat(kept.isNull()).as("freed with the outer scope").isTrue();
  }

  @Test
  void equalSeedsGiveEqualNumbers() {
    try (TensorScope _ = new TensorScope()) {
      Torch.seed(7);
      float[] first = Memory.floats(torch.randn(100));
      float[] second = Memory.floats(torch.randn(100));
      Torch.seed(7);
      assertThat(Memory.floats(torch.randn(100))).isEqualTo(first).isNotEqualTo(second);
    }
  }

  @Test
  void numbersOfTheCoreArriveWhateverTheirTypeIs() {
    try (TensorScope _ = new TensorScope();
        java.lang.foreign.Arena arena = java.lang.foreign.Arena.ofConfined()) {
      for (DType type : new DType[] {DType.F32, DType.F16, DType.BF16}) {
        org.gta4j.tensor.Tensor values =
            org.gta4j.tensor.Tensor.allocate(arena, type, Shape.of(2, 3));
        for (int i = 0; i < 6; i++) {
          values.set(i, i - 2.5f);
        }
        Tensor copy = Torch.empty(Torch.F32, 2, 3);
        Memory.copy(values, copy);
        assertThat(Memory.floats(copy)).containsExactly(-2.5f, -1.5f, -0.5f, 0.5f, 1.5f, 2.5f);
      }
    }
  }

  @Test
  void whatDoesNotFitIsRefused() {
    try (TensorScope _ = new TensorScope()) {
      Tensor square = Torch.empty(Torch.F32, 2, 3);
      assertThatThrownBy(() -> Memory.copy(org.gta4j.tensor.Tensor.of(Shape.of(2), 1f, 2f), square))
          .hasMessage("expected a tensor of shape [2, 3], found [2]");
      assertThatThrownBy(
              () -> Memory.copy(org.gta4j.tensor.Tensor.of(Shape.of(2, 3), new int[6]), square))
          .hasMessage("expected numbers of a type that weights have, found i32");
      assertThatThrownBy(() -> Memory.of(square.transpose(0, 1)))
          .hasMessageContaining("side by side");
      assertThatThrownBy(() -> Memory.ofInts(new int[3], 2, 2))
          .hasMessage("expected as many values as [2, 2] holds, found 3");
      assertThatThrownBy(() -> Memory.view(Memory.ofInts(new int[4], 2, 2)))
          .hasMessage("expected a tensor of Float, found one of Long");
    }
  }

  @Test
  void idsBecomeIntegers() {
    try (TensorScope _ = new TensorScope()) {
      Tensor ids = Memory.ofInts(new int[] {3, 1, 4, 1}, 2, 2);
      assertThat(ids.scalar_type().intern()).isEqualTo(Torch.I64);
      assertThat(Memory.floats(ids.to(Torch.F32))).containsExactly(3, 1, 4, 1);
    }
  }

  /** No machine has addresses for so much, so nothing is taken. */
  @Test
  void missingMemoryIsSaidInWords() {
    long elements = 1L << 50;
    assertThatThrownBy(() -> Torch.empty(Torch.F32, elements))
        .isInstanceOf(NotEnoughMemoryException.class)
        .hasMessage(
            "there is not enough memory: %,d more bytes were asked for"
                .formatted(elements * Float.BYTES));
    IllegalStateException other = new IllegalStateException("expected 2 rows");
    assertThat(NotEnoughMemoryException.inWords(other)).isSameAs(other);
    assertThat(NotEnoughMemoryException.inWords(new RuntimeException("std::bad_alloc")))
        .hasMessage("there is not enough memory");
  }
}
