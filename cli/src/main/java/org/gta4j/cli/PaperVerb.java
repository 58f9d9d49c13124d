package org.gta4j.cli;

import java.util.List;
import org.gta4j.measure.CountedModel;
import org.gta4j.model.ModelConfig;
import org.gta4j.model.Preset;
import org.gta4j.ops.Ops;

/** {@code gta paper}. */
final class PaperVerb extends Verb {
  private final ModelOptions options;

  PaperVerb() {
    super(
        "paper",
        "[OPTION]...",
        List.of(
            "Puts the figures of the paper (arXiv 2506.17286) beside our own: what attention variants cost, the trained models' sizes,",
            "the predicted times on an H100, and the headline claims. Ours come from formulas, and from the engine itself:",
            "it computes some lengths and counts multiply-adds and bytes of cache on the way."),
        List.of("gta paper", "gta paper --json"));
    options = ModelOptions.ofOperations(this);
  }

  @Override
  public void run(Terminal terminal) {
    PaperReport report = new PaperReport();
    Ops ops = options.operations();
    try (ops;
        Progress progress =
            new Progress(terminal, "counting", PaperReport.COUNTED.size(), "models")) {
      for (int i = 0; i < PaperReport.COUNTED.size(); i++) {
        String name = PaperReport.COUNTED.get(i);
        progress.at(i, name);
        ModelConfig config = ModelConfig.read(Preset.named(name).config());
        try (CountedModel model = new CountedModel(config, ops)) {
          report.count(name, model);
        }
      }
    }
    if (options.isJson()) {
      terminal.line(report.json());
    } else {
      terminal.print(report.text());
    }
    if (!report.differences().isEmpty()) {
      throw new RefusedException(
          "counted and computed differ: " + String.join("; ", report.differences()));
    }
  }
}
