package org.gta4j.plot;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.knowm.xchart.CategoryChart;

class PageTest {
  private static Page page() {
    CategoryChart bars = Plots.bars("Bars", "share", 2);
    bars.addSeries("acc", List.of("one", "two"), List.of(0.5, 0.25), List.of(0.1, 0.1));
    return new Page(
        "A & B",
        List.of(
            new Page.Heading("First"),
            new Page.Text("1 < 2"),
            new Page.Table(List.of("name", "n"), List.of(List.of("a|b", "1"))),
            new Page.Table(List.of(), List.of(List.of("key", "\"value\""))),
            new Page.Picture("bars", "Two bars", List.of(bars))));
  }

  @Test
  void markdownHasTablesAndNamesPictures() {
    assertThat(page().markdown(name -> "page-" + name + ".svg"))
        .isEqualTo(
            """
            ## First

            1 \\< 2

            | name | n |
            |---|---|
            | a\\|b | 1 |

            |  |  |
            |---|---|
            | key | "value" |

            ![Two bars](page-bars.svg)\
            """);
    assertThat(page().pictures()).containsOnlyKeys("bars");
    assertThat(page().pictures().get("bars")).startsWith("<?xml").contains("</svg>");
  }

  @Test
  void htmlHasEverythingInside() {
    assertThat(page().html())
        .contains("<title>A &amp; B</title>", "<h2>First</h2>", "<p>1 &lt; 2</p>")
        .contains("<th scope=\"col\">n</th>", "<th scope=\"row\">a|b</th><td>1</td>")
        .contains("<th scope=\"row\">key</th><td>&quot;value&quot;</td>")
        .contains("role=\"img\" aria-label=\"Two bars\"><svg", "prefers-color-scheme: dark")
        .doesNotContain("src=", "http://fonts", "<script");
  }
}
