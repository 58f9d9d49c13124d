package org.gta4j.cli;

import java.util.List;
import java.util.Optional;
import org.gta4j.cache.BlockPool;
import org.gta4j.generate.Generation;
import org.gta4j.generate.LanguageModel;
import org.gta4j.generate.ModelOutputException;
import org.gta4j.generate.Request;
import org.gta4j.generate.Sampling;
import org.gta4j.generate.Scheduler;
import org.gta4j.generate.Speculation;

/** {@code gta generate}. */
final class GenerateVerb extends Verb {
  private final PromptOptions prompt = new PromptOptions(this);
  private final Setting<Integer> maxTokens =
      Setting.integer("--max-tokens", "N", "How many tokens to generate at most (default: 256).");
  private final SamplingOptions sampling;
  private final Setting<List<String>> stop =
      Setting.texts(
          "--stop",
          "TEXT",
          "A text that ends the answer and is not part of it; may be given several times.");
  private final Setting<Boolean> raw =
      Setting.flag(
          "--raw",
          "Continue the prompt as it is; without this a model with a chat template answers it.");
  private final Setting<Boolean> ignoreEnd =
      Setting.flag("--ignore-eos", "Go on after a token that ends the text.");
  private final SpeculationOption speculation;
  private final ModelOptions options;

  GenerateVerb() {
    super(
        "generate",
        "[OPTION]... [PROMPT]",
        List.of(
            "Continues a text, and prints it as it comes, behind a prompt given on the command line; a chat model answers it.",
            "Without options the choice is greedy: the same prompt gives the same text every time."),
        List.of(
            "gta generate \"Once upon a time\" --max-tokens 100",
            "gta generate --model FOLDER --temperature 0.8 --top-p 0.95 --seed 7 --prompt-file prompt.txt",
            "gta generate --model FOLDER --ids 1,403,407 --json"));
    add(maxTokens);
    sampling = new SamplingOptions(this);
    add(stop, raw, ignoreEnd);
    speculation = new SpeculationOption(this);
    options = new ModelOptions(this);
  }

  @Override
  public void run(Terminal terminal) {
    prompt.check();
    Sampling chosen = sampling.sampling(options.seed(), options.path().isEmpty());
    int most = Check.count(maxTokens, 1, 256);
    Speculation speculate = speculation.value();
    List<String> stops = stop.or(List.of());
    if (stops.contains("")) {
      throw UsageException.of("--stop", "a text", "an empty one");
    }
    try (LoadedModel loaded = options.load(terminal, true)) {
      LanguageModel model = loaded.model();
      sampling.report(terminal);
      long begin = System.nanoTime();
      Optional<int[]> message = raw.or(false) ? Optional.empty() : prompt.encodeMessage(model);
      int[] ids = message.orElseGet(() -> prompt.encode(model));
      Request request = new Request(ids, most, chosen, stops, ignoreEnd.or(false), speculate);
      MemoryCheck.cache(terminal, model, options, request.prompt().length + (long) most);
      boolean streams = !options.isJson();
      boolean asText = model.tokenizer().isPresent();
      try (BlockPool pool = model.pool(1)) {
        Scheduler scheduler = model.scheduler(pool);
        StringBuilder opening = new StringBuilder(message.isPresent() ? "" : prompt.opening());
        Generation generation =
            scheduler.submit(
                request,
                piece -> {
                  if (streams) {
                    terminal.print(opening + piece);
                    opening.setLength(0);
                  }
                });
        run(terminal, model, scheduler, generation, streams && !asText);
        if (streams) {
          terminal.print("\n");
        }
        GenerateReport report = new GenerateReport(loaded, generation, scheduler, begin);
        if (options.isJson()) {
          terminal.line(report.json());
        }
        if (options.isDebug() || (streams && terminal.isInteractive())) {
          terminal.say(report.line());
        }
      }
    }
  }

  private void run(
      Terminal terminal,
      LanguageModel model,
      Scheduler scheduler,
      Generation generation,
      boolean printsIds) {
    int length = generation.request().prompt().length;
    try (Progress reading = new Progress(terminal, "reading the prompt", length, "tokens")) {
      while (!scheduler.isIdle() && generation.ids().length == 0) {
        step(scheduler, model);
        reading.at(generation.promptTokensRead());
      }
    }
    int printed = printsIds ? printIds(terminal, generation, 0) : 0;
    if (options.isJson()) {
      // Nobody sees the answer grow.
      try (Progress answering =
          new Progress(terminal, "answering", generation.request().maxTokens(), "tokens")) {
        while (!scheduler.isIdle()) {
          step(scheduler, model);
          answering.at(generation.ids().length);
        }
      }
      return;
    }
    while (!scheduler.isIdle()) {
      step(scheduler, model);
      printed = printsIds ? printIds(terminal, generation, printed) : printed;
    }
  }

  private static void step(Scheduler scheduler, LanguageModel model) {
    try {
      scheduler.step();
    } catch (ModelOutputException e) {
      throw model.explained(e);
    }
  }

  private static int printIds(Terminal terminal, Generation generation, int printed) {
    int[] ids = generation.ids();
    for (int i = printed; i < ids.length; i++) {
      terminal.print((i == 0 ? "" : ",") + ids[i]);
    }
    return ids.length;
  }
}
