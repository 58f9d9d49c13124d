package org.gta4j.cli;

import java.util.List;
import org.gta4j.cache.CacheLayout;
import org.gta4j.generate.LanguageModel;

/**
 * A model that a verb may use, and closes.
 *
 * @param model the model
 * @param loadNanos how long loading took
 * @param isSmall whether the backend was chosen for a {@link SmallModel}
 */
record LoadedModel(LanguageModel model, long loadNanos, boolean isSmall) implements AutoCloseable {
  /** Tells what is worth knowing: always what makes it slow or bad, with --debug everything. */
  void report(Terminal terminal, ModelOptions options) {
    if (!model.fallbacks().isEmpty()) {
      // A path that is many times slower must not be taken silently.
      terminal.say(
          "backend %s runs, since %s"
              .formatted(model.ops().name(), String.join("; ", model.fallbacks())));
    }
    List<String> unused = model.unusedTensors();
    if (!unused.isEmpty()) {
      terminal.say(
          "%d of the checkpoint's tensors have no place in its configuration and are not used: %s%s"
              .formatted(unused.size(), unused.getFirst(), unused.size() > 1 ? ", ..." : ""));
    }
    int made = model.config().contextLength();
    if (model.contextLength() > made) {
      terminal.say(
          "--context %d is more than the %d tokens this model was made for: expect worse results after those"
              .formatted(model.contextLength(), made));
    }
    if (options.isDebug()) {
      CacheLayout cache = model.cacheLayout();
      terminal.say(
          "model %s: %s attention, %d parameters, loaded in %.1f ms"
              .formatted(
                  options.modelName(),
                  model.config().attention().name(),
                  model.config().parameters(),
                  loadNanos / 1e6));
      terminal.say("backend %s (%s)".formatted(model.describeOps(), why(options)));
      terminal.say(
          "cache %s, %d bytes a token; context %d tokens"
              .formatted(cache.type().label(), cache.bytesPerToken(), model.contextLength()));
    }
  }

  private String why(ModelOptions options) {
    if (options.isBackendGiven()) {
      return "as asked for";
    }
    return isSmall
        ? "chosen since this model is so small that vector code would not be compiled before the end; --backend vector takes that"
        : "the best that runs here";
  }

  @Override
  public void close() {
    model.close();
  }
}
