package org.gta4j.cli;

import java.util.Arrays;
import org.gta4j.attention.AttentionMask;
import org.gta4j.attention.AttentionShape;

/**
 * How similar a layer's attention maps are, row by row: for every token that sees others, the
 * cosine of what two maps give them, and the Jensen–Shannon distance (0: the same, 1: nothing in
 * common). Both once more without the text's first token, to which heads give what they have no use
 * for: two maps that do little else look alike.
 *
 * <pre>
 * T tokens   M maps   q [T, M · keyDim]   k [T, keyHeads · keyDim]
 * </pre>
 */
final class MapSimilarity {
  /** Sums over rows, of pairs i below j. */
  record Sums(double[][] cosine, double[][] distance, long[] rows) {
    private static Sums of(int maps) {
      return new Sums(new double[maps][maps], new double[maps][maps], new long[1]);
    }

    /** The mean of a pair's numbers; 1 or 0 of a map and itself. */
    double cosine(int i, int j) {
      return i == j ? 1 : cosine[Math.min(i, j)][Math.max(i, j)] / rows[0];
    }

    /** The mean of a pair's distances. */
    double distance(int i, int j) {
      return i == j ? 0 : distance[Math.min(i, j)][Math.max(i, j)] / rows[0];
    }
  }

  private final AttentionShape shape;
  private final Sums all;
  private final Sums withoutFirst;

  MapSimilarity(AttentionShape shape) {
    this.shape = shape;
    all = Sums.of(shape.maps());
    withoutFirst = Sums.of(shape.maps());
  }

  /** Of all tokens that are seen. */
  Sums all() {
    return all;
  }

  /** Without the text's first token. */
  Sums withoutFirst() {
    return withoutFirst;
  }

  /**
   * Adds a text.
   *
   * @param queries row by row
   * @param keys row by row
   */
  void add(float[][] queries, float[][] keys, AttentionMask mask, float scale) {
    int maps = shape.maps();
    double[][] rows = new double[maps][queries.length];
    for (int token = 1; token < queries.length; token++) {
      int first = mask.firstVisible(token);
      for (int map = 0; map < maps; map++) {
        row(queries[token], keys, map, first, token, scale, rows[map]);
      }
      if (first < token) {
        compare(rows, first, token, all);
      }
      if (first == 0 && token > 1) {
        for (double[] row : rows) {
          normalize(row, 1, token);
        }
        compare(rows, 1, token, withoutFirst);
      } else if (first > 0) {
        compare(rows, first, token, withoutFirst);
      }
    }
  }

  /** A row of a map: what the token gives to those from the first to itself. */
  private void row(
      float[] query, float[][] keys, int map, int first, int last, float scale, double[] row) {
    int dim = shape.keyDim();
    int ofKey = shape.keyHead(map) * dim;
    double largest = Double.NEGATIVE_INFINITY;
    for (int other = first; other <= last; other++) {
      float[] key = keys[other];
      float score = 0;
      for (int i = 0; i < dim; i++) {
        score += query[map * dim + i] * key[ofKey + i];
      }
      row[other] = (double) score * scale;
      largest = Math.max(largest, row[other]);
    }
    for (int other = first; other <= last; other++) {
      row[other] = Math.exp(row[other] - largest);
    }
    normalize(row, first, last);
  }

  private static void normalize(double[] row, int first, int last) {
    double sum = 0;
    for (int i = first; i <= last; i++) {
      sum += row[i];
    }
    if (sum == 0) { // All went to the first token: nothing is known of the others.
      Arrays.fill(row, first, last + 1, 1.0 / (last - first + 1));
      return;
    }
    for (int i = first; i <= last; i++) {
      row[i] /= sum;
    }
  }

  private static void compare(double[][] rows, int first, int last, Sums sums) {
    double[] norms = new double[rows.length];
    double[] entropies = new double[rows.length];
    for (int map = 0; map < rows.length; map++) {
      double square = 0;
      double entropy = 0;
      for (int i = first; i <= last; i++) {
        double p = rows[map][i];
        square += p * p;
        entropy -= informative(p);
      }
      norms[map] = Math.sqrt(square);
      entropies[map] = entropy;
    }
    for (int a = 0; a < rows.length; a++) {
      for (int b = a + 1; b < rows.length; b++) {
        double product = 0;
        double mixed = 0;
        for (int i = first; i <= last; i++) {
          product += rows[a][i] * rows[b][i];
          mixed -= informative((rows[a][i] + rows[b][i]) / 2);
        }
        sums.cosine()[a][b] += product / (norms[a] * norms[b]);
        double divergence = (mixed - (entropies[a] + entropies[b]) / 2) / Math.log(2);
        sums.distance()[a][b] += Math.sqrt(Math.clamp(divergence, 0, 1));
      }
    }
    sums.rows()[0]++;
  }

  /** p ln p. */
  private static double informative(double p) {
    return p > 0 ? p * Math.log(p) : 0;
  }
}
