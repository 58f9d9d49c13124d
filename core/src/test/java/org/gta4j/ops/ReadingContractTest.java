package org.gta4j.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every implementation reads all of the memory it is timed on. */
class ReadingContractTest {
  static List<Backend> backends() {
    return Backend.all();
  }

  @ParameterizedTest
  @MethodSource("backends")
  void everyWordIsRead(Backend backend) {
    try (Ops ops = backend.start(2)) {
      for (long bytes : new long[] {1, MemoryReading.PIECE, MemoryReading.PIECE * 5L + 8}) {
        try (MemoryReading reading = ops.reading(bytes)) {
          long words = reading.bytes() / Long.BYTES;
          assertThat(reading.bytes()).isGreaterThanOrEqualTo(bytes);
          assertThat(reading.bytes() % MemoryReading.PIECE).isZero();
          assertThat(reading.sum()).isEqualTo(words * (words - 1) / 2);
          assertThat(reading.sum()).isEqualTo(words * (words - 1) / 2);
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("backends")
  void noMemoryOrTooMuchIsRefused(Backend backend) {
    try (Ops ops = backend.start(1)) {
      for (long bytes : new long[] {0, -1, 1L << 40, Long.MAX_VALUE}) {
        assertThatThrownBy(() -> ops.reading(bytes))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("found " + bytes);
      }
    }
  }
}
