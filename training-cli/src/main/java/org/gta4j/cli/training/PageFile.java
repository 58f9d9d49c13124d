package org.gta4j.cli.training;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import org.gta4j.checkpoint.AtomicOutput;
import org.gta4j.cli.Check;
import org.gta4j.cli.RefusedException;
import org.gta4j.cli.Setting;
import org.gta4j.plot.Page;

/**
 * Where a page goes: {@code .html}, one file with everything inside, or {@code .md}, with {@code
 * PAGE-PLOT.svg} of each plot beside it, in which all stays that people wrote.
 */
final class PageFile {
  private static final String MARKDOWN = ".md";

  private final Path path;
  private final boolean isMarkdown;

  private PageFile(Path path, boolean isMarkdown) {
    this.path = path;
    this.isMarkdown = isMarkdown;
  }

  /**
   * The file that an option names.
   *
   * @throws RefusedException if it is none of the two, or cannot be written
   */
  static PageFile of(Setting<String> option) {
    Path path = Check.output(option);
    String name = String.valueOf(path.getFileName());
    if (!name.endsWith(MARKDOWN) && !name.endsWith(".html")) {
      throw new RefusedException(
          "%s: expected a file that ends in .md or .html, found %s".formatted(option.name(), path));
    }
    PageFile file = new PageFile(path, name.endsWith(MARKDOWN));
    if (file.isMarkdown) {
      new MarkedPage(path).requireWritable();
    }
    return file;
  }

  /** Where it is. */
  Path path() {
    return path;
  }

  /** Writes a page. */
  void write(Page page) {
    if (!isMarkdown) {
      AtomicOutput.write(path, page.html().getBytes(StandardCharsets.UTF_8));
      return;
    }
    for (Map.Entry<String, String> plot : page.pictures().entrySet()) {
      byte[] svg = plot.getValue().getBytes(StandardCharsets.UTF_8);
      AtomicOutput.write(path.resolveSibling(picture(path, plot.getKey())), svg);
    }
    new MarkedPage(path).write(page.title(), markdown(path, page));
  }

  /** What a page in Markdown says, but its title. */
  static String markdown(Path file, Page page) {
    return page.markdown(plot -> picture(file, plot));
  }

  private static String picture(Path file, String plot) {
    String name = String.valueOf(file.getFileName());
    return "%s-%s.svg".formatted(name.substring(0, name.length() - MARKDOWN.length()), plot);
  }
}
