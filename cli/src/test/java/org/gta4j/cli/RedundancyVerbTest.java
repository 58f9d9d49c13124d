package org.gta4j.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

class RedundancyVerbTest {
  @TempDir private Path folder = Path.of("");
  private Path text = Path.of("");

  @BeforeEach
  void writeText() throws IOException {
    text = folder.resolve("story.txt");
    Files.writeString(
        text,
        "Once upon a time there was a little girl named Lily. She loved to play in the park. "
            .repeat(8));
  }

  private CommandRun look(String... more) {
    List<String> args =
        new ArrayList<>(
            List.of(
                "redundancy",
                "--model",
                GtaProcess.stories260k().toString(),
                "--file",
                text.toString(),
                "--threads",
                "2"));
    args.addAll(List.of(more));
    return CommandRun.of(args);
  }

  private static double number(JsonNode node, String key) {
    return node.required(key).doubleValue();
  }

  @Test
  void everyLayerIsComparedAndDecomposed() {
    CommandRun run = look("--window", "50", "--windows", "3", "--json");
    JsonNode json = run.json();
    assertThat(json.get("tokens").intValue()).isEqualTo(150);
    assertThat(json.get("layers")).hasSize(5);
    double sum = 0;
    for (JsonNode layer : json.get("layers")) {
      sum += number(layer, "cosine");
      JsonNode cosines = layer.get("pairs").get("cosine");
      assertThat(cosines).hasSize(8);
      double pairs = 0;
      for (int i = 0; i < 8; i++) {
        assertThat(cosines.get(i).get(i).doubleValue()).isEqualTo(1);
        for (int j = 0; j < i; j++) {
          double cosine = cosines.get(i).get(j).doubleValue();
          assertThat(cosine).isBetween(0.0, 1.0).isEqualTo(cosines.get(j).get(i).doubleValue());
          pairs += cosine;
        }
      }
      assertThat(number(layer, "cosine")).isCloseTo(pairs / 28, within(1e-4));
      assertThat(number(layer, "js_distance")).isBetween(0.0, 1.0);
      for (String part : List.of("keys", "values")) {
        JsonNode found = layer.get(part);
        int width = found.get("width").intValue();
        assertThat(width).isEqualTo(4 * 8); // key heads of 8
        assertThat(found.get("rows").intValue()).isEqualTo(150);
        assertThat(found.get("singular_values")).hasSize(width);
        assertThat(found.get("rank_90").intValue())
            .isPositive()
            .isLessThanOrEqualTo(found.get("rank_95").intValue());
        assertThat(found.get("rank_99").intValue())
            .isBetween(found.get("rank_95").intValue(), width);
      }
    }
    assertThat(number(json.get("mean"), "cosine")).isCloseTo(sum / 5, within(1e-4));
    assertThat(number(json.get("mean").get("same_keys"), "cosine")).isPositive();
  }

  /** The model's pieces of a prompt are joined: one window of many tokens, in steps of fewer. */
  @Test
  void peopleGetATableAndAPage() throws IOException {
    Path page = folder.resolve("page.html");
    CommandRun run = look("--out", page.toString());
    assertThat(run.code()).as(run.messages()).isZero();
    assertThat(run.results())
        .contains("8 maps, 4 key heads of 8", "mean of all layers", "same keys", "values 90 %");
    String html = Files.readString(page);
    assertThat(html).contains("\"variant\":\"gqa\"", "uPlot").doesNotContainPattern("(src|href)=");
    assertThat(html).doesNotContain("/*DATA*/", "/*STYLE*/", "/*UPLOT*/");
  }

  @Test
  void whatCannotBeLookedAtIsRefused() throws IOException {
    assertThat(look("--window", "2").messages()).contains("--window: expected an integer from 3");
    assertThat(look("--windows", "0").code()).isEqualTo(2);
    CommandRun longer = look("--window", "100000");
    assertThat(longer.code()).isEqualTo(1);
    assertThat(longer.messages()).contains("more than the context of 512 tokens");
    Files.writeString(text, "");
    CommandRun empty = look();
    assertThat(empty.code()).isEqualTo(1);
    assertThat(empty.messages()).contains("expected a text of some tokens");
    text = folder.resolve("none.txt");
    assertThat(look().messages()).contains("none.txt");
  }
}
