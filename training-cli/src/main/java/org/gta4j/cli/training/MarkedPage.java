package org.gta4j.cli.training;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.gta4j.checkpoint.AtomicOutput;
import org.gta4j.cli.RefusedException;

/**
 * A Markdown page of which one part is written by a program, between two comments, and the rest by
 * people, which stays as it is.
 *
 * @param file where it is, or will be
 */
record MarkedPage(Path file) {
  private static final String BEGIN = "<!-- begin: written by gta -->";
  private static final String END = "<!-- end: written by gta -->";

  /**
   * Writes the program's part.
   *
   * @param title the heading of a page that is not there yet
   * @param part Markdown
   * @throws RefusedException if there is a page without the two comments, or it cannot be read
   * @throws org.gta4j.checkpoint.CheckpointException if it cannot be written
   */
  void write(String title, String part) {
    String marked = "%s\n\n%s\n\n%s".formatted(BEGIN, part.strip(), END);
    String text =
        Files.exists(file) ? replaced(read(), marked) : "# %s\n\n%s\n".formatted(title, marked);
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    AtomicOutput.write(file, bytes);
  }

  /**
   * The program's part as it is in the file.
   *
   * @throws RefusedException if there is none
   */
  String part() {
    String text = read();
    replaced(text, "");
    return text.substring(text.indexOf(BEGIN) + BEGIN.length(), text.indexOf(END)).strip();
  }

  /**
   * Makes sure that {@link #write} will not be refused, where there is a folder for the page.
   *
   * @throws RefusedException if it would be
   */
  void requireWritable() {
    if (Files.exists(file)) {
      replaced(read(), "");
    }
  }

  private String read() {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new RefusedException("%s: cannot be read: %s".formatted(file, e.getMessage()), e);
    }
  }

  private String replaced(String page, String marked) {
    int begin = page.indexOf(BEGIN);
    int end = page.indexOf(END);
    if (begin < 0 || end < begin) {
      throw new RefusedException(
          "%s: expected a page with the lines '%s' and '%s', between which tables go, found none: name a new file, or add them"
              .formatted(file, BEGIN, END));
    }
    return page.substring(0, begin) + marked + page.substring(end + END.length());
  }
}
