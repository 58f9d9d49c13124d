package org.gta4j.cli;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.gta4j.cache.CacheLayout;
import org.gta4j.cache.CacheType;
import org.gta4j.checkpoint.Checkpoint;
import org.gta4j.generate.LoadOptions;
import org.gta4j.measure.MachineRates;
import org.gta4j.measure.TimedSteps;
import org.gta4j.model.Preset;
import org.gta4j.model.export.WeightFormat;

/** {@code gta bench}. */
final class BenchVerb extends Verb {
  private static final String LLAMACPP = "llamacpp=";
  private static final int MOST_TOKENS = 1 << 24;

  private final Setting<String> random =
      Setting.text(
          "--random",
          "SHAPE",
          "Random weights of this shape instead of a model: %s."
              .formatted(String.join(", ", Preset.names())));
  private final Setting<String> weights =
      Setting.text(
          "--weights",
          "TYPE",
          "f32, f16, bf16, q8 or q4 (default: q8 for --random, and a model's as they are).");
  private final Setting<String> prompt =
      Setting.text(
          "--prompt",
          "N,...",
          "Tokens of the prompts to read, one case each; 0: none (default: 512).");
  private final Setting<Integer> generate =
      Setting.integer(
          "--generate", "N", "Tokens that each sequence decodes; 0: none (default: 64).");
  private final Setting<String> batch =
      Setting.text("--batch", "N,...", "Sequences at once, one case each (default: 1).");
  private final Setting<String> depth =
      Setting.text(
          "--depth",
          "N,...",
          "Tokens that are in the cache before the prompt, and before decoding, one case each (default: 0).");
  private final Setting<Integer> repetitions =
      Setting.integer("--repetitions", "N", "How often each is timed (default: 5).");
  private final Setting<String> compare =
      Setting.text(
          "--compare",
          "llamacpp=FOLDER",
          "Runs llama.cpp's llama-bench and llama-batched-bench, found in FOLDER or FOLDER/build/bin, in turns with it, on the same GGUF file, which is written for that where there is none; the cache is f16 then, if nobody chooses.");
  private final Setting<String> compareModel =
      Setting.text(
          "--compare-model",
          "FILE",
          "The GGUF file that llama.cpp runs instead, where it cannot run this model.");
  private final ModelOptions options;

  BenchVerb() {
    super(
        "bench",
        "[OPTION]...",
        List.of(
            "Measures how fast a model reads prompts and decodes: tokens a second of all sequences together, the middle one of several runs.",
            "The floor is how long it would take at least: the bytes that decoding touches at the speed this machine reads memory at,",
            "or a prompt's operations at the speed of its best matrix product; both speeds are measured first. 100 % would be perfect."),
        List.of(
            "gta bench --model model.gguf",
            "gta bench --random gta-1b --weights q4 --depth 512,8192 --batch 1,8 --cache-type f16",
            "gta bench --model model.gguf --depth 128,2048 --cache-type f16 --compare llamacpp=llama.cpp --json"));
    add(random, weights, prompt, generate, batch, depth, repetitions, compare, compareModel);
    options = new ModelOptions(this);
  }

  @Override
  void run(Terminal terminal) {
    List<Integer> prompts = numbers(prompt, "512", 0);
    List<Integer> batches = numbers(batch, "1", 1);
    List<Integer> depths = numbers(depth, "0", 0);
    int generated = Check.count(generate, 0, 64);
    int times = Check.count(repetitions, 1, 5);
    prompts.removeIf(tokens -> tokens == 0);
    if (prompts.isEmpty() && generated == 0) {
      throw new UsageException(
          "nothing to measure: ask for a --prompt or for tokens to --generate");
    }
    LoadOptions load = cached(options.loadOptions());
    Optional<WeightFormat> format = weights.value().map(BenchVerb::format);
    Optional<Path> peerFolder = peerFolder();
    Optional<Preset> shape = random.value().map(BenchVerb::shape);
    if (shape.isPresent() && options.path().isPresent()) {
      throw new UsageException(
          "--random %s instead of a --model: give one of them".formatted(random.or("")));
    }
    boolean retyped = shape.isEmpty() && format.isPresent();
    boolean peerRunsIt = peerFolder.isPresent() && !compareModel.isGiven();
    boolean written = retyped || (peerRunsIt && !isGguf(options.path()));
    try (Progress progress = new Progress(terminal, "measuring", 0, "cases");
        TimedFile file = new TimedFile()) {
      Optional<LlamaCpp> peer = Optional.empty();
      if (peerFolder.isPresent()) {
        Path model =
            !peerRunsIt
                ? Check.path(compareModel)
                : written ? file.path() : options.path().orElseThrow();
        peer = Optional.of(LlamaCpp.in(peerFolder.get(), model, load.threads(), load.cacheType()));
      }
      Checkpoint checkpoint =
          shape.isPresent()
              ? BenchModel.random(shape.get().name(), format.orElse(WeightFormat.Q8).dtype())
              : options.open();
      if (written) {
        Optional<WeightFormat> become = retyped ? format : Optional.empty();
        checkpoint = file.of(checkpoint, become, peerRunsIt, progress);
      }
      String name = shape.map(Preset::name).orElseGet(options::modelName);
      try (BenchModel model = BenchModel.of(name, checkpoint, load)) {
        run(terminal, progress, model, load, peer, prompts, generated, batches, depths, times);
      }
    }
  }

