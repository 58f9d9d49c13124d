package org.gta4j.ops;

import java.util.HashMap;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.gta4j.attention.AttentionShape;
import org.gta4j.attention.ValueRows;
import org.gta4j.ops.AttentionScene.Token;

/** How large a scene's scores and values can become: what an error of attention is measured by. */
final class Magnitudes {
  private final AttentionShape shape;
  private final Numbers numbers;
  private final float scale;
  private final Map<Row, Double> norms = new HashMap<>();
  private final Map<Row, Double> largest = new HashMap<>();

  /** A head of a token. */
  private record Row(long what, int sequence, int position, int head) {}

  Magnitudes(AttentionShape shape, Numbers numbers, float scale) {
    this.shape = shape;
    this.numbers = numbers;
    this.scale = scale;
  }

  /** The largest score of a map if nothing cancelled, of keys from position {@code first} on. */
  double scores(Token query, int map, int first) {
    double key =
        largest(
            query,
            first,
            t -> norm(new Row(AttentionScene.KEY, query.sequence(), t, shape.keyHead(map))));
    return scale
        * key
        * norm(new Row(AttentionScene.QUERY, query.sequence(), query.position(), map));
  }

  /** The largest value that a map sees from position {@code first} on. */
  double values(Token query, int map, int first) {
    long what =
        shape.valueRows() == ValueRows.KEY_PREFIX ? AttentionScene.KEY : AttentionScene.VALUE;
    double value =
        largest(query, first, t -> value(new Row(what, query.sequence(), t, shape.valueHead(map))));
    return value * 1.01; // a 16-bit cache may have rounded it up
  }

  private static double largest(Token query, int first, ToDoubleFunction<Integer> magnitude) {
    double largest = 0;
    for (int t = first; t <= query.position(); t++) {
      largest = Math.max(largest, magnitude.applyAsDouble(t));
    }
    return largest;
  }

  private float number(Row row, int width, int i) {
    return numbers.at(row.what(), row.sequence(), row.position(), (long) row.head() * width + i);
  }

  private double norm(Row row) {
    return norms.computeIfAbsent(
        row,
        r -> {
          double sum = 0;
          for (int i = 0; i < shape.keyDim(); i++) {
            double x = number(r, shape.keyDim(), i);
            sum += x * x;
          }
          return Math.sqrt(sum);
        });
  }

  private double value(Row row) {
    int width = row.what() == AttentionScene.KEY ? shape.keyDim() : shape.valueDim();
    return largest.computeIfAbsent(
        row,
        r -> {
          double most = 0;
          for (int i = 0; i < shape.valueDim(); i++) {
            most = Math.max(most, Math.abs(number(r, width, i)));
          }
          return most;
        });
  }
}
