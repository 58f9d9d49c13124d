package org.gta4j.train.optim;

import java.util.ArrayList;
import java.util.List;
import java.util.SequencedMap;
import org.gta4j.tensor.Tensor;

/**
 * All parameters cut into pieces of one size at most, which processors share. What is computed of a
 * piece does not depend on who computes it, and pieces are added up in their order: the same bits
 * come from any number of threads.
 */
record Pieces(List<Piece> all) {
  /** A thread is worth waking for so many numbers; they stay in its cache. */
  private static final int NUMBERS = 1 << 15;

  /** Numbers {@code begin} to {@code end − 1} of a tensor. */
  record Piece(String name, long begin, long end) {}

  static Pieces of(SequencedMap<String, Tensor> tensors) {
    List<Piece> pieces = new ArrayList<>();
    tensors.forEach((name, tensor) -> {
      long count = tensor.shape().elements();
      for (long begin = 0; begin < count; begin += NUMBERS) {
        pieces.add(new Piece(name, begin, Math.min(count, begin + NUMBERS)));
      }
    });
    return new Pieces(List.copyOf(pieces));
  }
}
