package org.gta4j.plot;

import de.erichseifert.vectorgraphics2d.VectorGraphics2D;
import de.erichseifert.vectorgraphics2d.svg.SVGProcessor;
import de.erichseifert.vectorgraphics2d.util.PageSize;
import java.awt.Color;
import java.awt.geom.AffineTransform;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Pattern;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.internal.chartpart.Chart;
import org.knowm.xchart.style.AxesChartStyler;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.XYStyler;

/** Line plots as they look everywhere in this project, and SVG of them. */
public final class Plots {
  /** How many lines of a plot have a colour of their own. */
  public static final int COLORS = Palette.LIGHT.series().size();

  private static final int WIDTH = 760;
  private static final int HEIGHT = 440;

  /** Pixels of a bar and its name. */
  private static final int BAR_WIDTH = 50;

  /** Pixels from one label of the horizontal axis to the next, so that long numbers fit. */
  private static final int LABEL_SPACING = 110;

  /** A number with more digits than a hundredth of a pixel needs, which is half of a file. */
  private static final Pattern TOO_EXACT = Pattern.compile("(\\d\\.\\d\\d)\\d+");

  private static final String VARIABLE = "--plot-";

  private Plots() {}

  /**
   * A plot without any data yet.
   *
   * @param title what it shows
   * @param x what lies along the horizontal axis
   * @param y what lies along the vertical one, with its unit
   */
  public static XYChart lines(String title, String x, String y) {
    return lines(title, x, y, WIDTH, HEIGHT);
  }

  /** The same in another size, in pixels. */
  public static XYChart lines(String title, String x, String y, int width, int height) {
    XYChart chart =
        new XYChartBuilder()
            .width(width)
            .height(height)
            .title(title)
            .xAxisTitle(x)
            .yAxisTitle(y)
            .build();
    XYStyler style = chart.getStyler();
    dress(style);
    style.setXAxisTickMarkSpacingHint(LABEL_SPACING);
    style.setMarkerSize(5);
    return chart;
  }

  /**
   * Bars without any data yet.
   *
   * @param title what they show
   * @param y what they are high by, with its unit
   * @param count how many, all of which have room for their names
   */
  public static CategoryChart bars(String title, String y, int count) {
    CategoryChart chart =
        new CategoryChartBuilder()
            .width(Math.max(WIDTH, BAR_WIDTH * count))
            .height(HEIGHT)
            .title(title)
            .yAxisTitle(y)
            .build();
    dress(chart.getStyler());
    chart.getStyler().setXAxisLabelRotation(30);
    chart.getStyler().setXAxisMaxLabelCount(Math.max(2, count));
    return chart;
  }

  private static void dress(AxesChartStyler style) {
    Palette palette = Palette.LIGHT;
    style.setLegendPosition(Styler.LegendPosition.OutsideE);
    style.setChartBackgroundColor(palette.background());
    style.setPlotBackgroundColor(palette.background());
    style.setLegendBackgroundColor(palette.background());
    style.setLegendBorderColor(palette.background());
    style.setChartTitleBoxVisible(false);
    style.setChartFontColor(palette.text());
    style.setXAxisTitleColor(palette.text());
    style.setYAxisTitleColor(palette.text());
    style.setAxisTickLabelsColor(palette.text());
    style.setAxisTickMarksColor(palette.grid());
    style.setAnnotationTextFontColor(palette.text());
    style.setErrorBarsColor(palette.text());
    style.setPlotBorderColor(palette.grid());
    style.setPlotGridLinesColor(palette.grid());
    style.setSeriesColors(palette.series().toArray(Color[]::new));
  }

  /**
   * Draws plots below one another, on white.
   *
   * @return an SVG file
   * @throws IllegalArgumentException if there are none, or one has no data
   */
  public static String svg(List<? extends Chart<?, ?>> charts) {
    for (Chart<?, ?> chart : charts) {
      if (isEmpty(chart)) {
        throw new IllegalArgumentException(
            "%s: expected numbers to plot, found none".formatted(chart.getTitle()));
      }
    }
    int width = charts.stream().mapToInt(Chart::getWidth).max().orElse(0);
    int height = charts.stream().mapToInt(Chart::getHeight).sum();
    if (height == 0) {
      throw new IllegalArgumentException("expected plots, found none");
    }
    VectorGraphics2D graphics = new VectorGraphics2D();
    int top = 0;
    for (Chart<?, ?> chart : charts) {
      graphics.setTransform(AffineTransform.getTranslateInstance(0, top));
      graphics.setClip(null);
      chart.paint(graphics, chart.getWidth(), chart.getHeight());
      top += chart.getHeight();
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      new SVGProcessor()
          .getDocument(graphics.getCommands(), new PageSize(0, 0, width, height))
          .writeTo(bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e); // not into memory
    }
    return TOO_EXACT.matcher(bytes.toString(StandardCharsets.UTF_8)).replaceAll("$1");
  }

  private static boolean isEmpty(Chart<?, ?> chart) {
    return switch (chart) {
      case XYChart lines ->
          lines.getSeriesCollection().stream().allMatch(series -> series.getXData().length == 0);
      case CategoryChart bars -> bars.getSeriesCollection().isEmpty();
      default -> false;
    };
  }

  /**
   * The same as an element of an HTML page that has {@link #style} among its styles: light on a
   * light page and dark on a dark one.
   */
  public static String element(List<? extends Chart<?, ?>> charts) {
    String svg = svg(charts);
    String element = svg.substring(svg.indexOf("<svg"));
    List<Color> colors = Palette.LIGHT.all();
    for (int i = 0; i < colors.size(); i++) {
      element = element.replace(rgb(colors.get(i)), "var(%s%d)".formatted(VARIABLE, i));
    }
    return element;
  }

  /** The colours of {@link #element}, as CSS. */
  public static String style() {
    return ":root {%s}\n@media (prefers-color-scheme: dark) { :root {%s} }\n"
        .formatted(variables(Palette.LIGHT), variables(Palette.DARK));
  }

  private static String variables(Palette palette) {
    StringBuilder text = new StringBuilder();
    List<Color> colors = palette.all();
    for (int i = 0; i < colors.size(); i++) {
      text.append(" %s%d: %s;".formatted(VARIABLE, i, rgb(colors.get(i))));
    }
    return text.append(' ').toString();
  }

  /** As the library writes it. */
  private static String rgb(Color color) {
    return "rgb(%d,%d,%d)".formatted(color.getRed(), color.getGreen(), color.getBlue());
  }
}
