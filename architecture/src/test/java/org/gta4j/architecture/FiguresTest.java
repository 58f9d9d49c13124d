package org.gta4j.architecture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.gta4j.checkpoint.Json;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Holds numbers in pages to the files that they are from. A page names them in a comment that
 * readers do not see:
 *
 * <pre>{@code
 * <!-- figures FILE.json
 * 0.698 = /mean/cosine
 * 37 = mean /layers/?/keys/rank_90
 * -->
 * }</pre>
 *
 * <p>On the left is what the page says, on the right where the file has it: a JSON pointer, or
 * {@code mean}, {@code min}, {@code max} or {@code count} of all that one with {@code ?} for a name
 * leads to, or the difference of two pointers. A number says as much as it has digits; one with
 * {@code %} is a hundred times the file's.
 */
class FiguresTest {
  private static final Path ROOT = Path.of("..");
  private static final Pattern BLOCK =
      Pattern.compile("<!-- figures (\\S+)\\n(.*?)-->", Pattern.DOTALL);
  private static final Pattern LINE =
      Pattern.compile(
          "([-+−]?[\\d,]*\\.?\\d+)( ?%)? = (?:(mean|min|max|count) )?(/\\S+)(?: - (/\\S+))?");

  static List<Path> pages() throws IOException {
    try (Stream<Path> docs = Files.list(ROOT.resolve("docs"))) {
      List<Path> pages =
          new ArrayList<>(docs.filter(file -> file.toString().endsWith(".md")).toList());
      pages.add(ROOT.resolve("README.md"));
      return pages;
    }
  }

  @ParameterizedTest
  @MethodSource("pages")
  void numbersAreThoseOfTheirFiles(Path page) throws IOException {
    String text = Files.readString(page);
    String seen = BLOCK.matcher(text).replaceAll("");
    assertThat(text.split("<!-- figures", -1))
        .as("comments that can be read")
        .hasSize((int) BLOCK.matcher(text).results().count() + 1);
    Matcher block = BLOCK.matcher(text);
    while (block.find()) {
      Path file = page.resolveSibling(block.group(1));
      JsonNode json = Json.readObject(file);
      for (String line : block.group(2).strip().split("\n", -1)) {
        check(page, seen, file, json, line.strip());
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0.37 = /a",
        "0.38 = /b/0",
        "37 = /a",
        "37.5 % = /a",
        "4 = count /b",
        "0.376 = /b",
        "0.376 = /b/x",
        "0.376 : /a",
        "0.5 = /a",
        "0.38 = /a - /b/0"
      })
  void wrongNumbersAreFound(String line) {
    JsonNode json =
        Json.object().put("a", 0.3764).set("b", new JsonMapper().readTree("[0.1, 0.2, 0.3]"));
    String page = "It is 0.376, and 37.6 % of −0.5, 0.38 and 4 and 0.276 and 37.5.";
    assertThatThrownBy(() -> check(Path.of("page.md"), page, Path.of("a.json"), json, line))
        .isInstanceOf(AssertionError.class);
    check(Path.of("page.md"), page, Path.of("a.json"), json, "0.376 = /a");
  }

  private static void check(Path page, String seen, Path file, JsonNode json, String line) {
    String where = "%s: %s of %s".formatted(page, line, file);
    Matcher parts = LINE.matcher(line);
    assertThat(parts.matches()).as("%s: expected NUMBER = POINTER", where).isTrue();
    String written = parts.group(1);
    String unit = parts.group(2) == null ? "" : parts.group(2);
    assertThat(seen)
        .as("%s: the page says so", where)
        .containsPattern("(?<![\\d.,+−-])" + Pattern.quote(written + unit) + "(?!\\d|[.,]\\d)");
    BigDecimal said = new BigDecimal(written.replace("−", "-").replace("+", "").replace(",", ""));
    double found = number(where, json, parts.group(3), parts.group(4));
    if (parts.group(5) != null) {
      found -= number(where, json, parts.group(3), parts.group(5));
    }
    BigDecimal exact = BigDecimal.valueOf(unit.isEmpty() ? found : 100 * found);
    BigDecimal half = BigDecimal.ONE.movePointLeft(said.scale()).divide(BigDecimal.TWO);
    // A number half-way between two may be rounded to either.
    assertThat(exact.subtract(said).abs())
        .as("%s: the file has %s", where, exact.setScale(said.scale() + 3, RoundingMode.HALF_UP))
        .isLessThanOrEqualTo(half.add(BigDecimal.ONE.movePointLeft(9)));
  }

  private static double number(String where, JsonNode json, String function, String pointer) {
    List<JsonNode> all = new ArrayList<>();
    collect(json, pointer.substring(1).split("/", -1), 0, all);
    assertThat(all)
        .as("%s: numbers at %s", where, pointer)
        .isNotEmpty()
        .allMatch(node -> node.isNumber() || "count".equals(function));
    if (function == null) {
      assertThat(all).as("%s: one number at %s", where, pointer).hasSize(1);
      return all.getFirst().doubleValue();
    }
    if (function.equals("count")) {
      return all.size();
    }
    var statistics = all.stream().mapToDouble(JsonNode::doubleValue).summaryStatistics();
    return switch (function) {
      case "mean" -> statistics.getAverage();
      case "min" -> statistics.getMin();
      default -> statistics.getMax();
    };
  }

  private static void collect(JsonNode node, String[] path, int depth, List<JsonNode> all) {
    if (depth == path.length) {
      all.add(node);
    } else if (path[depth].equals("?")) {
      node.values().forEach(child -> collect(child, path, depth + 1, all));
    } else if (node.isArray() && path[depth].matches("\\d+")) {
      collect(node.path(Integer.parseInt(path[depth])), path, depth + 1, all);
    } else {
      collect(node.path(path[depth]), path, depth + 1, all);
    }
  }
}
