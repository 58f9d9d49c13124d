package org.gta4j.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class SpectrumTest {
  @Test
  void aDiagonalsNumbersAreItsSingularValues() {
    Spectrum spectrum =
        Spectrum.of(List.of(new float[] {0, 3, 0}, new float[] {-4, 0, 0}, new float[] {0, 0, 0}));
    assertThat(spectrum.singularValues()).containsExactly(new double[] {4, 3, 0}, within(1e-9));
    assertThat(spectrum.width()).isEqualTo(3);
    assertThat(spectrum.rows()).isEqualTo(3);
    assertThat(spectrum.rank(0.6)).isEqualTo(1); // 16 of 25 is 64 %
    assertThat(spectrum.rank(0.9)).isEqualTo(2);
    assertThat(spectrum.rank(0)).isZero();
  }

  /** Rows of 40 numbers that three directions make. */
  @Test
  void rowsOfFewDirectionsHaveThatRank() {
    SplittableRandom random = new SplittableRandom(1);
    double[][] directions = new double[3][40];
    for (double[] direction : directions) {
      Arrays.setAll(direction, i -> random.nextDouble(-1, 1));
    }
    List<float[]> rows = new ArrayList<>();
    double squares = 0;
    for (int row = 0; row < 100; row++) {
      float[] numbers = new float[40];
      for (double[] direction : directions) {
        double factor = random.nextDouble(-1, 1);
        for (int i = 0; i < numbers.length; i++) {
          numbers[i] += (float) (factor * direction[i]);
        }
      }
      for (float number : numbers) {
        squares += (double) number * number;
      }
      rows.add(numbers);
    }
    Spectrum spectrum = Spectrum.of(rows);
    assertThat(spectrum.rank(0.999999)).isEqualTo(3);
    double energy = 0;
    for (double value : spectrum.singularValues()) {
      energy += value * value;
    }
    assertThat(energy).isCloseTo(squares, within(1e-6 * squares));
    assertThat(Spectrum.of(rows.subList(0, 2)).singularValues()).hasSize(2);
  }
}
