package org.gta4j.cli;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.gta4j.cache.CacheType;
import org.gta4j.checkpoint.Checkpoint;
import org.gta4j.generate.LoadOptions;
import org.gta4j.measure.MachineRates;
import org.gta4j.model.ModelConfig;
import org.gta4j.model.Preset;
import org.gta4j.model.export.GgufExport;
import org.gta4j.model.export.WeightFormat;

/** {@code gta bench}. */
final class BenchVerb extends Verb {
  private static final String LLAMACPP = "llamacpp=";
  private static final int MOST_TOKENS = 1 << 24;
  private static final int MOST_SEQUENCES = 4096;

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
  public void run(Terminal terminal) {
    BenchPlan plan = plan();
    LoadOptions load = cached(options.loadOptions());
    if (load.context().isPresent() && plan.longest() > load.context().get()) {
      throw UsageException.of(
          "--context",
          "room for sequences of %d tokens".formatted(plan.longest()),
          load.context().get());
    }
    Optional<WeightFormat> format = Check.weights(weights);
    Optional<Path> peerFolder = peerFolder();
    Optional<Preset> shape = random.value().map(name -> Check.preset(random, name));
    if (shape.isPresent() && options.path().isPresent()) {
      throw new UsageException(
          "--random %s instead of a --model: give one of them".formatted(random.or("")));
    }
    boolean retyped = shape.isEmpty() && format.isPresent();
    boolean peerRunsIt = peerFolder.isPresent() && !compareModel.isGiven();
    boolean written = retyped || (peerRunsIt && !isGguf(options.path()));
    try (Progress progress = new Progress(terminal, "measuring", plan.cases(), "cases");
        TimedFile file = new TimedFile()) {
      Optional<LlamaCpp> peer = Optional.empty();
      if (peerFolder.isPresent()) {
        Path model =
            !peerRunsIt
                ? Check.path(compareModel)
                : written ? file.path() : options.path().orElseThrow();
        peer = Optional.of(LlamaCpp.in(peerFolder.get(), model, load.threads(), load.cacheType()));
      }
      Checkpoint checkpoint = checkpoint(plan, load, shape, format.orElse(WeightFormat.Q8));
      if (peerRunsIt) {
        requireKnown(checkpoint);
      }
      if (written) {
        Optional<WeightFormat> become = retyped ? format : Optional.empty();
        checkpoint = file.of(checkpoint, become, progress);
      }
      String name = shape.map(Preset::name).orElseGet(options::modelName);
      try (BenchModel model = BenchModel.of(name, checkpoint, load)) {
        run(terminal, progress, model, load, peer, plan);
      }
    }
  }

  private BenchPlan plan() {
    List<Integer> prompts = Check.numbers(prompt, "512", 0, MOST_TOKENS);
    List<Integer> batches = Check.numbers(batch, "1", 1, MOST_SEQUENCES);
    List<Integer> depths = Check.numbers(depth, "0", 0, MOST_TOKENS);
    int generated = Check.count(generate, 0, 64);
    int times = Check.count(repetitions, 1, 5);
    prompts.removeIf(tokens -> tokens == 0);
    if (prompts.isEmpty() && generated == 0) {
      throw new UsageException(
          "nothing to measure: ask for a --prompt or for tokens to --generate");
    }
    return new BenchPlan(prompts, generated, batches, depths, times);
  }

  /** The model's weights, where there is memory for what is planned. */
  private Checkpoint checkpoint(
      BenchPlan plan, LoadOptions load, Optional<Preset> shape, WeightFormat format) {
    if (shape.isPresent()) {
      ModelConfig config = ModelConfig.read(shape.get().config());
      plan.requireMemory(config, load.cacheType(), format.dtype().bytes(config.parameters()));
      return BenchModel.random(shape.get(), format.dtype());
    }
    Checkpoint checkpoint = options.open();
    try {
      plan.requireMemory(
          ModelConfig.read(checkpoint.config()), load.cacheType(), checkpoint.weights().bytes());
      return checkpoint;
    } catch (RuntimeException | Error e) {
      checkpoint.close();
      throw e;
    }
  }

  private void run(
      Terminal terminal,
      Progress progress,
      BenchModel model,
      LoadOptions load,
      Optional<LlamaCpp> peer,
      BenchPlan plan) {
    for (String reason : model.reasons()) {
      terminal.say("backend %s runs, since %s".formatted(model.ops().name(), reason));
    }
    plan.warning(model.decoder().config()).ifPresent(terminal::say);
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
    long[] done = {0};
    BenchRun run =
        new BenchRun(
            model,
            load.cacheType(),
            rates,
            peer,
            plan.repetitions(),
            news -> progress.at(done[0], news));
    for (int tokens : plan.depths()) {
      for (int sequences : plan.batches()) {
        run.time(plan.prompts(), plan.generate(), sequences, tokens, report::add);
        done[0]++;
      }
    }
  }

  private static boolean isGguf(Optional<Path> model) {
    return model.isPresent() && Checkpoint.isGguf(model.get());
  }

  /** llama.cpp computes the same models as we do, but for ours. */
  private static void requireKnown(Checkpoint checkpoint) {
    ModelConfig config = ModelConfig.read(checkpoint.config());
    if (new GgufExport(checkpoint, config, (name, tensor) -> tensor.dtype()).isOwn()) {
      checkpoint.close();
      throw new RefusedException(
          "--compare: llama.cpp knows no model like %s, with %s attention: name the GGUF file that it should run instead with --compare-model"
              .formatted(checkpoint.name(), config.attention().name()));
    }
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
          "--compare-model", "a GGUF file, for llama.cpp to run", compareModel.or(""));
    }
    try {
      return Optional.of(Path.of(given.substring(LLAMACPP.length())));
    } catch (InvalidPathException e) {
      throw UsageException.of("--compare", "llamacpp=FOLDER", e.getInput());
    }
  }
}
