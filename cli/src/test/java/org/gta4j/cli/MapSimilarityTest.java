package org.gta4j.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.gta4j.attention.AttentionMask;
import org.gta4j.attention.AttentionShape;
import org.junit.jupiter.api.Test;

class MapSimilarityTest {
  private static final AttentionMask CAUSAL = new AttentionMask.Causal();

  /** Two maps of one number each: scores are query times key, so rows are known. */
  private static MapSimilarity of(AttentionMask mask, float[][] queries, float... keys) {
    MapSimilarity similarity = new MapSimilarity(AttentionShape.of(2, 1, 1, 1, 1));
    float[][] rows = new float[keys.length][];
    for (int i = 0; i < keys.length; i++) {
      rows[i] = new float[] {keys[i]};
    }
    similarity.add(queries, rows, mask, 1);
    return similarity;
  }

  @Test
  void equalMapsAreTheSameAndOppositeOnesHaveNothingInCommon() {
    float[][] equal = {{0, 0}, {1, 1}, {2, 2}};
    MapSimilarity same = of(CAUSAL, equal, 1, 2, 3);
    assertThat(same.all().cosine(0, 1)).isCloseTo(1, within(1e-12));
    assertThat(same.all().distance(1, 0)).isCloseTo(0, within(1e-6));
    float[][] opposite = {{0, 0}, {50, -50}, {50, -50}};
    MapSimilarity other = of(CAUSAL, opposite, -1, 0, 1);
    assertThat(other.all().cosine(0, 1)).isCloseTo(0, within(1e-9));
    assertThat(other.all().distance(0, 1)).isCloseTo(1, within(1e-9));
  }

  /** Rows (1/4, 3/4) and (3/4, 1/4): cosine 0.6, divergence 1 − H₂(1/4) in bits. */
  @Test
  void aRowIsComparedAsByHand() {
    float three = (float) Math.log(3);
    float[][] queries = {{0, 0}, {three, -three}};
    MapSimilarity similarity = of(CAUSAL, queries, 0, 1);
    double entropy = -(0.25 * Math.log(0.25) + 0.75 * Math.log(0.75)) / Math.log(2);
    assertThat(similarity.all().cosine(0, 1)).isCloseTo(0.6, within(1e-6));
    assertThat(similarity.all().distance(0, 1)).isCloseTo(Math.sqrt(1 - entropy), within(1e-6));
    assertThat(similarity.all().cosine(1, 1)).isEqualTo(1);
    assertThat(similarity.all().distance(0, 0)).isZero();
  }

  /** Nearly all goes to the first token; of the rest the maps want different ones. */
  @Test
  void withoutTheFirstTokenMapsMayDiffer() {
    float[][] queries = {{0, 0, 0, 0}, {0, 0, 0, 0}, {9, 4, 9, -4}};
    MapSimilarity similarity = new MapSimilarity(AttentionShape.of(2, 1, 2, 1, 1));
    similarity.add(queries, new float[][] {{1, 0}, {0, 1}, {0, -1}}, CAUSAL, 1);
    assertThat(similarity.all().cosine(0, 1)).isGreaterThan(0.99);
    assertThat(similarity.withoutFirst().cosine(0, 1)).isLessThan(0.01);
    assertThat(similarity.withoutFirst().rows()[0]).isEqualTo(1);
    assertThat(similarity.all().rows()[0]).isEqualTo(2);
  }

  @Test
  void aWindowHidesWhatIsBeforeIt() {
    float[][] queries = {{0, 0}, {0, 0}, {5, -5}, {5, -5}};
    MapSimilarity seen = of(new AttentionMask.SlidingWindow(2), queries, 100, 0, 0, 0);
    // What the window shows is alike; the token that would tell the maps apart is hidden.
    assertThat(seen.all().cosine(0, 1)).isCloseTo(1, within(1e-6));
  }
}
