package org.gta4j.generate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** That sorting a few tokens chooses exactly as sorting the whole vocabulary does. */
class CandidatesTest {
  /** The definition: all tokens in order, and every sum in that order. */
  private static int chosen(float[] logits, Sampling sampling, double uniform) {
    List<Integer> order =
        IntStream.range(0, logits.length)
            .boxed()
            .sorted(Comparator.comparingDouble(id -> -(logits[id] + 0f)))
            .toList();
    int count = sampling.topK() > 0 ? Math.min(sampling.topK(), order.size()) : order.size();
    if (sampling.topP() < 1) {
      double[] weights = weights(logits, order, count, 1);
      double total = sum(weights);
      double reached = 0;
      int kept = 0;
      while (kept < count && reached < sampling.topP() * total) {
        reached += weights[kept++];
      }
      count = Math.max(1, kept);
    }
    if (sampling.minP() > 0) {
      double least = logits[order.getFirst()] + Math.log(sampling.minP());
      while (count > 1 && logits[order.get(count - 1)] < least) {
        count--;
      }
    }
    double[] weights = weights(logits, order, count, sampling.temperature());
    double left = uniform * sum(weights);
    for (int i = 0; i < count; i++) {
      left -= weights[i];
      if (left < 0) {
        return order.get(i);
      }
    }
    return order.get(count - 1);
  }

  private static double[] weights(
      float[] logits, List<Integer> order, int count, double temperature) {
    double largest = logits[order.getFirst()];
    return IntStream.range(0, count)
        .mapToDouble(i -> Math.exp((logits[order.get(i)] - largest) / temperature))
        .toArray();
  }

  private static double sum(double[] numbers) {
    double sum = 0;
    for (double number : numbers) {
      sum += number; // in order, unlike a stream's sum
    }
    return sum;
  }

  /** Peaked and flat ones, rounded ones with many ties, equal ones, one far above all. */
  private static float[] logits(int kind, int size, SplittableRandom random) {
    float[] logits = new float[size];
    for (int id = 0; id < size; id++) {
      double normal = random.nextGaussian();
      logits[id] =
          switch (kind) {
            case 0 -> (float) (3 * normal - 5);
            case 1 -> (float) (0.01 * normal);
            case 2 -> (float) Math.rint(2 * normal);
            case 3 -> id % 2 == 0 ? 0f : -0f;
            case 4 -> id == size / 3 ? 60f : (float) normal;
            case 5 -> (float) (1e37 * normal);
            default -> -id * 0.003f; // in order already
          };
    }
    return logits;
  }

  @Test
  void choicesAreThoseOfTheWholeVocabularyInOrder() {
    SplittableRandom random = new SplittableRandom(17);
    Candidates candidates = new Candidates();
    for (int size : new int[] {1, 2, 60, 1024, 1500, 9000}) {
      for (int kind = 0; kind < 7; kind++) {
        float[] logits = logits(kind, size, random);
        for (int topK : new int[] {0, 1, 40, 700, 5000}) {
          for (double topP : new double[] {1, 0.95, 0.3, 1e-9, 1 - 1e-16}) {
            for (double minP : new double[] {0, 0.05, 1, 1e-8, Double.MIN_VALUE}) {
              double temperature = new double[] {1, 0.7, 3, 1e-3, 1e6}[random.nextInt(5)];
              Sampling sampling = new Sampling(temperature, topK, topP, minP, 1, 0);
              double uniform =
                  switch (random.nextInt(6)) {
                    case 0 -> 0;
                    case 1 -> Math.nextDown(1.0);
                    case 2 -> random.nextInt(size) / (double) size; // where equal ones' sums meet
                    default -> random.nextDouble();
                  };
              candidates.take(logits);
              candidates.restrict(sampling);
              assertThat(candidates.draw(temperature, uniform))
                  .as("%s of %d logits of kind %d, at %s", sampling, size, kind, uniform)
                  .isEqualTo(chosen(logits, sampling, uniform));
            }
          }
        }
      }
    }
  }
}
