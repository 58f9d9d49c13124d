package org.gta4j.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.lang.foreign.Arena;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.gta4j.attention.AttentionMask;
import org.gta4j.attention.AttentionShape;
import org.gta4j.cache.BlockPool;
import org.gta4j.cache.CacheLayout;
import org.gta4j.cache.CacheType;
import org.gta4j.cache.RaggedBatch;
import org.gta4j.cache.SequenceCache;
import org.gta4j.tensor.DType;
import org.gta4j.tensor.FloatMatrix;
import org.gta4j.tensor.Heads;
import org.gta4j.tensor.Shape;
import org.gta4j.tensor.Tensor;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Sizes that do not fit together: refused by every implementation before it touches memory. */
class OpsChecksTest {
  private static final AttentionShape SHAPE = AttentionShape.of(4, 2, 4, 1, 6);

  /** A misuse of one operation. */
  interface Misuse {
    void of(Ops ops);
  }

  private static FloatMatrix matrix(int rows, int columns) {
    return FloatMatrix.allocate(Arena.ofAuto(), rows, columns);
  }

  private static Heads heads(int rows, int count, int width) {
    return matrix(rows, count * width).heads(count);
  }

  private static Tensor weights(long... sizes) {
    return Tensor.allocate(Arena.ofAuto(), DType.F32, Shape.of(sizes));
  }

  private static RotaryAngles angles(int rows, int pairs) {
    return new RotaryAngles(matrix(rows, pairs), matrix(rows, pairs), RotaryAngles.Pairs.HALVES);
  }

  private static Misuse store(int layer, Heads keys, Optional<Heads> values) {
    return ops -> inBatch(ops, batch -> ops.store(batch, layer, keys, values));
  }

  private static Misuse attention(AttentionShape shape, int layer, Heads queries, Heads attended) {
    return ops ->
        inBatch(
            ops,
            batch ->
                ops.attention(
                    shape, new AttentionMask.Causal(), 1, batch, layer, queries, attended));
  }

  private interface InBatch {
    void run(RaggedBatch batch);
  }

  private static void inBatch(Ops ops, InBatch task) {
    assertThat(ops.supportsCache(CacheType.F32)).isTrue();
    try (BlockPool pool = new BlockPool(new CacheLayout(SHAPE, 2, CacheType.F32), 4);
        SequenceCache sequence = new SequenceCache(pool)) {
      sequence.reserve(2);
      RaggedBatch batch = new RaggedBatch();
      batch.add(sequence, 2);
      task.run(batch);
    }
  }

  static Stream<Arguments> misuses() {
    List<Misuse> misuses =
        List.of(
            ops -> ops.embed(weights(5, 8), new int[] {1, 5}, matrix(2, 8), 2),
            ops -> ops.embed(weights(5, 8), new int[] {1, -1}, matrix(2, 8), 2),
            ops -> ops.embed(weights(5, 8), new int[] {1, 2}, matrix(2, 7), 2),
            ops -> ops.embed(weights(5, 8), new int[] {1}, matrix(2, 8), 2),
            ops -> ops.embed(weights(5, 8), new int[] {1, 2, 3}, matrix(2, 8), 3),
            ops -> ops.linear(pack(ops, 6, 8), matrix(2, 5), matrix(2, 6), 2),
            ops -> ops.linear(pack(ops, 6, 8), matrix(2, 8), matrix(2, 5), 2),
            ops -> ops.linear(pack(ops, 6, 8), matrix(2, 8), matrix(2, 6), 3),
            ops -> ops.linear(pack(ops, 6, 8), matrix(2, 8), matrix(2, 6), -1),
            ops -> ops.headLinear(packHeads(ops), heads(2, 2, 5), heads(2, 3, 4), 2),
            ops -> ops.headLinear(packHeads(ops), heads(2, 3, 4), heads(2, 3, 4), 2),
            ops -> ops.headLinear(packHeads(ops), heads(2, 3, 5), heads(1, 3, 4), 2),
            ops -> ops.rmsNorm(new float[7], 1e-5f, heads(2, 1, 8), heads(2, 1, 8), 2),
            ops -> ops.rmsNorm(new float[8], 1e-5f, heads(2, 2, 8), heads(2, 1, 8), 2),
            ops -> ops.rmsNorm(new float[8], 1e-5f, heads(2, 1, 8), heads(2, 1, 8), 3),
            ops -> ops.rotate(angles(2, 3), heads(2, 2, 8), 2),
            ops -> ops.rotate(angles(1, 4), heads(2, 2, 8), 2),
            ops -> ops.copyHeads(heads(2, 2, 8), heads(2, 4, 7), 2),
            ops -> ops.add(matrix(2, 8), matrix(2, 9), 2),
            ops -> ops.swiGlu(matrix(2, 8), matrix(1, 8), 2),
            ops -> ops.sigmoidGate(matrix(2, 8), matrix(2, 4), 2),
            ops -> ops.gate(GateActivation.SILU, matrix(2, 8), matrix(2, 4), 2),
            store(0, heads(2, 2, 6), Optional.of(heads(2, 1, 6))),
            store(0, heads(2, 1, 4), Optional.of(heads(2, 1, 6))),
            store(0, heads(2, 2, 4), Optional.of(heads(2, 2, 6))),
            store(0, heads(2, 2, 4), Optional.of(heads(1, 1, 6))),
            store(0, heads(2, 2, 4), Optional.empty()),
            store(2, heads(2, 2, 4), Optional.of(heads(2, 1, 6))),
            attention(SHAPE, 0, heads(2, 2, 4), heads(2, 4, 6)),
            attention(SHAPE, 0, heads(2, 4, 4), heads(2, 4, 5)),
            attention(SHAPE, 0, heads(1, 4, 4), heads(2, 4, 6)),
            attention(SHAPE, -1, heads(2, 4, 4), heads(2, 4, 6)),
            attention(AttentionShape.of(4, 4, 4, 1, 6), 0, heads(2, 4, 4), heads(2, 4, 6)));
    return Backend.all().stream()
        .flatMap(backend ->
            IntStream.range(0, misuses.size())
                .mapToObj(i -> Arguments.of(backend, i, misuses.get(i))));
  }

  private static PackedLinear pack(Ops ops, int outputs, int inputs) {
    return ops.pack(weights(outputs, inputs), Optional.empty());
  }

  private static PackedHeads packHeads(Ops ops) {
    return ops.packHeads(weights(3, 4, 5));
  }

  @ParameterizedTest(name = "{0}, misuse {1}")
  @MethodSource("misuses")
  void isRefused(Backend backend, int number, Misuse misuse) {
    try (Ops ops = backend.start(1)) {
      assertThatIllegalArgumentException()
          .as("misuse %d", number)
          .isThrownBy(() -> misuse.of(ops))
          .withMessageMatching(
              "(embed|linear|headLinear|rmsNorm|rotate|copyHeads|add|swiGlu|sigmoidGate|gate|store|attention): .*expected .+, found .+");
    }
  }
}
