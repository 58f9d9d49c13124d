package org.gta4j.plot;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.knowm.xchart.internal.chartpart.Chart;

/**
 * Tables, plots and words, one below the other, which can be written as Markdown or as HTML.
 *
 * @param title of everything
 * @param blocks what is below one another
 */
public record Page(String title, List<Block> blocks) {
  /** What Markdown would take for something else; an underscore within a word is none of it. */
  private static final Pattern MEANING = Pattern.compile("[\\\\`*<|\\[\\]]|(?<!\\w)_|_(?!\\w)");

  /** Copies the list. */
  public Page {
    blocks = List.copyOf(blocks);
  }

  /** A part of a page. */
  public sealed interface Block {}

  /** What stands above other parts. */
  public record Heading(String text) implements Block {}

  /** A paragraph, as plain text. */
  public record Text(String text) implements Block {}

  /**
   * A table.
   *
   * @param head the names of its columns; empty where its rows say what they are
   * @param rows as many cells each; the first one says what its row is about
   */
  public record Table(List<String> head, List<List<String>> rows) implements Block {
    /** Copies the lists. */
    public Table {
      head = List.copyOf(head);
      rows = rows.stream().map(List::copyOf).toList();
    }
  }

  /**
   * Plots below one another.
   *
   * @param name ends the names of their files, with lower-case letters only
   * @param words what they show, for people who do not see them
   */
  public record Picture(String name, String words, List<? extends Chart<?, ?>> charts)
      implements Block {
    /** Copies the list. */
    public Picture {
      charts = List.copyOf(charts);
    }
  }

  /** The plots as SVG files, by their names. */
  public SequencedMap<String, String> pictures() {
    SequencedMap<String, String> pictures = new LinkedHashMap<>();
    for (Block block : blocks) {
      if (block instanceof Picture picture) {
        pictures.put(picture.name(), Plots.svg(picture.charts()));
      }
    }
    return pictures;
  }

  /**
   * Everything but the title, as Markdown.
   *
   * @param file where the plots of a name are, seen from the page
   */
  public String markdown(UnaryOperator<String> file) {
    List<String> parts = new ArrayList<>();
    for (Block block : blocks) {
      parts.add(
          switch (block) {
            case Heading heading -> "## " + marked(heading.text());
            case Text text -> marked(text.text());
            case Table table -> markdown(table);
            case Picture picture ->
                "![%s](%s)".formatted(marked(picture.words()), file.apply(picture.name()));
          });
    }
    return String.join("\n\n", parts);
  }

  private static String markdown(Table table) {
    List<String> lines = new ArrayList<>();
    List<String> head =
        table.head().isEmpty() ? Collections.nCopies(width(table), "") : table.head();
    lines.add(row(head));
    lines.add("|" + "---|".repeat(head.size()));
    table.rows().forEach(cells -> lines.add(row(cells)));
    return String.join("\n", lines);
  }

  private static int width(Table table) {
    return table.rows().stream().mapToInt(List::size).max().orElse(0);
  }

  private static String row(List<String> cells) {
    return cells.stream().map(Page::marked).collect(Collectors.joining(" | ", "| ", " |"));
  }

  /** A text whose characters mean themselves in Markdown, on one line. */
  private static String marked(String text) {
    return MEANING.matcher(text).replaceAll("\\\\$0").replace("\n", " ");
  }

  /** A file that needs no other one, light on a light screen and dark on a dark one. */
  public String html() {
    return """
    <!DOCTYPE html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width">
    <title>%1$s</title>
    <style>
    %2$s:root { color-scheme: light dark; }
    body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem;
      background: var(--plot-0); color: var(--plot-1); }
    svg { max-width: 100%%; height: auto; }
    .table { overflow-x: auto; margin: 1rem 0; }
    table { border-collapse: collapse; }
    th, td { text-align: left; font-weight: normal; padding: 0.2rem 1.5rem 0.2rem 0;
      border-bottom: 1px solid var(--plot-2); vertical-align: top; }
    thead th { font-weight: bold; }
    td { font-variant-numeric: tabular-nums; overflow-wrap: break-word; }
    thead + tbody :is(th, td) { white-space: nowrap; }
    </style>
    </head>
    <body>
    <main>
    <h1>%1$s</h1>
    %3$s
    </main>
    </body>
    </html>
    """
        .formatted(
            escaped(title),
            Plots.style(),
            blocks.stream().map(Page::html).collect(Collectors.joining("\n")));
  }

  private static String html(Block block) {
    return switch (block) {
      case Heading heading -> "<h2>%s</h2>".formatted(escaped(heading.text()));
      case Text text -> "<p>%s</p>".formatted(escaped(text.text()));
      case Table table -> html(table);
      case Picture picture ->
          "<div role=\"img\" aria-label=\"%s\">%s</div>"
              .formatted(escaped(picture.words()), Plots.element(picture.charts()));
    };
  }

  private static String html(Table table) {
    StringBuilder text = new StringBuilder("<div class=\"table\" tabindex=\"0\"><table>\n");
    if (!table.head().isEmpty()) {
      text.append("<thead><tr>");
      table
          .head()
          .forEach(cell -> text.append("<th scope=\"col\">%s</th>".formatted(escaped(cell))));
      text.append("</tr></thead>\n");
    }
    text.append("<tbody>\n");
    for (List<String> cells : table.rows()) {
      text.append("<tr><th scope=\"row\">%s</th>".formatted(escaped(cells.getFirst())));
      cells.stream().skip(1).forEach(cell -> text.append("<td>%s</td>".formatted(escaped(cell))));
      text.append("</tr>\n");
    }
    return text.append("</tbody></table></div>").toString();
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }
}
