package org.gta4j.measure;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class SamplesTest {
  private static OptionalDouble median(double... values) {
    Samples samples = new Samples();
    for (double value : values) {
      samples.add(value);
    }
    return samples.median();
  }

  @Test
  void theMiddleOneCounts() {
    assertThat(median()).isEmpty();
    assertThat(median(3)).hasValue(3);
    assertThat(median(9, 1, 2)).hasValue(2);
    assertThat(median(9, 1, 2, 4)).as("between the two in the middle").hasValue(3);
  }
}
