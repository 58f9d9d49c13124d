package org.gta4j.cli;

import java.util.Arrays;
import java.util.List;
import org.gta4j.checkpoint.Json;
import org.gta4j.generate.LanguageModel;
import tools.jackson.databind.node.ObjectNode;

/** {@code gta perplexity}. */
final class PerplexityVerb extends Verb {
  private final Setting<String> file =
      Setting.required("--file", "FILE", "The text; - is standard input.");
  private final Setting<Integer> window =
      Setting.integer("--window", "W", "Tokens a window (default: the context).");
  private final Setting<Integer> windows =
      Setting.integer(
          "--windows", "N", "How many windows, from the beginning (default: all whole ones).");
  private final EscapeOption escape;
  private final ModelOptions options;

  PerplexityVerb() {
    super(
        "perplexity",
        "--file FILE [OPTION]...",
        List.of(
            "Measures how well a model foresees a text; lower is better.",
            "The text is cut into windows; in each, every token but the first is scored given those before it."),
        List.of(
            "gta perplexity --file stories.txt",
            "gta perplexity --model FOLDER --file wiki.test.raw --window 2048 --windows 8 --json"));
    add(file, window, windows);
    escape = new EscapeOption(this);
    options = new ModelOptions(this);
  }

  @Override
  public void run(Terminal terminal) {
    Check.count(window, 2, 2);
    int most = Check.count(windows, 1, Integer.MAX_VALUE);
    try (LoadedModel loaded = options.load(terminal)) {
      LanguageModel model = loaded.model();
      int size = window.or(model.contextLength());
      if (size > model.contextLength()) {
        throw new RefusedException(
            "--window %d is more than the context of %d tokens: ask for a longer --context"
                .formatted(size, model.contextLength()));
      }
      if (model.tokenizer().isEmpty()) {
        throw new RefusedException(
            "%s has no tokenizer (tokenizer.json, tokenizer.model or tokenizer.bin), and without one no text can be scored"
                .formatted(options.modelName()));
      }
      int[] ids = model.encode(TextFiles.read(file), escape.control());
      if (ids.length < 2) {
        throw new RefusedException(TextFiles.label(file) + ": there is no text to score");
      }
      if (ids.length < size) {
        terminal.say(
            "%s has %d tokens, less than a window of %d: they are scored as one window"
                .formatted(TextFiles.label(file), ids.length, size));
        size = ids.length;
      }
      MemoryCheck.cache(terminal, model, options, size);
      int count = Math.min(ids.length / size, most);
      score(terminal, model, ids, size, count);
    }
  }

  private void score(Terminal terminal, LanguageModel model, int[] ids, int size, int count) {
    TextScore score = new TextScore(model);
    long begin = System.nanoTime();
    try (Progress progress = new Progress(terminal, "scoring", (long) size * count, "tokens")) {
      for (int i = 0; i < count; i++) {
        long before = (long) i * size;
        String soFar = i == 0 ? "" : "perplexity %.3f so far".formatted(score.perplexity());
        score.add(
            position -> progress.at(before + position, soFar),
            Arrays.copyOfRange(ids, i * size, (i + 1) * size));
      }
    }
    double rate = (double) size * count / (System.nanoTime() - begin) * 1e9;
    if (options.isJson()) {
      ObjectNode json = Json.object();
      json.put("ppl", score.perplexity());
      json.put("nll_sum", score.negativeLogLikelihood());
      json.put("tokens", score.tokens());
      score.bitsPerByte().ifPresent(bits -> json.put("bits_per_byte", bits));
      json.put("tokens_per_second", Numbers.rounded(rate));
      terminal.line(json.toString());
    } else {
      terminal.line(
          "perplexity %.4f (%.4f nats a token%s) of %d tokens in %d windows of %d, %.0f tokens a second"
              .formatted(
                  score.perplexity(),
                  score.negativeLogLikelihood() / score.tokens(),
                  score.bitsPerByte().isPresent()
                      ? ", %.4f bits a byte".formatted(score.bitsPerByte().getAsDouble())
                      : "",
                  score.tokens(),
                  count,
                  size,
                  rate));
    }
  }
}
