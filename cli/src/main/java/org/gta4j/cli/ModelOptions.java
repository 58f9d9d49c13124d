package org.gta4j.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;
import org.gta4j.cache.CacheType;
import org.gta4j.chat.ChatTemplates;
import org.gta4j.checkpoint.Checkpoint;
import org.gta4j.embedded.EmbeddedModel;
import org.gta4j.generate.LanguageModel;
import org.gta4j.generate.LoadOptions;
import org.gta4j.ops.Activations;
import org.gta4j.ops.Backends;
import org.gta4j.ops.Ops;
import org.gta4j.ops.OpsProvider;
import org.gta4j.tokenizer.Tokenizer;

/** The options that all verbs share: which model, and how it is computed. */
public final class ModelOptions {
  private static final int MAX_THREADS = 1024;

  /** What a model's folder may hold that belongs to the model. */
  private static final Pattern MODEL_FILE =
      Pattern.compile("model.*\\.safetensors.*|.*config\\.json|tokenizer.*");

  private final Setting<String> model =
      Setting.text(
          "--model",
          "PATH",
          "A Hugging Face folder, a .gguf file, a .safetensors file beside its config.json, or a"
              + " llama2.c .bin file; without it the embedded model.");
  private final Setting<String> backend =
      Setting.text(
          "--backend",
          "NAME",
          "What computes: auto, native, vector or scalar (default: auto, the best one here).");
  private final Setting<Integer> threads =
      Setting.integer(
          "--threads", "N", "How many threads share the work (default: one a processor).");
  private final Setting<String> cacheType =
      Setting.text(
          "--cache-type",
          "TYPE",
          "What keys and values are cached as: %s (default: f32, which is exact; f16 and bf16 take half of it, q8, 8 bits and a scale a row, a little over a quarter)."
              .formatted(CacheType.labels()));
  private final String usualActivations;
  private final Setting<String> activations;
  private final Setting<Integer> context =
      Setting.integer(
          "--context",
          "N",
          "How many tokens a sequence may have (default: as the model was made).");
  private final Setting<Long> seed =
      Setting.wide("--seed", "N", "Where random numbers begin, so that a result can be had again.");
  private final Setting<Boolean> json =
      Setting.flag("--json", "Print one line of JSON for programs.");
  private final Setting<Boolean> debug =
      Setting.flag(
          "--debug", "Say which backend runs and why, how long loading took; show stack traces.");

  /** Options for {@code verb}, after its own. */
  public ModelOptions(Verb verb) {
    this(verb, "auto");
  }

  /** The same for a verb whose activations are these where nobody chooses. */
  ModelOptions(Verb verb, String usualActivations) {
    this(usualActivations);
    verb.add(model, backend, threads, cacheType, activations, context, seed, json, debug);
    verb.addHelp();
  }

  /** Options for a verb that draws nothing, and takes several lengths of context. */
  static ModelOptions withoutContext(Verb verb) {
    ModelOptions options = new ModelOptions("auto");
    verb.add(
        options.model,
        options.backend,
        options.threads,
        options.cacheType,
        options.activations,
        options.json,
        options.debug);
    verb.addHelp();
    return options;
  }

  /** Options for a verb that reads nothing of a model but its tokenizer. */
  public static ModelOptions ofTokenizer(Verb verb) {
    ModelOptions options = new ModelOptions("auto");
    verb.add(options.model, options.json, options.debug);
    verb.addHelp();
    return options;
  }

  /** Options for a verb that needs no model, but something that computes. */
  static ModelOptions ofOperations(Verb verb) {
    ModelOptions options = new ModelOptions("auto");
    verb.add(options.backend, options.threads, options.json, options.debug);
    verb.addHelp();
    return options;
  }

  /** Options for a verb that reads a model with a cache of its own. */
  static ModelOptions withoutCache(Verb verb) {
    ModelOptions options = new ModelOptions("f32");
    verb.add(
        options.model,
        options.backend,
        options.threads,
        options.activations,
        options.json,
        options.debug);
    verb.addHelp();
    return options;
  }

  /** What computes, for the caller to close. */
  Ops operations() {
    LoadOptions load = loadOptions();
    return Backends.choose(load.backend(), load.threads(), load.activations()).ops();
  }

  private ModelOptions(String usualActivations) {
    this.usualActivations = usualActivations;
    activations =
        Setting.text(
            "--activations",
            "TYPE",
            "What the inputs of layers are computed on as: f32, or auto, which takes 8 bits for quantized weights where that is faster (default: %s)."
                .formatted(usualActivations));
  }

