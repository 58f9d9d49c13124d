package org.gta4j.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import tools.jackson.databind.JsonNode;

/**
 * Pages of this project: a file with its style, its data and its programs inside, which needs no
 * network. Curves are drawn by uPlot, which is written into it where the page asks for it.
 */
final class PageTemplate {
  /** Where the chart library's file is on the class path. */
  private static final String UPLOT = "/META-INF/resources/webjars/uplot/1.6.30/dist/uPlot";

  private PageTemplate() {}

  /**
   * A page with its data.
   *
   * @param template the name of the page's file beside this class
   * @param data what its program shows
   */
  static String of(String template, JsonNode data) {
    // What ends a script's element ends it inside of a text too.
    String json = data.toString().replace("</", "<\\/");
    return resource(template)
        .replace("/*STYLE*/", resource("page.css"))
        .replace("/*UPLOT-STYLE*/", resource(UPLOT + ".min.css"))
        .replace("/*UPLOT*/", resource(UPLOT + ".iife.min.js"))
        .replace("/*DATA*/", json);
  }

  private static String resource(String name) {
    try (InputStream in =
        Objects.requireNonNull(PageTemplate.class.getResourceAsStream(name), name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(name, e);
    }
  }
}
