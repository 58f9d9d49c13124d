package org.gta4j.spark;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.gta4j.chat.ChatTemplates;
import org.gta4j.checkpoint.Checkpoint;
import org.gta4j.checkpoint.CheckpointException;
import org.gta4j.generate.Engine;
import org.gta4j.generate.LanguageModel;
import org.gta4j.tokenizer.Tokenizer;

/**
 * The engines of this process, an executor or a local driver: one for each model and way to compute
 * it, shared by all tasks that ask for it.
 *
 * <p>An engine that nobody uses stays open, since the next task most often wants the same one. It
 * is closed when room is made for another, and when the process ends.
 */
public final class GtaEngines {
  private static final Map<EngineOptions, Shared> OPEN = new HashMap<>();
  private static final Map<ModelLocation, Tokenizer> TOKENIZERS = new HashMap<>();
  private static boolean hooked;

  private GtaEngines() {}

  /** An engine, and how many use it. */
  private static final class Shared {
    final LanguageModel model;
    final Engine engine;
    private Optional<Optional<ChatTemplates>> templates = Optional.empty();
    int users;

    Shared(LanguageModel model, Engine engine) {
      this.model = model;
      this.engine = engine;
    }

    /** Read when somebody asks for them: a damaged one hinders nobody else. */
    synchronized Optional<ChatTemplates> templates() {
      if (templates.isEmpty()) {
        templates = Optional.of(model.chatTemplates());
      }
      return templates.get();
    }

    void close() {
      engine.close();
      model.close();
    }
  }

  /** The use of an engine, until it is closed. */
  static final class Lease implements AutoCloseable {
    private final Shared shared;
    private boolean closed;

    private Lease(Shared shared) {
      this.shared = shared;
    }

    /** The engine. */
    Engine engine() {
      return shared.engine;
    }

    /**
     * The model's chat templates, where it has any.
     *
     * @throws CheckpointException if what they stand in is damaged
     */
    Optional<ChatTemplates> chatTemplates() {
      return shared.templates();
    }

    @Override
    public void close() {
      synchronized (OPEN) {
        if (!closed) {
          closed = true;
          shared.users--;
          closeWhereFailed(shared);
        }
      }
    }
  }

  /**
   * The engine of these options; where there is none yet, the model is loaded while others wait for
   * it.
   *
   * @throws CheckpointException if the model cannot be used
   * @throws IllegalArgumentException if it cannot be computed as it is asked for
   */
  static Lease lease(EngineOptions options) {
    synchronized (OPEN) {
      Shared found = OPEN.get(options);
      if (found == null || found.engine.isClosed()) {
        closeIdle();
        found = open(options);
        OPEN.put(options, found);
      }
      found.users++;
      return new Lease(found);
    }
  }

  /**
   * The tokenizer of a model, without its weights.
   *
   * @throws CheckpointException if it cannot be read, or there is none
   */
  static Tokenizer tokenizer(ModelLocation model) {
    synchronized (TOKENIZERS) {
      return TOKENIZERS.computeIfAbsent(model, GtaEngines::readTokenizer);
    }
  }

  private static Tokenizer readTokenizer(ModelLocation model) {
    try (Checkpoint checkpoint = Checkpoint.open(model.path())) {
      return LanguageModel.tokenizerOf(checkpoint)
          .orElseThrow(() ->
              new CheckpointException(
                  "%s has no tokenizer: expected tokenizer.json, tokenizer.model or tokenizer.bin beside its weights"
                      .formatted(checkpoint.name())));
    }
  }

  private static Shared open(EngineOptions options) {
    LanguageModel model = options.load();
    try {
      Engine engine = new Engine(model, options.settings(model));
      if (!hooked) {
        hooked = true;
        Runtime.getRuntime()
            .addShutdownHook(new Thread(GtaEngines::closeIdle, "gta4j-engines-end"));
      }
      return new Shared(model, engine);
    } catch (RuntimeException | Error e) {
      model.close();
      throw e;
    }
  }

  /** Closes the engines that nobody uses in this process, and forgets tokenizers. */
  public static void closeIdle() {
    synchronized (TOKENIZERS) {
      TOKENIZERS.clear();
    }
    synchronized (OPEN) {
      OPEN.values()
          .removeIf(shared -> {
            if (shared.users == 0) {
              shared.close();
            }
            return shared.users == 0;
          });
    }
  }

  /** How many engines are open in this process. */
  public static int open() {
    synchronized (OPEN) {
      return OPEN.size();
    }
  }

  /** Frees what is left of an engine that has failed, after the last of those who used it. */
  private static void closeWhereFailed(Shared shared) {
    if (shared.users == 0 && shared.engine.isClosed() && !OPEN.containsValue(shared)) {
      shared.close();
    }
  }
}
