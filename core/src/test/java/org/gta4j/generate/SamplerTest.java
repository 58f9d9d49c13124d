package org.gta4j.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which tokens are chosen, how often. */
class SamplerTest {
  private static final int DRAWS = 40_000;
  private static final float[] LOGITS = {
    1.2f, -0.3f, 2.5f, 0f, 2.1f, -4f, 0.7f, 1.9f, -1.1f, 2.5f, -9f, 0.4f
  };

  /** Tokens that have occurred: ones with positive and with negative logits. */
  private static final List<Integer> SEEN = List.of(2, 1, 4, 5, 2);

  static List<Sampling> samplings() {
    return List.of(
        new Sampling(1, 0, 1, 0, 1, 1),
        new Sampling(0.6, 0, 1, 0, 1, 2),
        new Sampling(2.5, 0, 1, 0, 1, 3),
        new Sampling(1, 4, 1, 0, 1, 4),
        new Sampling(0.7, 1, 1, 0, 1, 5),
        new Sampling(1.3, 100, 1, 0, 1, 6),
        new Sampling(1, 0, 0.8, 0, 1, 7),
        new Sampling(1.5, 0, 0.35, 0, 1, 8),
        new Sampling(1, 0, 0.05, 0, 1, 9),
        new Sampling(1, 0, 1, 0.1, 1, 10),
        new Sampling(2, 0, 1, 0.5, 1, 11),
        new Sampling(1, 0, 1, 1, 1, 12),
        new Sampling(1, 0, 1, 0, 1.3, 13),
        new Sampling(1, 0, 1, 0, 0.7, 14),
        new Sampling(0.8, 6, 0.9, 0.05, 1.1, 15),
        new Sampling(1.8, 8, 0.7, 0.2, 1.5, 16));
  }

  /** The distribution a sampling asks for, from its definition. */
  private static double[] expected(Sampling sampling) {
    double[] logits = new double[LOGITS.length];
    Arrays.setAll(
        logits,
        id -> {
          double logit = LOGITS[id];
          return !SEEN.contains(id)
              ? logit
              : logit > 0 ? logit / sampling.repeatPenalty() : logit * sampling.repeatPenalty();
        });
    List<Integer> kept =
        IntStream.range(0, logits.length)
            .boxed()
            .sorted(Comparator.comparingDouble(id -> -logits[id]))
            .limit(sampling.topK() == 0 ? logits.length : sampling.topK())
            .toList();
    double[] probabilities = softmax(logits, kept, 1);
    double before = 0;
    int count = 0;
    while (count < kept.size()
        && (count == 0 || before < sampling.topP() || sampling.topP() == 1)) {
      before += probabilities[kept.get(count++)];
    }
    double largest = probabilities[kept.getFirst()];
    kept =
        kept.subList(0, count).stream()
            .filter(id -> probabilities[id] >= sampling.minP() * largest * (1 - 1e-12))
            .toList();
    return softmax(logits, kept, sampling.temperature());
  }

  private static double[] softmax(double[] logits, List<Integer> kept, double temperature) {
    double[] probabilities = new double[logits.length];
    double sum = kept.stream().mapToDouble(id -> Math.exp(logits[id] / temperature)).sum();
    kept.forEach(id -> probabilities[id] = Math.exp(logits[id] / temperature) / sum);
    return probabilities;
  }

  /**
   * Checks that counts are as a distribution makes them: a true one fails once in a hundred
   * thousand times.
   */
  private static void assertDistributed(long[] counts, double[] expected) {
    double statistic = 0;
    int cells = 0;
    double rareExpected = 0;
    long rareCount = 0;
    long total = Arrays.stream(counts).sum();
    for (int id = 0; id < counts.length; id++) {
      if (expected[id] == 0) {
        assertThat(counts[id]).as("draws of the excluded token %d", id).isZero();
      } else if (expected[id] * total < 8) {
        rareExpected += expected[id] * total;
        rareCount += counts[id];
      } else {
        statistic += Math.pow(counts[id] - expected[id] * total, 2) / (expected[id] * total);
        cells++;
      }
    }
    if (rareExpected > 8) {
      statistic += Math.pow(rareCount - rareExpected, 2) / rareExpected;
      cells++;
    }
    int freedom = Math.max(1, cells - 1);
    // Wilson and Hilferty's approximation of the quantile at 1e-5.
    double quantile =
        freedom * Math.pow(1 - 2.0 / (9 * freedom) + 4.265 * Math.sqrt(2.0 / (9 * freedom)), 3);
    assertThat(statistic).as("χ² with %d degrees of freedom", freedom).isLessThan(quantile);
  }

  private static Sampler sampler(Sampling sampling) {
    Sampler sampler = new Sampler(sampling);
    SEEN.forEach(sampler::observe);
    return sampler;
  }

  @ParameterizedTest
  @MethodSource("samplings")
  void drawsFollowTheDistribution(Sampling sampling) {
    Sampler sampler = sampler(sampling);
    long[] counts = new long[LOGITS.length];
    for (int i = 0; i < DRAWS; i++) {
      counts[sampler.sample(LOGITS.clone())]++;
    }
    assertDistributed(counts, expected(sampling));
  }

