package org.gta4j.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.gta4j.checkpoint.AtomicOutput;

/**
 * Plans the paper's trainings on 8 to 1 024 devices, and writes the tables of {@code scale.md}
 * between its two comments; the rest of the page stays.
 *
 * <pre>
 * java -cp bench/target/gta4j-bench-VERSION.jar org.gta4j.bench.ScalePlan docs
 * </pre>
 */
public final class ScalePlan {
  private static final String BEGIN = "<!-- begin: written by ScalePlan -->";
  private static final String END = "<!-- end: written by ScalePlan -->";

  private ScalePlan() {}

  /** Plans and writes. */
  public static void main(String[] args) throws IOException {
    if (args.length != 1 || !Files.isRegularFile(Path.of(args[0], "scale.md"))) {
      throw new IllegalArgumentException("expected the folder of scale.md");
    }
    Locale.setDefault(Locale.ROOT);
    Path page = Path.of(args[0], "scale.md");
    AtomicOutput.write(
        page, replaced(Files.readString(page)).getBytes(java.nio.charset.StandardCharsets.UTF_8));
  }

  /** The page with the tables as they are planned now. */
  static String replaced(String page) {
    int begin = page.indexOf(BEGIN);
    int end = page.indexOf(END);
    if (begin < 0 || end < begin) {
      throw new IllegalArgumentException(
          "expected a page with the lines '%s' and '%s'".formatted(BEGIN, END));
    }
    return page.substring(0, begin + BEGIN.length())
        + "\n\n"
        + new ScaleTables().text().strip()
        + "\n\n"
        + page.substring(end);
  }
}
