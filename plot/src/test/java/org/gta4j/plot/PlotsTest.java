package org.gta4j.plot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.io.StringReader;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.junit.jupiter.api.Test;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.XYChart;
import org.w3c.dom.Element;
import org.xml.sax.InputSource;
import org.xml.sax.SAXException;

class PlotsTest {
  private static XYChart chart(String title) {
    XYChart chart = Plots.lines(title, "step", "nats");
    chart.addSeries("loss", List.of(1, 2, 3), List.of(3.0, 2.0, 1.0));
    return chart;
  }

  private static Element parsed(String svg)
      throws ParserConfigurationException, SAXException, IOException {
    DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
    factory.setFeature("http://apache.org/xml/features/nonvalidating/load-external-dtd", false);
    return factory
        .newDocumentBuilder()
        .parse(new InputSource(new StringReader(svg)))
        .getDocumentElement();
  }

  @Test
  void plotsStandBelowOneAnotherInOnePicture()
      throws ParserConfigurationException, SAXException, IOException {
    Element two = parsed(Plots.svg(List.of(chart("a"), chart("b"))));
    assertThat(two.getAttribute("viewBox")).isEqualTo("0 0 760 880");
    assertThat(two.getElementsByTagName("line").getLength())
        .isEqualTo(
            2 * parsed(Plots.svg(List.of(chart("a")))).getElementsByTagName("line").getLength());
  }

  @Test
  void everyColourOfAnElementIsThePages()
      throws ParserConfigurationException, SAXException, IOException {
    String element = Plots.element(List.of(chart("a")));
    assertThat(parsed(element).getTagName()).isEqualTo("svg");
    assertThat(element).contains("stroke:var(--plot-3)").doesNotContain("rgb(");
    XYChart labelled = chart("b");
    PointLabels labels = new PointLabels();
    labels.add("one", 1, 3);
    labels.write(labelled);
    CategoryChart bars = Plots.bars("c", "share", 1);
    bars.addSeries("acc", List.of("one"), List.of(0.5), List.of(0.1));
    assertThat(Plots.element(List.of(labelled, bars))).doesNotContain("rgb(");
    assertThat(Plots.style()).contains("--plot-3: rgb(31,119,180);", "--plot-10: ");
    assertThat(Palette.LIGHT.all()).doesNotHaveDuplicates().hasSameSizeAs(Palette.DARK.all());
  }

  @Test
  void nothingToPlotIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Plots.svg(List.of()))
        .withMessage("expected plots, found none");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Plots.svg(List.of(Plots.lines("empty", "step", "nats"))))
        .withMessage("empty: expected numbers to plot, found none");
  }
}
