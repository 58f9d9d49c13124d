package org.gta4j.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.gta4j.attention.AttentionShape;
import org.gta4j.checkpoint.Json;
import org.gta4j.cost.AttentionTraffic;
import org.gta4j.cost.Ceilings;
import org.gta4j.cost.CountingRules;
import org.gta4j.cost.Hardware;
import org.gta4j.cost.NumberBytes;
import org.gta4j.cost.Operation;
import org.gta4j.cost.PaperFigures;
import org.gta4j.cost.StepSize;
import org.gta4j.cost.StepWork;
import org.gta4j.measure.CountedModel;
import org.gta4j.model.ModelConfig;
import org.gta4j.model.Preset;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The paper's figures beside our own. */
final class PaperReport {
  /** Models whose steps are computed and counted. */
  static final List<String> COUNTED =
      List.of("mha-160m", "gqa-160m", "mla-160m", "gta1-160m", "gqa-1b", "gta-1b");

  private static final double UNIT = 1 << 20;

  private static final CountingRules UNFUSED =
      new CountingRules(NumberBytes.HALVES, AttentionTraffic.UNFUSED, true);
  private static final CountingRules FUSED =
      new CountingRules(NumberBytes.HALVES, AttentionTraffic.FUSED, true);

  /**
   * What a variant costs, in words of its sizes: n_h heads of d_h, n_q maps, n_k key heads, n_v
   * value heads, n_c latents of d_l, H hidden; of MLA d_c the rank, d_n and d_r its keys' parts.
   */
  private static final List<String[]> COMPLEXITIES =
      List.of(
          new String[] {
            "attention", "cached a token", "multiply-adds a pair", "multiply-adds a token"
          },
          new String[] {"MHA", "2 n_h d_h", "2 n_h d_h", "4 H²"},
          new String[] {"GQA", "2 n_k d_h", "2 n_h d_h", "2 H² + 2 n_k d_h H"},
          new String[] {
            "MLA",
            "d_c + d_r",
            "n_h (d_r + 2 d_n), absorbed n_h (2 d_c + d_r)",
            "(d_c + d_r) H + n_h (d_r + d_n) H + 2 n_h d_c d_n + H²"
          },
          new String[] {"GVA", "n_k d_h + H", "n_q d_h + n_h d_h", "2 H² + (n_q + n_k) d_h H"},
          new String[] {
            "GHA", "n_k d_h + n_v d_h", "n_q d_h + n_h d_h", "H² + (n_q + n_k + n_v) d_h H"
          },
          new String[] {
            "GTA",
            "n_k d_h + n_c d_l",
            "n_q (d_h + d_l)",
            "2 H² + (n_q d_h + n_k d_h + n_c d_l + d_l) H"
          });

  private final PaperFigures figures = PaperFigures.read();
  private final Ceilings h100 = Hardware.named("h100").ceilings();
  private final List<PaperCounts> counts = new ArrayList<>();
  private final Map<String, AnalyzedModel> models = new LinkedHashMap<>();
  private final List<String> differences = new ArrayList<>();

  /** Lets the engine compute and counts. */
  void count(String name, CountedModel model) {
    for (PaperCounts found : PaperCounts.of(name, model)) {
      counts.add(found);
      differences.addAll(found.differences(model.config()));
    }
  }

  /** Where the engine does something else than the formulas say. */
  List<String> differences() {
    return List.copyOf(differences);
  }

  private AnalyzedModel model(String name) {
    return models.computeIfAbsent(name, n -> AnalyzedModel.of(Preset.named(n)));
  }

  private ModelConfig config(String name) {
    return model(name).config();
  }

  private AttentionShape shape(String name) {
    return config(name).attention().shape();
  }

  /** A row of the roofline as we compute it. */
  private record Roofline(double gigaOperations, double gigabytes, double seconds) {}

  private Roofline roofline(PaperFigures.Row row) {
    ModelConfig config = config(row.model());
    List<Operation> work = StepWork.of(config, row.step(), UNFUSED);
    // That roofline counts the output head's multiply-adds as one operation, all others as two.
    double head = (double) row.batch() * config.vocabSize() * config.hiddenSize();
    return new Roofline(
        (StepWork.operations(work) - head) / 1e9, StepWork.bytes(work) / 1e9, h100.seconds(work));
  }

  /** Of the headline's prompt, in seconds. */
  private double promptSeconds(String model, CountingRules rules) {
    return h100.seconds(StepWork.of(config(model), StepSize.prompt(1, 2048), rules));
  }

