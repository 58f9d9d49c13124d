package org.gta4j.cli;

import java.util.Arrays;
import java.util.List;
import org.ojalgo.matrix.decomposition.SingularValue;
import org.ojalgo.matrix.store.R064Store;

/**
 * How compressible rows of numbers are.
 *
 * @param width numbers of a row
 * @param rows how many rows there were
 * @param singularValues of the matrix of all rows, the largest first
 */
record Spectrum(int width, int rows, double[] singularValues) {
  /** Of at least one row. */
  static Spectrum of(List<float[]> rows) {
    int width = rows.getFirst().length;
    R064Store matrix = R064Store.FACTORY.make(rows.size(), width);
    for (int row = 0; row < rows.size(); row++) {
      for (int column = 0; column < width; column++) {
        matrix.set(row, column, (double) rows.get(row)[column]);
      }
    }
    SingularValue<Double> decomposition = SingularValue.R064.make(matrix);
    if (!decomposition.computeValuesOnly(matrix)) {
      throw new RefusedException("singular values were not found: are all numbers finite?");
    }
    double[] values = decomposition.getSingularValues().toRawCopy1D();
    Arrays.sort(values);
    double[] falling = new double[values.length];
    for (int i = 0; i < values.length; i++) {
      falling[i] = values[values.length - 1 - i];
    }
    return new Spectrum(width, rows.size(), falling);
  }

  /** How many singular values are needed for a share of the sum of their squares. */
  int rank(double share) {
    double all = Arrays.stream(singularValues).map(value -> value * value).sum();
    double sum = 0;
    for (int rank = 0; rank < singularValues.length; rank++) {
      if (sum >= share * all) {
        return rank;
      }
      sum += singularValues[rank] * singularValues[rank];
    }
    return singularValues.length;
  }
}
