package org.gta4j.cli;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.gta4j.attention.AttentionShape;
import org.gta4j.checkpoint.AtomicOutput;
import org.gta4j.checkpoint.Checkpoint;
import org.gta4j.measure.ObservedModel;
import org.gta4j.model.ModelConfig;
import org.gta4j.ops.Ops;
import org.gta4j.tokenizer.Tokenizer;

/** {@code gta redundancy}. */
final class RedundancyVerb extends Verb {
  private final Setting<String> file =
      Setting.required("--file", "FILE", "The text; - is standard input.");
  private final Setting<Integer> window =
      Setting.integer(
          "--window",
          "W",
          "Tokens that are read together; work grows with its square (default: 512, or the context).");
  private final Setting<Integer> windows =
      Setting.integer("--windows", "N", "How many windows, from the beginning (default: 4).");
  private final Setting<String> out =
      Setting.text("--out", "FILE.html", "Also writes a page with heat maps; it needs no network.");
  private final EscapeOption escape;
  private final ModelOptions options;

  RedundancyVerb() {
    super(
        "redundancy",
        "--file FILE [OPTION]...",
        List.of(
            "Looks for what a model's attention has twice, which is what GTA leaves out: how similar maps of different heads are,",
            "and how few directions keys and values need.",
            "Similarity is the mean over tokens of the cosine and of the Jensen-Shannon distance (0: the same) of two maps' rows;",
            "once more without a text's first token, which heads look at when they look for nothing.",
            "A rank is how many singular values hold 90, 95 or 99 % of the energy of all rows of a layer's keys or values, all heads side by side;",
            "keys are taken as they are cached, turned by their positions."),
        List.of(
            "gta redundancy --model model.gguf --file wiki.test.raw",
            "gta redundancy --model FOLDER --file wiki.test.raw --windows 8 --out redundancy.html --json"));
    add(file, window, windows, out);
    escape = new EscapeOption(this);
    options = ModelOptions.withoutCache(this);
  }

  @Override
  public void run(Terminal terminal) {
    Check.count(window, 3, 512);
    int most = Check.count(windows, 1, 4);
    Optional<Path> page = out.isGiven() ? Optional.of(Check.path(out)) : Optional.empty();
    try (Checkpoint checkpoint = options.open()) {
      Tokenizer tokenizer = options.tokenizer(checkpoint);
      ModelConfig config = ModelConfig.read(checkpoint.config());
      int size = window.or(Math.min(512, config.contextLength()));
      if (size > config.contextLength()) {
        throw new RefusedException(
            "--window %d is more than the context of %d tokens"
                .formatted(size, config.contextLength()));
      }
      int[] ids =
          tokenizer.encode(TextFiles.read(file), Tokenizer.Framing.PROMPT, escape.control());
      if (ids.length < 3) {
        throw new RefusedException(
            "%s: expected a text of some tokens, found %d"
                .formatted(TextFiles.label(file), ids.length));
      }
      int length = Math.min(size, ids.length);
      int count = Math.min(ids.length / length, most);
      requireMemory(config, (long) length * count);
      Redundancy redundancy = look(terminal, checkpoint, config, ids, length, count);
      RedundancyReport report =
          new RedundancyReport(
              options.modelName(), config, TextFiles.label(file), length, redundancy);
      if (options.isJson()) {
        terminal.line(report.json());
      } else {
        terminal.print(report.text());
      }
      if (page.isPresent()) {
        AtomicOutput.write(page.get(), report.html());
        terminal.say("wrote " + page.get());
      }
    }
  }

  /** Rows of all layers are kept until their singular values are known. */
  private static void requireMemory(ModelConfig config, long tokens) {
    AttentionShape shape = config.attention().shape();
    long row = shape.queryWidth() + 2L * shape.cacheElements();
    long bytes = tokens * row * Float.BYTES * config.numHiddenLayers();
    long heap = Runtime.getRuntime().maxMemory();
    if (bytes > heap / 2) {
      throw new RefusedException(
          "rows of %d tokens take %s, and Java may have %s: ask for fewer or shorter --windows, or set GTA_JAVA_OPTS=-Xmx…"
              .formatted(tokens, Numbers.bytes(bytes), Numbers.bytes(heap)));
    }
  }

  private Redundancy look(
      Terminal terminal,
      Checkpoint checkpoint,
      ModelConfig config,
      int[] ids,
      int length,
      int count) {
    Redundancy redundancy = new Redundancy(config);
    Ops ops = options.operations();
    try (ops;
        Progress progress = new Progress(terminal, "reading", (long) length * count, "tokens");
        ObservedModel model = new ObservedModel(config, checkpoint.weights(), ops, redundancy)) {
      for (int i = 0; i < count; i++) {
        model.read(Arrays.copyOfRange(ids, i * length, (i + 1) * length));
        redundancy.endText(length);
        progress.at((i + 1L) * length);
      }
    }
    return redundancy;
  }
}