  /** All of it for people. */
  String text() {
    StringBuilder text = new StringBuilder();
    text.append(
        "What attention costs in a layer (table 4; GVA's last entry by its definition)\n\n");
    text.append(Table.of(COMPLEXITIES));
    text.append("\nThe trained models (table 5), the paper's figures and ours\n\n");
    text.append(Table.of(models()));
    text.append(
        "\nPredicted on an H100 with scores in memory (batch x tokens), the paper's and ours\n\n");
    text.append(Table.of(rows()));
    text.append("\nCounted in the engine, per layer, and by formula\n\n");
    text.append(Table.of(counted()));
    text.append("\nHeadlines\n\n");
    text.append(Table.of(headlines()));
    text.append("\nWhere the paper differs\n\n");
    found().forEach(each -> text.append("- ").append(each).append('\n'));
    return text.toString();
  }

  private List<String[]> models() {
    List<String[]> rows = new ArrayList<>();
    rows.add(new String[] {"model", "M parameters", "ours", "cached", "ours", "a pair", "a token"});
    for (PaperFigures.Model model : figures.models()) {
      AttentionShape shape = shape(model.name());
      rows.add(
          new String[] {
            model.name(),
            model.parameters().toPlainString(),
            "%.2f".formatted(config(model.name()).parameters() / UNIT),
            Integer.toString(model.cacheElements()),
            Integer.toString(shape.cacheElements()),
            "%,d".formatted(config(model.name()).attention().expandedShape().multiplyAddsPerPair()),
            "%,d".formatted(model(model.name()).linearMacs())
          });
    }
    return rows;
  }

  private List<String[]> rows() {
    List<String[]> rows = new ArrayList<>();
    rows.add(new String[] {"step", "model", "G operations", "ours", "GB", "ours", "time", "ours"});
    for (PaperFigures.Row row : figures.rows()) {
      Roofline ours = roofline(row);
      rows.add(
          new String[] {
            "%d x %d %s".formatted(row.batch(), row.length(), row.prefill() ? "prefill" : "decode"),
            row.model(),
            row.gigaOperations().toPlainString(),
            "%.4g".formatted(ours.gigaOperations()),
            row.gigabytes().toPlainString(),
            "%.3g".formatted(ours.gigabytes()),
            AnalyzeReport.seconds(row.seconds().doubleValue()),
            AnalyzeReport.seconds(ours.seconds())
          });
    }
    return rows;
  }

  private List<String[]> counted() {
    List<String[]> rows = new ArrayList<>();
    rows.add(
        new String[] {
          "model",
          "tokens",
          "multiply-adds of attention",
          "by formula",
          "cache written",
          "by formula",
          "read by a token"
        });
    for (PaperCounts each : counts) {
      rows.add(
          new String[] {
            each.model(),
            Integer.toString(each.tokens()),
            "%,d".formatted(each.prompt().attention() / CountedModel.LAYERS),
            "%,d".formatted(each.attentionMacs()),
            "%,d".formatted(each.prompt().cacheBytesWritten() / CountedModel.LAYERS),
            "%,d".formatted(each.cacheBytes()),
            "%,d".formatted(each.decode().cacheBytesRead() / CountedModel.LAYERS)
          });
    }
    return rows;
  }

  /** The last counted length of a model. */
  private PaperCounts last(String model) {
    return counts.stream()
        .filter(each -> each.model().equals(model))
        .reduce((first, second) -> second)
        .orElseThrow();
  }

  private double cacheSaved() {
    return 1 - (double) shape("gta-1b").cacheElements() / shape("gqa-1b").cacheElements();
  }

  private double cacheSavedCounted() {
    return 1 - last("gta-1b").cacheElements() / last("gqa-1b").cacheElements();
  }

  private double macsSaved() {
    return 1
        - (double) shape("gta-1b").multiplyAddsPerPair() / shape("gqa-1b").multiplyAddsPerPair();
  }

  private double macsSavedCounted() {
    return 1 - last("gta-1b").macsPerPair() / last("gqa-1b").macsPerPair();
  }

  private List<String[]> headlines() {
    return List.of(
        new String[] {"GTA-1B beside GQA-1B", "the paper", "by formula", "counted"},
        new String[] {"cache saved", "70 %", percent(cacheSaved()), percent(cacheSavedCounted())},
        new String[] {
          "attention's multiply-adds saved",
          "62.5 %",
          percent(macsSaved()),
          percent(macsSavedCounted())
        },
        new String[] {
          "prompt of 2048 on an H100",
          "17.5 to 9.1 ms",
          "%.1f to %.1f ms"
              .formatted(
                  promptSeconds("gqa-1b", UNFUSED) * 1e3, promptSeconds("gta-1b", UNFUSED) * 1e3),
          ""
        });
  }

