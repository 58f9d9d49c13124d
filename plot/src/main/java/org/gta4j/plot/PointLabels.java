package org.gta4j.plot;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.knowm.xchart.AnnotationText;
import org.knowm.xchart.XYChart;

/**
 * Names beside the points of a plot, moved up where they would lie over one another. The plot's
 * axes are set so that all of them have room.
 */
public final class PointLabels {
  /** Of the plot's height and width: a line of text, a letter, and room around all points. */
  private static final double LINE = 0.045;

  private static final double LETTER = 0.0115;
  private static final double MARGIN = 0.08;

  private record Label(String text, double x, double y) {}

  private final List<Label> labels = new ArrayList<>();

  /** No labels yet. */
  public PointLabels() {}

  /** Adds a point's name. */
  public void add(String text, double x, double y) {
    labels.add(new Label(text, x, y));
  }

  /** Writes all into a plot, whose horizontal axis may be logarithmic. */
  public void write(XYChart chart) {
    if (labels.isEmpty()) {
      return;
    }
    boolean logarithmic = chart.getStyler().isXAxisLogarithmic();
    Range x = Range.of(labels.stream().mapToDouble(l -> scaled(l.x, logarithmic)).toArray(), 2);
    Range y = Range.of(labels.stream().mapToDouble(Label::y).toArray(), 1);
    chart.getStyler().setXAxisMin(unscaled(x.low, logarithmic));
    chart.getStyler().setXAxisMax(unscaled(x.high, logarithmic));
    chart.getStyler().setYAxisMin(y.low);
    chart.getStyler().setYAxisMax(y.high);
    List<Box> placed = new ArrayList<>();
    labels.stream()
        .sorted(Comparator.comparingDouble(Label::y))
        .forEach(label -> {
          double width = LETTER * label.text.length();
          // Texts are centred where they are put.
          Box box =
              new Box(
                  x.part(scaled(label.x, logarithmic)) + LETTER + width / 2,
                  y.part(label.y),
                  width);
          while (placed.stream().anyMatch(box::meets)) {
            box = new Box(box.x, box.y + LINE / 4, width);
          }
          placed.add(box);
          chart.addAnnotation(
              new AnnotationText(
                  label.text, unscaled(x.at(box.x), logarithmic), y.at(box.y), false));
        });
  }

  private static double scaled(double value, boolean logarithmic) {
    return logarithmic ? Math.log10(value) : value;
  }

  private static double unscaled(double value, boolean logarithmic) {
    return logarithmic ? Math.pow(10, value) : value;
  }

  /** What an axis shows. */
  private record Range(double low, double high) {
    /** Of all numbers, with some room below and {@code above} times as much above. */
    static Range of(double[] numbers, double above) {
      double low = Double.POSITIVE_INFINITY;
      double high = Double.NEGATIVE_INFINITY;
      for (double number : numbers) {
        low = Math.min(low, number);
        high = Math.max(high, number);
      }
      double length = Math.max(high - low, 1e-3 * Math.abs(high) + 1e-9);
      return new Range(low - MARGIN * length, high + above * MARGIN * length);
    }

    double part(double value) {
      return (value - low) / (high - low);
    }

    double at(double part) {
      return low + part * (high - low);
    }
  }

  /** Where a text lies, in parts of the plot. */
  private record Box(double x, double y, double width) {
    boolean meets(Box other) {
      return Math.abs(x - other.x) < (width + other.width) / 2 && Math.abs(y - other.y) < LINE;
    }
  }
}
