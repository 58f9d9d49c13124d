package org.gta4j.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.gta4j.cache.CacheType;
import org.gta4j.checkpoint.AtomicOutput;
import org.gta4j.cost.AttentionTraffic;
import org.gta4j.cost.Hardware;
import org.gta4j.generate.LoadOptions;
import org.gta4j.model.Preset;
import org.gta4j.model.export.WeightFormat;

/** {@code gta analyze}. */
public final class AnalyzeVerb extends Verb {
  private static final int MOST_TOKENS = 1 << 20;
  private static final int MOST_SEQUENCES = 1 << 20;

  private final Setting<String> preset =
      Setting.text(
          "--preset",
          "NAME,...",
          "Shapes to analyze, beside a --model or instead of it: %s."
              .formatted(String.join(", ", Preset.names())));
  private final Setting<String> context =
      Setting.text(
          "--context",
          "N,...",
          "Tokens of the prompts that are read, and tokens that decoding sees (default: 2048).");
  private final Setting<String> batch =
      Setting.text("--batch", "N,...", "Sequences at once (default: 1).");
  private final Setting<String> hardware =
      Setting.text(
          "--hardware",
          "NAME",
          "Where it runs: %s, which is measured, or one of %s, where the cache is bf16 if nobody chooses (default: h100)."
              .formatted(
                  AnalyzedMachine.THIS,
                  String.join(", ", Hardware.all().stream().map(Hardware::name).toList())));
  private final Setting<String> attention =
      Setting.text(
          "--attention",
          "KIND",
          "fused: scores stay inside the processor, as with FlashAttention and here; unfused: they go through memory, as the paper's prediction has it (default: fused).");
  private final Setting<String> weights =
      Setting.text(
          "--weights",
          "TYPE",
          "f32, f16, bf16, q8 or q4 (default: bf16; on this machine as a model has them, q8 for a shape).");
  private final Setting<String> out =
      Setting.text(
          "--out",
          "FILE.html",
          "Also writes a page with curves of these models on all hardware; it needs no network.");
  private final TrainingAnalysis training = new TrainingAnalysis();
  private final ModelOptions options;
  private final Optional<TrainingMeasure> measure;

  AnalyzeVerb() {
    this(Optional.empty());
  }

  /** The verb in an application that can find out how fast this machine trains. */
  public static AnalyzeVerb with(TrainingMeasure measure) {
    return new AnalyzeVerb(Optional.of(measure));
  }

  private AnalyzeVerb(Optional<TrainingMeasure> measure) {
    super(
        "analyze",
        "[OPTION]...",
        List.of(
            "Says what a model costs before anybody trains it: parameters, cache, work, and how long a step takes on some hardware.",
            "A step's operations are counted one by one; each takes as long as its arithmetic or its way through memory, whichever is longer.",
            "With --json a line for each case; macs are multiply-adds, of a layer's attention for a pair of tokens or a token.",
            "With --training, what a step of training costs each of several devices (docs/scale.md)."),
        List.of(
            "gta analyze --preset gqa-1b,gta-1b --context 2048,32768 --batch 1,32",
            "gta analyze --preset gqa-1b,gta-1b --attention unfused",
            "gta analyze --preset mha-160m,mla-160m,gqa-160m,gta1-160m --out report.html",
            "gta analyze --model FOLDER --hardware this --context 512,8192 --json",
            "gta analyze --training --preset gqa-1b,gta-1b --hardware h100-sxm --devices 8,64,512 --zero 1",
            "gta analyze --training --preset gta-tiny --hardware this --devices 1,2"));
    add(preset, hardware, context, batch, attention, weights, out);
    training.addTo(this);
    options = ModelOptions.withoutContext(this);
    this.measure = measure;
  }

  @Override
  public void run(Terminal terminal) {
    boolean here = hardware.or("").equals(AnalyzedMachine.THIS);
    Optional<Hardware> listed = here ? Optional.empty() : Optional.of(listed());
    if (training.isAsked()) {
      requireNone(context, batch, attention, weights, out, options.cacheType());
      int threads = options.loadOptions().threads();
      training.run(terminal, options.isJson(), models(), listed, measure, threads);
      return;
    }
    training.requireNone();
    List<Integer> contexts = Check.numbers(context, "2048", 1, MOST_TOKENS);
    List<Integer> batches = Check.numbers(batch, "1", 1, MOST_SEQUENCES);
    AttentionTraffic traffic = traffic();
    Optional<WeightFormat> format = Check.weights(weights);
    LoadOptions load = options.loadOptions();
    Optional<Path> page = out.isGiven() ? Optional.of(Check.path(out)) : Optional.empty();
    Optional<CacheType> cache =
        options.isCacheTypeGiven() ? Optional.of(load.cacheType()) : Optional.empty();
    AnalyzeReport report = new AnalyzeReport(terminal, options.isJson());
    List<AnalyzedModel> models = models();
    List<AnalyzedMachine> machines = new ArrayList<>();
    try (Progress progress = new Progress(terminal, "analyzing", models.size(), "models")) {
      for (int i = 0; i < models.size(); i++) {
        AnalyzedModel model = models.get(i);
        progress.at(i, model.name());
        AnalyzedMachine machine =
            listed
                .map(known -> AnalyzedMachine.listed(known, model, format, cache, traffic))
                .orElseGet(() -> AnalyzedMachine.here(model, format, load, traffic));
        machines.add(machine);
        report.begin(model, machine);
        for (int tokens : contexts) {
          for (int sequences : batches) {
            report.add(AnalyzedCase.of(model, machine, sequences, tokens));
          }
        }
      }
    }
    if (page.isPresent()) {
      AnalyzePage curves = new AnalyzePage(models, traffic, contexts, batches);
      curves.add(machines);
      for (Hardware other : Hardware.all()) {
        if (!other.name().equals(machines.getFirst().name())) {
          curves.add(
              models.stream()
                  .map(model -> AnalyzedMachine.listed(other, model, format, cache, traffic))
                  .toList());
        }
      }
      AtomicOutput.write(page.get(), curves.html());
      terminal.say("wrote " + page.get());
    }
  }

  private static void requireNone(Setting<?>... unheard) {
    for (Setting<?> option : unheard) {
      if (option.isGiven()) {
        throw UsageException.of(option.name(), "no --training beside it", "both");
      }
    }
  }

  private List<AnalyzedModel> models() {
    List<AnalyzedModel> models = new ArrayList<>();
    options.path().ifPresent(path -> models.add(AnalyzedModel.at(path, options.modelName())));
    if (preset.isGiven()) {
      for (String name : preset.or("").split(",", -1)) {
        models.add(AnalyzedModel.of(Check.preset(preset, name.strip())));
      }
    }
    return models.isEmpty() ? List.of(AnalyzedModel.embedded()) : models;
  }

  private Hardware listed() {
    try {
      return Hardware.named(hardware.or("h100"));
    } catch (IllegalArgumentException e) {
      throw new UsageException(
          "--hardware: %s"
              .formatted(e.getMessage())
              .replace("expected one of ", "expected this, "));
    }
  }

  private AttentionTraffic traffic() {
    return switch (attention.or("fused")) {
      case "fused" -> AttentionTraffic.FUSED;
      case "unfused" -> AttentionTraffic.UNFUSED;
      default -> throw UsageException.of("--attention", "fused or unfused", attention.or(""));
    };
  }
}
