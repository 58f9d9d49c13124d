package org.gta4j.train.optim;

import java.util.Map;
import java.util.SequencedMap;
import java.util.stream.IntStream;
import org.gta4j.tensor.Tensor;

/** The length of all gradients together, {@code sqrt(Σ g²)}. */
public final class GradientNorm {
  private GradientNorm() {}

  /** The norm of gradients in f32, added up in f64. */
  public static double of(SequencedMap<String, Tensor> gradients) {
    Pieces pieces = Pieces.of(gradients);
    double[] sums =
        IntStream.range(0, pieces.all().size())
            .parallel()
            .mapToDouble(i -> squares(pieces.all().get(i), gradients))
            .toArray();
    double sum = 0;
    for (double piece : sums) {
      sum += piece;
    }
    return Math.sqrt(sum);
  }

  private static double squares(Pieces.Piece piece, Map<String, Tensor> gradients) {
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
