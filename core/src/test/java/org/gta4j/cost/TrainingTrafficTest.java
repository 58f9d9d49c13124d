package org.gta4j.cost;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is computed; that it is what processes send, their own tests measure. */
class TrainingTrafficTest {
  @Test
  void bucketsHaveEveryNumberOnce() {
    for (int ranks : new int[] {1, 2, 3, 7}) {
      for (long numbers : new long[] {1, 2, 10, 6_553_600, 6_553_601, 20_000_001}) {
        GradientBuckets buckets = new GradientBuckets(numbers, ranks);
        long next = 0;
        for (int bucket = 0; bucket < buckets.count(); bucket++) {
          assertThat(buckets.begin(bucket)).isEqualTo(next);
          for (int rank = 0; rank < ranks; rank++) {
            assertThat(buckets.owned(bucket, rank)).isEqualTo(next);
            next = buckets.owned(bucket, rank + 1);
          }
        }
        assertThat(next).isEqualTo(numbers);
        assertThat(IntStream.range(0, ranks).mapToLong(buckets::owned).sum()).isEqualTo(numbers);
      }
    }
  }

  @Test
  void aRingSendsAllChunksButOneTwice() {
    // Two numbers and two ranks: both are of rank 0's chunk, a message each.
    assertThat(GlooTraffic.allReduce(2, 8, 0, 2)).isEqualTo(new GlooTraffic(16, 2, 2));
    assertThat(GlooTraffic.allReduce(2, 8, 1, 2)).isEqualTo(new GlooTraffic(16, 2, 2));
    // One number and three ranks: rank 1 and rank 2 send it to be added, 0 and 2 hand it on.
    assertThat(
            LongStream.of(0, 1, 2)
                .map(rank -> GlooTraffic.allReduce(1, 8, (int) rank, 3).payload()))
        .containsExactly(8L, 8L, 16L);
    // 8 MiB and two ranks: halves of four segments.
    assertThat(GlooTraffic.allReduce(1 << 21, 4, 0, 2)).isEqualTo(new GlooTraffic(8 << 20, 8, 8));
    assertThat(new GlooTraffic(8 << 20, 8, 8).bytes()).isEqualTo((8 << 20) + 48 * 24);
  }

  @ParameterizedTest
  @CsvSource({"2, true", "2, false", "8, true", "8, false", "1024, true", "1024, false"})
  void everyRankSendsAsMuchAsARingMust(int ranks, boolean sharded) {
    TrainingTraffic traffic = new TrainingTraffic(1_000_000_000, ranks, sharded);
    for (int rank : new int[] {0, ranks / 2, ranks - 1}) {
      assertThat((double) traffic.step(rank).payload())
          .isCloseTo(traffic.ringBytes(), within(1e-3 * traffic.ringBytes()));
    }
    assertThat(new TrainingTraffic(1_000_000_000, 1, sharded).step(0)).isEqualTo(GlooTraffic.NONE);
  }

  @Test
  void impossibleNumbersAreRefused() {
    assertThatThrownBy(() -> new GradientBuckets(0, 1))
        .hasMessage("numbers: expected at least 1, found 0");
    assertThatThrownBy(() -> new GradientBuckets(1, 0))
        .hasMessage("ranks: expected at least 1, found 0");
  }
}
