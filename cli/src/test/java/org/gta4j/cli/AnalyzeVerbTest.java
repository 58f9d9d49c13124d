package org.gta4j.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.data.Percentage.withPercentage;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.gta4j.checkpoint.Json;
import org.gta4j.checkpoint.SafetensorsReader;
import org.gta4j.cost.Hardware;
import org.gta4j.model.Preset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

class AnalyzeVerbTest {
  @TempDir private Path folder = Path.of("");

  private static CommandRun analyze(String... options) {
    List<String> arguments = new ArrayList<>(List.of(options));
    arguments.addFirst("analyze");
    return CommandRun.of(arguments);
  }

  private static List<JsonNode> json(String... options) {
    return analyze(options).jsonLines();
  }

  /** The paper's headline: 17.5 and 9.1 ms for a prompt of 2048 tokens. */
  @Test
  void unfusedAttentionOnTheH100IsThePapers() {
    List<JsonNode> lines = json("--preset", "gqa-1b,gta-1b", "--attention", "unfused", "--json");
    assertThat(lines).hasSize(2);
    JsonNode gqa = lines.get(0);
    JsonNode gta = lines.get(1);
    assertThat(gqa.get("prefill_seconds").doubleValue()).isCloseTo(17.5e-3, within(0.5e-3));
    assertThat(gta.get("prefill_seconds").doubleValue()).isCloseTo(9.1e-3, within(0.25e-3));
    assertThat(gqa.get("decode_seconds").doubleValue()).isCloseTo(788.2e-6, within(1e-6));
    assertThat(gta.get("decode_seconds").doubleValue()).isCloseTo(751.9e-6, within(1e-6));
    assertThat(gta.get("parameters").longValue()).isEqualTo(1_128_766_208L);
    assertThat(gta.get("cache_elements_per_token_layer").intValue()).isEqualTo(192);
    assertThat(gqa.get("attention_macs_per_pair").intValue()).isEqualTo(2560);
    assertThat(gta.get("attention_macs_per_pair").intValue()).isEqualTo(960);
    assertThat(gta.get("linear_macs_per_token").longValue())
        .isEqualTo(2L * 1280 * 1280 + (5 * 64 + 64 + 128 + 128) * 1280L);
    assertThat(gta.get("hardware").stringValue()).isEqualTo("h100");
  }

  @Test
  void everyContextAndBatchIsALine() {
    List<JsonNode> lines =
        json(
            "--preset",
            "gqa-160m",
            "--context",
            "128,4096",
            "--batch",
            "1,8",
            "--json",
            "--hardware",
            "l4");
    assertThat(lines)
        .extracting(line -> line.get("context").intValue())
        .containsExactly(128, 128, 4096, 4096);
    assertThat(lines).extracting(line -> line.get("batch").intValue()).containsExactly(1, 8, 1, 8);
    long cache = 384 * 24 * 2L;
    JsonNode last = lines.getLast();
    assertThat(last.get("cache_bytes_per_token").longValue()).isEqualTo(cache);
    assertThat(last.get("largest_batch").longValue())
        .isEqualTo((long) ((24e9 - 2 * last.get("parameters").doubleValue()) / (cache * 4096)));
    // Weights are read once for all sequences: eight decode in less than twice the time of one.
    assertThat(lines.get(1).get("decode_seconds").doubleValue())
        .isLessThan(2 * lines.get(0).get("decode_seconds").doubleValue());
  }

  @Test
  void aConfigurationIsEnough() throws IOException {
    Path config = folder.resolve("config.json");
    Files.write(config, Json.toBytes(Preset.named("gta2-160m").config().json()));
    JsonNode shape = json("--preset", "gta2-160m", "--json").getFirst();
    for (Path path : List.of(config, folder)) {
      JsonNode found = json("--model", path.toString(), "--json").getFirst();
      assertThat(found.get("parameters")).isEqualTo(shape.get("parameters"));
      assertThat(found.get("decode_seconds")).isEqualTo(shape.get("decode_seconds"));
      assertThat(found.get("model").stringValue()).isEqualTo(path.toString());
    }
  }

  /** The weights' own type counts, in however many files they are. */
  @Test
  void weightsInSeveralFilesAreOfTheirType() throws IOException {
    Path whole = GtaProcess.root().resolve("fixtures/gta/gta-1b-shape");
    Files.copy(whole.resolve("config.json"), folder.resolve("config.json"));
    Files.copy(whole.resolve("model.safetensors"), folder.resolve("part-1.safetensors"));
    ObjectNode index = Json.object();
    ObjectNode map = index.putObject("weight_map");
    try (Arena arena = Arena.ofConfined()) {
      SafetensorsReader.read(whole.resolve("model.safetensors"), arena)
          .keySet()
          .forEach(name -> map.put(name, "part-1.safetensors"));
    }
    Files.write(folder.resolve("model.safetensors.index.json"), Json.toBytes(index));
    assertThat(weightsOf(folder)).isEqualTo(weightsOf(whole)).isEqualTo("f32");
    // Rows of this one are no multiple of 32.
    Files.delete(folder.resolve("model.safetensors.index.json"));
    assertThat(weightsOf(folder)).isEqualTo("bf16");
    CommandRun blocks =
        CommandRun.of(
            List.of(
                "analyze", "--model", folder.toString(), "--hardware", "this", "--weights", "q8"));
    assertThat(blocks.code()).isEqualTo(2);
    assertThat(blocks.messages()).contains("--weights: expected a type without blocks");
  }