  /** The checked options. */
  public LoadOptions loadOptions() {
    String name = backend.or(Backends.AUTO);
    if (!name.equals(Backends.AUTO) && !isBackend(name)) {
      throw UsageException.of("--backend", "auto, native, vector or scalar in this version", name);
    }
    String type = activations.or(usualActivations);
    if (!type.equals("auto") && !type.equals("f32")) {
      throw UsageException.of("--activations", "auto or f32 in this version", type);
    }
    int count = threads.or(Backends.defaultThreads());
    if (count < 1 || count > MAX_THREADS) {
      throw UsageException.of("--threads", "1 to %d".formatted(MAX_THREADS), count);
    }
    CacheType cache =
        cacheType.isGiven() ? cacheType(cacheType.or("")) : LoadOptions.defaults().cacheType();
    try {
      return new LoadOptions(
          name,
          count,
          cache,
          context.value(),
          type.equals("f32") ? Activations.F32 : Activations.AUTO);
    } catch (IllegalArgumentException e) {
      throw UsageException.of(e);
    }
  }

  private static boolean isBackend(String name) {
    return Backends.providers().stream().map(OpsProvider::name).anyMatch(name::equals);
  }

  private static CacheType cacheType(String name) {
    return CacheType.named(name)
        .orElseThrow(() -> UsageException.of("--cache-type", CacheType.labels(), name));
  }

  /** Where the model is; empty for the embedded one. */
  public Optional<Path> path() {
    return model.isGiven() ? Optional.of(Check.path(model)) : Optional.empty();
  }

  /** What names the model, as it was typed; empty for the embedded one. */
  public Optional<String> address() {
    return model.value();
  }

  /** Whether the model is that file, or in a folder with it. */
  boolean reads(Path file) {
    Optional<Path> path = path();
    if (path.isEmpty()) {
      return false;
    }
    Path folder = Files.isDirectory(path.get()) ? path.get() : path.get().resolveSibling("");
    Path parent = file.toAbsolutePath().resolveSibling("");
    try {
      return TextFiles.isSame(model, file)
          || (Files.isDirectory(path.get())
              && Files.isSameFile(folder, parent)
              && MODEL_FILE.matcher(String.valueOf(file.getFileName())).matches());
    } catch (IOException e) {
      return false; // What cannot be looked at will not be read either.
    }
  }

  /** Whether somebody chose the backend. */
  boolean isBackendGiven() {
    return !backend.or(Backends.AUTO).equals(Backends.AUTO);
  }

  /** The type of the cache, for verbs that do not hear of it in every case. */
  Setting<String> cacheType() {
    return cacheType;
  }

  /** Whether somebody chose the number of threads. */
  public boolean isThreadsGiven() {
    return threads.isGiven();
  }

  /** Whether somebody chose the type of the cache. */
  boolean isCacheTypeGiven() {
    return cacheType.isGiven();
  }

  /** Whether somebody chose the context's length. */
  public boolean isContextGiven() {
    return context.isGiven();
  }

  /** Where random numbers begin, if somebody chose it. */
  public Optional<Long> seed() {
    return seed.value();
  }

  /** Whether a program reads the result. */
  public boolean isJson() {
    return json.or(false);
  }

  /** Whether everything is to be told. */
  public boolean isDebug() {
    return debug.or(false);
  }

  /** Opens the model without preparing it for computing. */
  public Checkpoint open() {
    Optional<Path> path = path();
    return path.isPresent() ? Checkpoint.open(path.get()) : EmbeddedModel.checkpoint();
  }

  /** Loads the model, and tells what users should know about how it runs. */
  LoadedModel load(Terminal terminal) {
    return load(terminal, false);
  }

  /**
   * Loads the model, and tells what users should know about how it runs.
   *
   * @param shortRun whether no more than one context of one sequence will be computed
   */
  @SuppressWarnings("MustBeClosedChecker") // the caller closes it
  LoadedModel load(Terminal terminal, boolean shortRun) {
    LoadOptions options = loadOptions();
    long begin = System.nanoTime();
    Checkpoint checkpoint = open();
    try {
      MemoryCheck.model(terminal, checkpoint, options, modelName());
      boolean small = shortRun && !isBackendGiven() && SmallModel.is(checkpoint, options);
      LanguageModel model =
          LanguageModel.of(
              checkpoint,
              LanguageModel.tokenizerOf(checkpoint),
              small ? SmallModel.with(options) : options);
      LoadedModel loaded = new LoadedModel(model, System.nanoTime() - begin, small);
      loaded.report(terminal, this);
      return loaded;
    } catch (RuntimeException | Error e) {
      checkpoint.close();
      throw e;
    }
  }

  /** What people call the model. */
  public String modelName() {
    return model.or(EmbeddedModel.NAME + " (embedded)");
  }

  /** The chat templates of an open model, where it has any. */
  Optional<ChatTemplates> chatTemplates(Checkpoint checkpoint, Tokenizer tokenizer) {
    return LanguageModel.chatTemplatesOf(checkpoint, Optional.of(tokenizer));
  }

  /** The tokenizer of an open model. */
  public Tokenizer tokenizer(Checkpoint checkpoint) {
    return LanguageModel.tokenizerOf(checkpoint)
        .orElseThrow(() ->
            new RefusedException(
                modelName()
                    + " has no tokenizer: expected tokenizer.json, tokenizer.model or tokenizer.bin"
                    + " beside its weights"));
  }
}
