package org.gta4j.measure;

import java.lang.foreign.Arena;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.gta4j.attention.AttentionShape;
import org.gta4j.cache.RaggedBatch;
import org.gta4j.cache.SequenceCache;
import org.gta4j.ops.Ops;
import org.gta4j.tensor.FloatMatrix;
import org.gta4j.tensor.Heads;

/** Activations that mean nothing, and caches filled with them. */
final class RandomRows {
  private static final int FILLED_ROWS = 256;

  private RandomRows() {}

  /** Numbers between −1 and 1. */
  static FloatMatrix matrix(Arena arena, int rows, int columns, SplittableRandom random) {
    FloatMatrix matrix = FloatMatrix.allocate(arena, rows, columns);
    for (int row = 0; row < rows; row++) {
      for (int column = 0; column < columns; column++) {
        matrix.set(row, column, (float) random.nextDouble(-1, 1));
      }
    }
    return matrix;
  }

  /**
   * Fills the caches of sequences, the same few hundred rows again and again.
   *
   * @param depth how many tokens each has afterwards
   */
  static void fill(
      Ops ops,
      AttentionShape shape,
      int layers,
      List<SequenceCache> sequences,
      int depth,
      SplittableRandom random) {
    RaggedBatch batch = new RaggedBatch();
    try (Arena arena = Arena.ofShared()) {
      Heads keys = matrix(arena, FILLED_ROWS, shape.keyWidth(), random).heads(shape.keyHeads());
      Optional<Heads> values = values(arena, FILLED_ROWS, shape, random);
      for (SequenceCache sequence : sequences) {
        while (sequence.length() < depth) {
          int count = Math.min(FILLED_ROWS, depth - sequence.length());
          sequence.reserve(count);
          batch.clear();
          batch.add(sequence, count);
          for (int layer = 0; layer < layers; layer++) {
            ops.store(batch, layer, keys, values);
          }
          batch.advance();
        }
      }
    }
  }

  /** Value rows; none where they are part of the keys. */
  private static Optional<Heads> values(
      Arena arena, int rows, AttentionShape shape, SplittableRandom random) {
    return shape.ownValueWidth() == 0
        ? Optional.empty()
        : Optional.of(matrix(arena, rows, shape.ownValueWidth(), random).heads(shape.valueHeads()));
  }
}