  private static String weightsOf(Path model) {
    return json("--model", model.toString(), "--hardware", "this", "--context", "64", "--json")
        .getFirst()
        .get("weights")
        .stringValue();
  }

  @Test
  void thisMachineIsMeasured() {
    List<JsonNode> lines =
        json("--preset", "gta-tiny", "--hardware", "this", "--context", "64,1024", "--json");
    for (JsonNode line : lines) {
      assertThat(line.get("hardware").stringValue()).isEqualTo("this");
      assertThat(line.get("weights").stringValue()).isEqualTo("q8_0");
      assertThat(line.get("cache_type").stringValue()).isEqualTo("f32");
      assertThat(line.get("decode_seconds").doubleValue()).isBetween(1e-7, 1.0);
      assertThat(line.get("prefill_seconds").doubleValue())
          .isGreaterThan(line.get("decode_seconds").doubleValue());
    }
    assertThat(lines.get(1).get("prefill_seconds").doubleValue())
        .isGreaterThan(lines.get(0).get("prefill_seconds").doubleValue());
  }

  @Test
  void peopleGetATable() {
    CommandRun run = analyze("--preset", "mla-500m", "--cache-type", "q8", "--weights", "q4");
    assertThat(run.code()).isZero();
    assertThat(run.results())
        .contains(
            "mla-500m: mla attention, 541,",
            "352 numbers cached a token",
            "in q8",
            "fused attention")
        .contains("prefill", "decode", "largest");
  }

  @Test
  void aPageHoldsEverythingItNeeds() throws IOException {
    Path page = folder.resolve("report.html");
    String name = "</script>";
    Path config = Files.createDirectory(folder.resolve("<")).resolve("config.json");
    Files.write(config, Json.toBytes(Preset.named("gta-tiny").config().json()));
    CommandRun run =
        analyze(
            "--model",
            config.toString(),
            "--preset",
            "gqa-1b,gta-1b",
            "--hardware",
            "a100",
            "--context",
            "3000,128",
            "--batch",
            "3",
            "--out",
            page.toString());
    assertThat(run.code()).as(run.messages()).isZero();
    assertThat(run.messages()).contains("wrote " + page);
    String html = Files.readString(page);
    assertThat(html).contains("var uPlot", "prefers-color-scheme: dark").doesNotContain("/*DATA*/");
    assertThat(html).doesNotContainPattern("(src|href)=").doesNotContain("@import");
    int begin = html.indexOf("id=\"data\">") + "id=\"data\">".length();
    JsonNode data = JsonMapper.shared().readTree(html.substring(begin, html.indexOf(name, begin)));
    assertThat(data.get("models").get(0).get("name").stringValue()).isEqualTo(config.toString());
    List<Integer> contexts = new ArrayList<>();
    data.get("contexts").forEach(each -> contexts.add(each.intValue()));
    assertThat(contexts).isSorted().contains(128, 512, 3000, 131072);
    assertThat(contexts.get(data.get("start").get("context").intValue())).isEqualTo(3000);
    assertThat(data.get("hardware")).hasSize(Hardware.all().size());
    assertThat(data.get("hardware").get(0).get("label").stringValue()).contains("A100");
    // The same numbers as are printed.
    JsonNode line =
        json(
                "--preset",
                "gta-1b",
                "--hardware",
                "a100",
                "--context",
                "3000",
                "--batch",
                "3",
                "--json")
            .getFirst();
    JsonNode found = data.get("runs").get(0).get(2);
    int context = contexts.indexOf(3000);
    assertThat(found.get("largest_batch").get(context)).isEqualTo(line.get("largest_batch"));
    assertThat(found.get("decode_seconds").get(context).get(2).doubleValue())
        .isCloseTo(line.get("decode_seconds").doubleValue(), withPercentage(0.01));
  }

  @Test
  void whatMakesNoSenseIsRefused() {
    assertThat(analyze("--preset", "gta-2b"))
        .satisfies(run -> assertThat(run.code()).isEqualTo(2))
        .satisfies(run ->
            assertThat(run.messages())
                .contains("--preset: expected the name of a shape", "found gta-2b"));
    assertThat(analyze("--hardware", "abacus").messages())
        .contains("--hardware: expected this, h100", "found abacus");
    assertThat(analyze("--attention", "some").messages())
        .contains("--attention: expected fused or unfused, found some");
    assertThat(analyze("--context", "0").messages())
        .contains("--context: expected integers from 1");
    assertThat(analyze("--batch", "1,,2").messages()).contains("nothing between two commas");
    assertThat(analyze("--weights", "q9").messages()).contains("--weights: expected f32");
    CommandRun missing = analyze("--model", folder.resolve("none").toString());
    assertThat(missing.code()).isEqualTo(1);
    assertThat(missing.messages()).contains("none");
  }
}
