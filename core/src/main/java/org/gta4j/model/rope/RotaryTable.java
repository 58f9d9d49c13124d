package org.gta4j.model.rope;

import org.gta4j.ops.RotaryAngles;
import org.gta4j.tensor.FloatMatrix;

/**
 * Computes the angles of a step's positions; keeps the frequencies from step to step as long as
 * they stay the same.
 *
 * <p>Not thread-safe.
 */
public final class RotaryTable {
  private final RotaryEmbedding embedding;
  private float[] frequencies = new float[0];
  private int frequenciesOf;

  /** The angles of an embedding. */
  public RotaryTable(RotaryEmbedding embedding) {
    this.embedding = embedding;
  }

  /** The embedding. */
  public RotaryEmbedding embedding() {
    return embedding;
  }

  /**
   * Writes cosines and sines of consecutive positions into rows of {@code angles}.
   *
   * @param length the length of the sequence as far as it is known; only dynamic scaling and
   *     LongRoPE depend on it
   */
  public void fill(RotaryAngles angles, int firstRow, int rows, int firstPosition, int length) {
    int wanted = embedding.frequenciesOf(length);
    if (frequencies.length == 0 || wanted != frequenciesOf) {
      frequencies = embedding.frequencies(length);
      frequenciesOf = wanted;
    }
    FloatMatrix cosine = angles.cosine();
    FloatMatrix sine = angles.sine();
    double factor = embedding.scaling().attentionFactor();
    for (int row = 0; row < rows; row++) {
      for (int i = 0; i < frequencies.length; i++) {
        double angle = (double) (firstPosition + row) * frequencies[i];
        cosine.set(firstRow + row, i, (float) (Math.cos(angle) * factor));
        sine.set(firstRow + row, i, (float) (Math.sin(angle) * factor));
      }
    }
  }
}
