package org.gta4j.train.optim;

import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.stream.IntStream;
import org.gta4j.tensor.Tensor;

/**
 * The length of all gradients together, {@code sqrt(Σ g²)}. What is computed of a piece does not
 * depend on who computes it, and pieces are added up in their order: the same bits come from any
 * number of threads.
 */
public final class GradientNorm {
  private GradientNorm() {}

  /** The norm of gradients in f32, added up in f64. */
  public static double of(SequencedMap<String, Tensor> gradients) {
    return gradients.isEmpty() ? 0 : Math.sqrt(squares(gradients, Shard.whole(gradients)));
  }

  /** The sum of a shard's squares, in f64. */
  public static double squares(Map<String, Tensor> gradients, Shard shard) {
    List<Shard.Piece> pieces = shard.pieces();
    double[] sums =
        IntStream.range(0, pieces.size())
            .parallel()
            .mapToDouble(i -> squares(pieces.get(i), gradients))
            .toArray();
    double sum = 0;
    for (double piece : sums) {
      sum += piece;
    }
    return sum;
  }

  private static double squares(Shard.Piece piece, Map<String, Tensor> gradients) {
    Tensor gradient = gradients.get(piece.name());
    double sum = 0;
    if (gradient != null) {
      for (long i = piece.begin(); i < piece.end(); i++) {
        double value = gradient.data().getAtIndex(Tensor.FLOAT, i);
        sum += value * value;
      }
    }
    return sum;
  }
}