  @ParameterizedTest
  @MethodSource("samplings")
  void firstDrawsOfNeighbouringSeedsFollowTheDistribution(Sampling sampling) {
    long[] counts = new long[LOGITS.length];
    for (int seed = 0; seed < DRAWS; seed++) {
      Sampling seeded =
          new Sampling(
              sampling.temperature(),
              sampling.topK(),
              sampling.topP(),
              sampling.minP(),
              sampling.repeatPenalty(),
              seed);
      counts[sampler(seeded).sample(LOGITS.clone())]++;
    }
    assertDistributed(counts, expected(sampling));
  }

  @Test
  void consecutiveDrawsAreIndependent() {
    Sampler sampler = new Sampler(Sampling.of(1, 99));
    float[] logits = {0, 0, 0, 0};
    long[] pairs = new long[16];
    int before = 0;
    for (int i = 0; i < DRAWS; i++) {
      int id = sampler.sample(logits.clone());
      pairs[before * 4 + id]++;
      before = id;
    }
    double[] uniform = new double[16];
    Arrays.fill(uniform, 1 / 16.0);
    assertDistributed(pairs, uniform);
  }

  @Test
  void theSameSeedDrawsTheSame() {
    for (Sampling sampling : samplings()) {
      Sampler first = sampler(sampling);
      Sampler second = sampler(sampling);
      for (int i = 0; i < 100; i++) {
        assertThat(first.sample(LOGITS.clone())).isEqualTo(second.sample(LOGITS.clone()));
      }
    }
  }

  @Test
  void greedyAndTheMostProbableOneOfAllAgreeOnEqualLogits() {
    SplittableRandom random = new SplittableRandom(5);
    for (int run = 0; run < 2000; run++) {
      float[] logits = new float[9];
      for (int i = 0; i < logits.length; i++) {
        logits[i] = new float[] {-0f, 0f, 1f, -1f}[random.nextInt(run % 2 == 0 ? 2 : 4)];
      }
      int lowest = 0;
      for (int i = 1; i < logits.length; i++) {
        lowest = logits[i] > logits[lowest] ? i : lowest;
      }
      assertThat(new Sampler(Sampling.greedy()).sample(logits.clone())).isEqualTo(lowest);
      assertThat(new Sampler(new Sampling(1, 1, 1, 0, 1, run)).sample(logits.clone()))
          .isEqualTo(lowest);
      assertThat(new Sampler(new Sampling(1, 0, 1e-9, 0, 1, run)).sample(logits.clone()))
          .isEqualTo(lowest);
    }
  }

  @Test
  void extremeSettingsStillChooseATokenThatTheyAllow() {
    float[] logits = {3e38f, -3e38f, 1f, 0f, -0f, Float.MIN_VALUE, -1e30f};
    for (double temperature :
        new double[] {0, Double.MIN_VALUE, 1e-10, 1, 1e10, Double.MAX_VALUE}) {
      for (double penalty :
          new double[] {1, Double.MIN_VALUE, 1e-60, 1e-10, 1e10, 1e60, Double.MAX_VALUE}) {
        for (double topP : new double[] {Double.MIN_VALUE, 0.5, 1}) {
          Sampler sampler = new Sampler(new Sampling(temperature, 0, topP, 0, penalty, 1));
          for (int id = 0; id < logits.length; id++) {
            sampler.observe(id);
          }
          for (int draw = 0; draw < 5; draw++) {
            float[] given = logits.clone();
            int id = sampler.sample(given);
            assertThat(id).isBetween(0, logits.length - 1);
            if (temperature <= 1) {
              assertThat(given[id])
                  .as(
                      "temperature %s, penalty %s, top-p %s: the only probable one",
                      temperature, penalty, topP)
                  .isGreaterThanOrEqualTo(max(given) - 1500);
            }
          }
        }
      }
    }
  }

  private static float max(float[] numbers) {
    float largest = numbers[0];
    for (float number : numbers) {
      largest = Math.max(largest, number);
    }
    return largest;
  }

  @ParameterizedTest
  @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY})
  void whatIsNoDistributionIsRefused(float number) {
    float[] logits = {0, 1, number, 2};
    for (Sampling sampling : List.of(Sampling.greedy(), Sampling.of(1, 1))) {
      assertThatThrownBy(() -> new Sampler(sampling).sample(logits.clone()))
          .isInstanceOf(ModelOutputException.class)
          .hasMessageContaining("token 2");
    }
  }

  @Test
  void impossibleSettingsAreRefusedByName() {
    assertThatThrownBy(() -> Sampling.of(-1, 0)).hasMessageContaining("temperature");
    assertThatThrownBy(() -> Sampling.of(Double.NaN, 0)).hasMessageContaining("temperature");
    assertThatThrownBy(() -> new Sampling(1, -1, 1, 0, 1, 0)).hasMessageContaining("top-k");
    assertThatThrownBy(() -> new Sampling(1, 0, 0, 0, 1, 0)).hasMessageContaining("top-p");
    assertThatThrownBy(() -> new Sampling(1, 0, 1.01, 0, 1, 0)).hasMessageContaining("top-p");
    assertThatThrownBy(() -> new Sampling(1, 0, Double.NaN, 0, 1, 0)).hasMessageContaining("top-p");
    assertThatThrownBy(() -> new Sampling(1, 0, 1, -0.1, 1, 0)).hasMessageContaining("min-p");
    assertThatThrownBy(() -> new Sampling(1, 0, 1, 0, 0, 0)).hasMessageContaining("repeat-penalty");
    assertThatThrownBy(() -> new Sampling(1, 0, 1, 0, Double.POSITIVE_INFINITY, 0))
        .hasMessageContaining("repeat-penalty");
  }
}
