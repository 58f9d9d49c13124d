package org.gta4j.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.gta4j.cost.PaperFigures;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The account of the paper, and that its figures are those of the facts that we build from. */
class PaperVerbTest {
  /** A row of table 5: name, sizes, and parameters at its end. */
  private static final Pattern MODEL =
      Pattern.compile("\\| ([\\w-]+) \\| \\d+ \\| .*\\| ([\\d.]+) \\|");

  /** Operations, traffic and a time. */
  private static final Pattern CELL = Pattern.compile("([\\d .]+), ([\\d .]+), ([\\d.]+) (µs|ms)");

  private static JsonNode account = JsonMapper.shared().createObjectNode();

  @BeforeAll
  static void compute() {
    account = CommandRun.of(List.of("paper", "--json", "--threads", "2")).json();
  }

  private static double number(JsonNode node, String key) {
    return node.required(key).doubleValue();
  }

  @Test
  void theHeadlinesComeFromFormulasAndFromTheEngine() {
    JsonNode found = account.get("headlines");
    for (String how : List.of("", "_counted")) {
      assertThat(number(found, "cache_saved" + how)).isEqualTo(0.7);
      assertThat(number(found, "attention_saved" + how)).isEqualTo(0.625);
    }
    assertThat(number(found, "gqa_prefill_seconds")).isCloseTo(0.0175, within(0.0005));
    assertThat(number(found, "gta_prefill_seconds")).isCloseTo(0.0091, within(0.00027));
  }

  @Test
  void parametersComeOutToAHundredthAndCachesButForOne() {
    List<String> other = new ArrayList<>();
    for (JsonNode model : account.get("models")) {
      assertThat(number(model, "parameters_m"))
          .isCloseTo(number(model, "paper_parameters_m"), within(0.01));
      if (model.get("cache_elements_per_token_layer").intValue()
          != model.get("paper_cache_elements_per_token_layer").intValue()) {
        other.add(
            model.get("model").stringValue()
                + " "
                + model.get("cache_elements_per_token_layer").intValue());
      }
    }
    assertThat(account.get("models")).hasSize(12);
    assertThat(other).containsExactly("mla-500m 352");
    assertThat(account.get("differences").get(0).stringValue())
        .isEqualTo("table 5 has a cache of 342 for mla-500m; its sizes give 352");
  }

  @Test
  void whatIsCountedIsWhatTheFormulasSay() {
    assertThat(account.get("counted")).hasSizeGreaterThan(20);
    for (JsonNode each : account.get("counted")) {
      assertThat(each.get("attention_macs")).isEqualTo(each.get("formula_attention_macs"));
      assertThat(each.get("cache_bytes_written")).isEqualTo(each.get("formula_cache_bytes"));
      assertThat(each.get("decode_cache_bytes_read")).isEqualTo(each.get("formula_cache_bytes"));
    }
  }

  @Test
  void theRooflineComesOut() {
    assertThat(account.get("roofline")).hasSize(20);
    for (JsonNode row : account.get("roofline")) {
      double printed = number(row, "paper_seconds");
      assertThat(number(row, "seconds")).isCloseTo(printed, within(0.03 * printed));
    }
  }

  @Test
  void peopleReadTables() {
    assertThat(CommandRun.of(List.of("paper")).done().results())
        .contains("GTA", "n_k d_h + n_c d_l", "gta-1b", "1076.48", "17.5 to 9.1 ms", "62.5 %")
        .contains("Where the paper differs", "342 for mla-500m");
  }

  private static List<String> facts() throws IOException {
    Path file = GtaProcess.root().resolve("../shared/paper.md");
    assumeTrue(
        Files.exists(file), () -> file + " is not here, so the figures are not compared with it");
    return Files.readAllLines(file);
  }

  @Test
  void figuresAreThoseOfTheFacts() throws IOException {
    List<String> facts = facts();
    PaperFigures figures = PaperFigures.read();
    List<String> names = new ArrayList<>();
    for (String line : facts) {
      Matcher matcher = MODEL.matcher(line);
      if (matcher.matches()) {
        names.add(matcher.group(1));
        String name = matcher.group(1).toLowerCase(Locale.ROOT);
        PaperFigures.Model model =
            figures.models().stream()
                .filter(each -> each.name().equals(name) || each.name().startsWith(name + "-"))
                .findFirst()
                .orElseThrow();
        assertThat(model.parameters()).as(name).isEqualTo(new BigDecimal(matcher.group(2)));
      }
    }
    assertThat(names).hasSameSizeAs(figures.models());
    String text = String.join(" ", facts);
    assertThat(text).contains("prints MLA-500M's cache as 342", "MHA 1536, GQA 384, MLA 288");
  }

  @Test
  void rowsOfTheRooflineAreThoseOfTheFacts() throws IOException {
    List<PaperFigures.Row> rows = new ArrayList<>(PaperFigures.read().rows());
    for (String line : facts()) {
      String[] cells = line.split("\\|", -1);
      if (cells.length == 7 && cells[1].matches(" \\d+ × \\d+ ")) {
        for (String cell : List.of(cells[2], cells[3], cells[4], cells[5])) {
          Matcher matcher = CELL.matcher(cell.strip());
          assertThat(matcher.matches()).as(cell).isTrue();
          PaperFigures.Row row = rows.removeFirst();
          assertThat(cells[1].strip()).isEqualTo("%d × %d".formatted(row.batch(), row.length()));
          assertThat(row.gigaOperations()).isEqualTo(decimal(matcher.group(1)));
          assertThat(row.gigabytes()).isEqualTo(decimal(matcher.group(2)));
          BigDecimal unit = new BigDecimal(matcher.group(4).equals("ms") ? "1e-3" : "1e-6");
          assertThat(row.seconds()).isEqualByComparingTo(decimal(matcher.group(3)).multiply(unit));
        }
      }
    }
    assertThat(rows).isEmpty();
  }

  private static BigDecimal decimal(String text) {
    return new BigDecimal(text.replace(" ", ""));
  }
}