  private static String percent(double share) {
    return "%.1f %%".formatted(share * 100);
  }

  /** What does not come out as it is printed. */
  private List<String> found() {
    List<String> found = new ArrayList<>();
    for (PaperFigures.Model model : figures.models()) {
      int ours = shape(model.name()).cacheElements();
      if (ours != model.cacheElements()) {
        found.add(
            "table 5 has a cache of %d for %s; its sizes give %d"
                .formatted(model.cacheElements(), model.name(), ours));
      }
      double parameters = config(model.name()).parameters() / UNIT;
      if (Math.abs(parameters - model.parameters().doubleValue()) > 0.01) {
        found.add(
            "table 5 has %s M parameters for %s; its sizes give %.2f"
                .formatted(model.parameters(), model.name(), parameters));
      }
    }
    found.add(
        "table 4 prints GVA's linear work as 2 H² + 2 n_k d_h H; by its definition it is 2 H² + (n_q + n_k) d_h H");
    found.add("M stands for 2^20 in table 5");
    found.add(
        "the roofline counts a multiply-add of the output head as one operation, all others as two");
    found.add(
        "the roofline computes scores that the causal mask hides, and sends all of them through memory: with fused attention a prompt of 2048 takes %.1f ms (GQA) and %.1f ms (GTA) by the same rates"
            .formatted(promptSeconds("gqa-1b", FUSED) * 1e3, promptSeconds("gta-1b", FUSED) * 1e3));
    return found;
  }

  /** All of it for programs, as one line. */
  String json() {
    ObjectNode json = Json.object();
    ArrayNode models = json.putArray("models");
    for (PaperFigures.Model model : figures.models()) {
      ObjectNode node = models.addObject();
      node.put("model", model.name());
      node.put("paper_parameters_m", model.parameters());
      node.put("parameters_m", Numbers.rounded(config(model.name()).parameters() / UNIT));
      node.put("parameters", config(model.name()).parameters());
      node.put("paper_cache_elements_per_token_layer", model.cacheElements());
      node.put("cache_elements_per_token_layer", shape(model.name()).cacheElements());
      node.put("attention_macs_per_pair", shape(model.name()).multiplyAddsPerPair());
      node.put("linear_macs_per_token", model(model.name()).linearMacs());
    }
    ArrayNode rows = json.putArray("roofline");
    for (PaperFigures.Row row : figures.rows()) {
      Roofline ours = roofline(row);
      ObjectNode node = rows.addObject();
      node.put("model", row.model());
      node.put("step", row.prefill() ? "prefill" : "decode");
      node.put("batch", row.batch());
      node.put("context", row.length());
      node.put("paper_giga_operations", row.gigaOperations());
      node.put("giga_operations", Numbers.rounded(ours.gigaOperations()));
      node.put("paper_gigabytes", row.gigabytes());
      node.put("gigabytes", Numbers.rounded(ours.gigabytes()));
      node.put("paper_seconds", row.seconds());
      node.put("seconds", ours.seconds());
    }
    ArrayNode counted = json.putArray("counted");
    for (PaperCounts each : counts) {
      ObjectNode node = counted.addObject();
      node.put("model", each.model());
      node.put("tokens", each.tokens());
      node.put("attention_macs", each.prompt().attention() / CountedModel.LAYERS);
      node.put("formula_attention_macs", each.attentionMacs());
      node.put("cache_bytes_written", each.prompt().cacheBytesWritten() / CountedModel.LAYERS);
      node.put("formula_cache_bytes", each.cacheBytes());
      node.put("decode_cache_bytes_read", each.decode().cacheBytesRead() / CountedModel.LAYERS);
    }
    ObjectNode headlines = json.putObject("headlines");
    headlines.put("cache_saved", Numbers.rounded(cacheSaved()));
    headlines.put("cache_saved_counted", Numbers.rounded(cacheSavedCounted()));
    headlines.put("attention_saved", Numbers.rounded(macsSaved()));
    headlines.put("attention_saved_counted", Numbers.rounded(macsSavedCounted()));
    headlines.put("gqa_prefill_seconds", promptSeconds("gqa-1b", UNFUSED));
    headlines.put("gta_prefill_seconds", promptSeconds("gta-1b", UNFUSED));
    found().forEach(json.putArray("differences")::add);
    return json.toString();
  }
}
