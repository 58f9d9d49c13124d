package org.gta4j.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.gta4j.cache.CacheLayout;
import org.gta4j.generate.EngineSettings;
import org.gta4j.generate.LanguageModel;
import org.gta4j.server.GtaServer;
import org.gta4j.server.settings.ServerSettings;
import tools.jackson.databind.node.JsonNodeFactory;

/** {@code gta serve}. */
final class ServeVerb extends Verb {
  private static final Logger WEB_SERVER = Logger.getLogger("io.helidon");

  /** What is being written may take a moment at the end. */
  private static final int SECONDS_TO_END = 20;

  private static final int PORT = 8080;
  private static final int PARALLEL = 32;
  private static final int QUEUE = 512;
  private static final int SECONDS = 1800;
  private static final long BODY = 32L << 20;

  /** Of the memory beside the weights, one part in so many is left to everybody else. */
  private static final int OTHERS = 4;

  private final Setting<String> host =
      Setting.text(
          "--host",
          "ADDRESS",
          "Where to listen (default: 127.0.0.1, this machine alone; 0.0.0.0: all networks).");
  private final Setting<Integer> port =
      Setting.integer("--port", "N", "The port (default: 8080; 0: any that is free).");
  private final Setting<Integer> parallel =
      Setting.integer(
          "--parallel",
          "N",
          "How many texts are computed together at most; more wait (default: 32).");
  private final Setting<Integer> queue =
      Setting.integer(
          "--queue", "N", "How many may wait; more are refused with 429 (default: 512).");
  private final Setting<List<String>> keys =
      Setting.texts(
          "--api-key",
          "KEY",
          "Whoever asks must have this key, as Authorization: Bearer KEY; may be given several times. Others see it in the list of processes: GTA_API_KEY in the environment does the same.");
  private final Setting<List<String>> origins =
      Setting.texts(
          "--cors",
          "ORIGIN",
          "Pages of this origin may use the server, such as https://example.org; *: all. May be given several times.");
  private final Setting<String> cacheMemory =
      Setting.text(
          "--cache-memory",
          "SIZE",
          "How much memory keys and values may take, such as 4GiB (default: what --parallel contexts need, at most three quarters of the memory beside the weights).");
  private final Setting<String> cacheDisk =
      Setting.text(
          "--cache-disk",
          "SIZE",
          "How much may go to a file where memory has no room: keys and values of conversations that nobody continues just now (default: none).");
  private final Setting<String> cacheFolder =
      Setting.text(
          "--cache-folder",
          "FOLDER",
          "Where that file is while the server runs (default: the system's folder for temporary files).");
  private final Setting<String> sessions =
      Setting.text(
          "--sessions",
          "FOLDER",
          "Where POST /v1/sessions/NAME saves conversations and restores them (default: nowhere).");
  private final Setting<String> name =
      Setting.text(
          "--name", "TEXT", "What the model is called in answers (default: its file's name).");
  private final Setting<String> certificate =
      Setting.text("--tls-certificate", "FILE", "Serve HTTPS with this certificate, in PEM.");
  private final Setting<String> key =
      Setting.text("--tls-key", "FILE", "The certificate's private key, in PEM (PKCS#8).");
  private final Setting<Integer> timeout =
      Setting.integer("--timeout", "SECONDS", "How long an answer may take (default: 1800).");
  private final Setting<String> bodySize =
      Setting.text("--max-request", "SIZE", "How large a request may be (default: 32MiB).");
  private final ModelOptions options;

  ServeVerb() {
    super(
        "serve",
        "[--model PATH] [OPTION]...",
        List.of(
            "Serves a model over OpenAI's API to many clients at once: /v1/chat/completions,",
            "/v1/completions, /v1/models, /tokenize, /health, /metrics; / is a chat page,",
            "/openapi.json describes all of it."),
        List.of(
            "gta serve --model FILE.gguf",
            "gta serve --model FOLDER --port 9000 --parallel 8 --cache-type q8 --cache-memory 4GiB",
            "curl http://127.0.0.1:8080/v1/completions -H 'Content-Type: application/json' -d '{\"prompt\": \"Once upon a time\"}'"));
    add(
        host,
        port,
        parallel,
        queue,
        keys,
        origins,
        cacheMemory,
        cacheDisk,
        cacheFolder,
        sessions,
        name,
        certificate,
        key,
        timeout,
        bodySize);
    options = new ModelOptions(this);
  }

  @Override
  public void run(Terminal terminal) {
    // Where it listens, or why it does not, is said below in a line.
    WEB_SERVER.setLevel(options.isDebug() ? Level.WARNING : Level.OFF);
    int together = Check.count(parallel, 1, PARALLEL);
    int waiting = Check.count(queue, 0, QUEUE);
    ServerSettings settings = settings();
    Optional<EngineSettings.DiskRoom> disk =
        cacheDisk
            .value()
            .map(text ->
                new EngineSettings.DiskRoom(
                    cacheFolder.isGiven()
                        ? folder(cacheFolder)
                        : Path.of(System.getProperty("java.io.tmpdir")),
                    ByteSizes.parse("--cache-disk", text)));
    if (cacheFolder.isGiven() && disk.isEmpty()) {
      throw new UsageException("--cache-folder: expected --cache-disk SIZE with it");
    }
    Optional<Long> asked = cacheMemory.value().map(text -> ByteSizes.parse("--cache-memory", text));
    try (LoadedModel loaded = options.load(terminal)) {
      LanguageModel model = loaded.model();
      loaded.report(terminal, options);
      long bytes = cacheBytes(model, together, asked);
      terminal.say(
          "the cache has %s for %d tokens (%d bytes a token), %d texts are computed together"
              .formatted(
                  Numbers.bytes(bytes),
                  bytes / model.cacheLayout().bytesPerToken(),
                  model.cacheLayout().bytesPerToken(),
                  together));
      EngineSettings engine = new EngineSettings(bytes, together, waiting, true, disk);
      serve(terminal, model, engine, settings);
    }
  }

