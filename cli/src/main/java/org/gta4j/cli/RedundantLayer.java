package org.gta4j.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.gta4j.attention.AttentionMask;
import org.gta4j.attention.AttentionShape;
import org.gta4j.tensor.Heads;

/** A layer of a model that is looked at: rows of one text at a time, and what all texts came to. */
final class RedundantLayer {
  private final AttentionShape shape;
  private final MapSimilarity similarity;
  private final List<float[]> queries = new ArrayList<>();
  private final List<float[]> keys = new ArrayList<>();
  private final List<float[]> allKeys = new ArrayList<>();
  private final List<float[]> allValues = new ArrayList<>();
  private Optional<AttentionMask> mask = Optional.empty();
  private float scale;

  RedundantLayer(AttentionShape shape) {
    this.shape = shape;
    similarity = new MapSimilarity(shape);
  }

  void stored(int rows, Heads newKeys, Optional<Heads> newValues) {
    for (int row = 0; row < rows; row++) {
      float[] key = row(newKeys, row);
      keys.add(key);
      allKeys.add(key);
      if (newValues.isPresent()) {
        allValues.add(row(newValues.get(), row));
      }
    }
  }

  void attended(int rows, AttentionMask seen, float factor, Heads newQueries) {
    mask = Optional.of(seen);
    scale = factor;
    for (int row = 0; row < rows; row++) {
      queries.add(row(newQueries, row));
    }
  }

  private static float[] row(Heads heads, int row) {
    float[] numbers = new float[heads.count() * heads.width()];
    for (int head = 0; head < heads.count(); head++) {
      for (int i = 0; i < heads.width(); i++) {
        numbers[head * heads.width() + i] = heads.get(row, head, i);
      }
    }
    return numbers;
  }

  /** Compares the maps of the text that has been read. */
  void endText() {
    similarity.add(
        queries.toArray(float[][]::new), keys.toArray(float[][]::new), mask.orElseThrow(), scale);
    queries.clear();
    keys.clear();
  }

  /** The sizes of its attention. */
  AttentionShape shape() {
    return shape;
  }

  /** How similar its maps are. */
  MapSimilarity similarity() {
    return similarity;
  }

  /** Of its keys, as they are cached: turned by their positions. */
  Spectrum keySpectrum() {
    return Spectrum.of(allKeys);
  }

  /** Of its values or latents; empty where they are part of the keys. */
  Optional<Spectrum> valueSpectrum() {
    return allValues.isEmpty() ? Optional.empty() : Optional.of(Spectrum.of(allValues));
  }
}
