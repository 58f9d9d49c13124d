package org.gta4j.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.ToDoubleBiFunction;
import java.util.stream.IntStream;
import org.gta4j.attention.AttentionMask;
import org.gta4j.attention.AttentionShape;
import org.gta4j.measure.AttentionListener;
import org.gta4j.model.ModelConfig;
import org.gta4j.tensor.Heads;

/** What a model's attention has twice: looks at each layer while texts are read. */
final class Redundancy implements AttentionListener {
  /**
   * What a layer came to.
   *
   * @param shape the sizes of its attention
   * @param similarity of its maps
   * @param keys how compressible its keys are
   * @param values and its values or latents; empty where they are part of the keys
   */
  record Found(
      AttentionShape shape, MapSimilarity similarity, Spectrum keys, Optional<Spectrum> values) {
    /** Whether two maps read the same keys. */
    private boolean isGroup(int i, int j) {
      return shape.keyHead(i) == shape.keyHead(j);
    }

    /** A number's mean over pairs of maps; empty where there is no such pair. */
    Optional<Double> mean(Pairs pairs, ToDoubleBiFunction<Integer, Integer> number) {
      double sum = 0;
      int count = 0;
      for (int i = 0; i < shape.maps(); i++) {
        for (int j = i + 1; j < shape.maps(); j++) {
          if (pairs == Pairs.ALL || isGroup(i, j) == (pairs == Pairs.OF_ONE_KEY)) {
            sum += number.applyAsDouble(i, j);
            count++;
          }
        }
      }
      return count == 0 ? Optional.empty() : Optional.of(sum / count);
    }
  }

  /** Which pairs of maps. */
  enum Pairs {
    /** All. */
    ALL,
    /** Those that read the same keys. */
    OF_ONE_KEY,
    /** Those that read different ones. */
    OF_TWO_KEYS
  }

  private final List<RedundantLayer> layers = new ArrayList<>();
  private long tokens;

  Redundancy(ModelConfig config) {
    for (int layer = 0; layer < config.numHiddenLayers(); layer++) {
      layers.add(new RedundantLayer(config.attention().shape()));
    }
  }

  @Override
  public void stored(int layer, int position, int rows, Heads keys, Optional<Heads> values) {
    layers.get(layer).stored(rows, keys, values);
  }

  @Override
  public void attended(
      int layer,
      int position,
      int rows,
      AttentionShape shape,
      AttentionMask mask,
      float scale,
      Heads queries) {
    layers.get(layer).attended(rows, mask, scale, queries);
  }

  /** A text has been read. */
  void endText(int length) {
    tokens += length;
    IntStream.range(0, layers.size()).parallel().forEach(layer -> layers.get(layer).endText());
  }

  /** Tokens of all texts. */
  long tokens() {
    return tokens;
  }

  /** What all texts came to, layer by layer. */
  List<Found> found() {
    return layers.parallelStream()
        .map(layer ->
            new Found(
                layer.shape(), layer.similarity(), layer.keySpectrum(), layer.valueSpectrum()))
        .toList();
  }
}