  private void run(
      Terminal terminal,
      Progress progress,
      BenchModel model,
      LoadOptions load,
      Optional<LlamaCpp> peer,
      List<Integer> prompts,
      int generated,
      List<Integer> batches,
      List<Integer> depths,
      int times) {
    for (String reason : model.reasons()) {
      terminal.say("backend %s runs, since %s".formatted(model.ops().name(), reason));
    }
    CacheLayout layout = model.decoder().cacheLayout(load.cacheType());
    int longest = Math.max(generated, prompts.stream().mapToInt(Integer::intValue).max().orElse(0));
    for (int sequences : batches) {
      for (int tokens : depths) {
        requireMemory(model, layout, sequences, tokens, longest);
      }
    }
    MachineRates rates = MachineRates.measure(model.ops(), model.checkpoint().weights().mainType());
    BenchReport report =
        new BenchReport(
            terminal,
            model,
            load.cacheType(),
            rates,
            peer.map(found -> "llama.cpp on " + found.model().getFileName()),
            options.isJson());
    report.begin();
    long total = (long) batches.size() * depths.size();
    long[] done = {0};
    BenchRun run =
        new BenchRun(
            model, load.cacheType(), rates, peer, times, news -> progress.at(done[0], news));
    for (int tokens : depths) {
      for (int sequences : batches) {
        progress.at(done[0], total);
        run.time(prompts, generated, sequences, tokens, report::add);
        done[0]++;
      }
    }
  }

  private static void requireMemory(
      BenchModel model, CacheLayout layout, int batch, int depth, int room) {
    long memory = MemoryCheck.physicalBytes();
    long cache = TimedSteps.cacheBytes(layout, batch, depth, room);
    long weights = 2 * model.checkpoint().weights().bytes(); // as stored, and packed
    if (cache > memory - weights) {
      throw new RefusedException(
          "%d sequences of %d tokens: their cache takes %s beside %s of weights, this machine has %s of memory: ask for fewer, or a smaller --cache-type"
              .formatted(
                  batch,
                  depth + room,
                  Numbers.bytes(cache),
                  Numbers.bytes(weights),
                  Numbers.bytes(memory)));
    }
  }

  private static Preset shape(String name) {
    try {
      return Preset.named(name);
    } catch (IllegalArgumentException e) {
      throw new UsageException("--random: " + e.getMessage());
    }
  }

  private static WeightFormat format(String name) {
    return WeightFormat.named(name)
        .orElseThrow(() -> UsageException.of("--weights", WeightFormat.labels(), name));
  }

  private static boolean isGguf(Optional<Path> model) {
    return model.isPresent() && String.valueOf(model.get().getFileName()).endsWith(".gguf");
  }

  /** llama.cpp's programs have no f32 cache: beside them, f16 is what both have by default. */
  private LoadOptions cached(LoadOptions load) {
    if (!compare.isGiven() || load.cacheType() != CacheType.F32) {
      return load;
    }
    if (options.isCacheTypeGiven()) {
      throw new UsageException(
          "--cache-type f32: llama.cpp's programs have no such cache: f16, bf16 or q8 can be compared");
    }
    return load.withCacheType(CacheType.F16);
  }

  /** Where llama.cpp is, if it is to run as well. */
  private Optional<Path> peerFolder() {
    if (!compare.isGiven()) {
      if (compareModel.isGiven()) {
        throw new UsageException("--compare-model is for --compare llamacpp=FOLDER");
      }
      return Optional.empty();
    }
    String given = compare.or("");
    if (!given.startsWith(LLAMACPP) || given.length() == LLAMACPP.length()) {
      throw UsageException.of("--compare", "llamacpp=FOLDER", given);
    }
    if (compareModel.isGiven() && !isGguf(Optional.of(Check.path(compareModel)))) {
      throw UsageException.of(
          "--compare-model", "a .gguf file, for llama.cpp to run", compareModel.or(""));
    }
    try {
      return Optional.of(Path.of(given.substring(LLAMACPP.length())));
    } catch (InvalidPathException e) {
      throw UsageException.of("--compare", "llamacpp=FOLDER", e.getInput());
    }
  }

  /** Numbers with commas between them. */
  private static List<Integer> numbers(Setting<String> option, String absent, int least) {
    List<Integer> numbers = new ArrayList<>();
    for (String part : option.or(absent).split(",", -1)) {
      try {
        numbers.add(Integer.parseInt(part.strip()));
      } catch (NumberFormatException e) {
        throw wrong(option, least, part);
      }
      if (numbers.getLast() < least || numbers.getLast() > MOST_TOKENS) {
        throw wrong(option, least, part);
      }
    }
    return numbers;
  }

  private static UsageException wrong(Setting<String> option, int least, String part) {
    return UsageException.of(
        option.name(),
        "integers from %d to %d with commas between them".formatted(least, MOST_TOKENS),
        part.isEmpty() ? "nothing between two commas" : part);
  }
}