  private void serve(
      Terminal terminal, LanguageModel model, EngineSettings engine, ServerSettings settings) {
    CountDownLatch ended = new CountDownLatch(1);
    CountDownLatch closed = new CountDownLatch(1);
    Thread hook =
        new Thread(
            () -> {
              ended.countDown();
              await(closed); // what is open is closed by the thread that opened it
            },
            "gta4j-end");
    try (GtaServer server = start(model, engine, settings)) {
      Runtime.getRuntime().addShutdownHook(hook);
      WEB_SERVER.setLevel(Level.WARNING);
      terminal.say(
          "%s listens at %s; Ctrl-C ends it".formatted(settings.modelName(), server.address()));
      if (options.isJson()) {
        terminal.line(
            JsonNodeFactory.instance
                .objectNode()
                .put("address", server.address())
                .put("port", server.port())
                .put("model", settings.modelName())
                .toString());
      }
      ended.await();
      terminal.say("ending");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      closed.countDown();
    }
  }

  private static void await(CountDownLatch closed) {
    try {
      if (!closed.await(SECONDS_TO_END, TimeUnit.SECONDS)) {
        WEB_SERVER.warning("not everything was put away in time");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static GtaServer start(
      LanguageModel model, EngineSettings engine, ServerSettings settings) {
    try {
      return GtaServer.start(model, engine, settings);
    } catch (IllegalArgumentException e) {
      throw new RefusedException(String.valueOf(e.getMessage()));
    }
  }

  private ServerSettings settings() {
    List<String> allKeys = new ArrayList<>(keys.or(List.of()));
    Optional.ofNullable(System.getenv("GTA_API_KEY"))
        .filter(given -> !given.isBlank())
        .ifPresent(allKeys::add);
    if (certificate.isGiven() != key.isGiven()) {
      throw new UsageException("--tls-certificate and --tls-key: expected both or none");
    }
    Optional<ServerSettings.TlsFiles> tls =
        certificate.isGiven()
            ? Optional.of(new ServerSettings.TlsFiles(Check.path(certificate), Check.path(key)))
            : Optional.empty();
    int listening = port.or(PORT);
    if (listening < 0 || listening > 65535) {
      throw UsageException.of("--port", "0 to 65535", listening);
    }
    try {
      return new ServerSettings(
          host.or("127.0.0.1"),
          listening,
          name.or(modelName()),
          allKeys,
          origins.or(List.of()).stream().map(ServeVerb::origin).toList(),
          tls,
          bodySize.value().map(text -> ByteSizes.parse("--max-request", text)).orElse(BODY),
          Duration.ofSeconds(Check.count(timeout, 1, SECONDS)),
          sessions.isGiven() ? Optional.of(folder(sessions)) : Optional.empty());
    } catch (IllegalArgumentException e) {
      throw UsageException.of(e);
    }
  }

  private static Path folder(Setting<String> option) {
    Path folder = Check.path(option);
    if (!Files.isDirectory(folder)) {
      throw UsageException.of(option.name(), "a folder that is there", folder);
    }
    return folder;
  }

  /** An origin as browsers send it. */
  private static String origin(String given) {
    String origin = given.endsWith("/") ? given.substring(0, given.length() - 1) : given;
    if (!origin.equals("*") && !origin.matches("https?://[^/]+")) {
      throw UsageException.of("--cors", "an origin such as https://example.org, or *", given);
    }
    return origin;
  }

  private String modelName() {
    Path file = options.path().orElse(Path.of(options.modelName())).toAbsolutePath().getFileName();
    String whole = file == null ? options.modelName() : file.toString();
    return whole.replaceFirst("\\.(gguf|safetensors|bin)$", "");
  }

  private static long cacheBytes(LanguageModel model, int together, Optional<Long> asked) {
    CacheLayout layout = model.cacheLayout();
    long whole = (long) CacheLayout.blocksFor(model.contextLength()) * layout.blockBytes();
    long free = MemoryCheck.physicalBytes() - model.weightsBytes();
    long most = Math.max(layout.blockBytes(), free - free / OTHERS);
    long bytes = asked.orElse(Math.min(most, whole * together));
    if (bytes > free) {
      throw new RefusedException(
          "--cache-memory: expected at most the %s beside the weights, found %s"
              .formatted(Numbers.bytes(free), Numbers.bytes(bytes)));
    }
    if (bytes < layout.blockBytes()) {
      throw new RefusedException(
          "--cache-memory: expected at least %s, room for %d tokens, found %s"
              .formatted(
                  Numbers.bytes(layout.blockBytes()),
                  CacheLayout.BLOCK_TOKENS,
                  Numbers.bytes(bytes)));
    }
    return bytes;
  }
}
