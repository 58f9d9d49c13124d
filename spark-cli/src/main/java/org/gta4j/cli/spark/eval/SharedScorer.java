package org.gta4j.cli.spark.eval;

import java.io.Serializable;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.gta4j.cache.CacheType;
import org.gta4j.embedded.EmbeddedModel;
import org.gta4j.eval.Answer;
import org.gta4j.eval.Question;
import org.gta4j.eval.Scorer;
import org.gta4j.eval.Task;
import org.gta4j.generate.LanguageModel;
import org.gta4j.generate.LoadOptions;
import org.gta4j.ops.Activations;
import org.gta4j.ops.Backends;
import org.jspecify.annotations.Nullable;

/**
 * The model that an executor scores with. Its tasks take turns: a step has the rows of many
 * questions and all of the executor's processors, so that side by side they would only be in each
 * other's way.
 */
final class SharedScorer {
  private static final Object TURN = new Object();
  private static @Nullable SharedScorer open;

  private final Which which;
  private final LanguageModel model;
  private final Scorer scorer;

  /**
   * Which model, and how it is computed.
   *
   * @param path where every executor sees it; empty for the embedded one
   * @param threads 0: one a processor that the executor sees
   * @param context 0: as the model was made
   */
  record Which(
      String path,
      String backend,
      int threads,
      CacheType cacheType,
      int context,
      Activations activations)
      implements Serializable {
    private LanguageModel load() {
      LoadOptions options =
          new LoadOptions(
              backend,
              threads == 0 ? Backends.defaultThreads() : threads,
              cacheType,
              context == 0 ? Optional.empty() : Optional.of(context),
              activations);
      return path.isEmpty()
          ? EmbeddedModel.load(options)
          : LanguageModel.load(Path.of(path), options);
    }
  }

  private SharedScorer(Which which) {
    this.which = which;
    model = which.load();
    scorer = new Scorer(model);
  }

  /** Scores questions with this process's model, which is loaded where it is not there yet. */
  static List<Answer> answers(Which which, List<Question> questions, Task.Output kind) {
    synchronized (TURN) {
      SharedScorer shared = open;
      if (shared == null || !shared.which.equals(which)) {
        close();
        shared = new SharedScorer(which);
        open = shared;
      }
      List<Answer> answers = new ArrayList<>();
      shared.scorer.answer(questions.iterator(), kind, answers::add);
      return answers;
    }
  }

  /** Frees the model of this process, if there is one. */
  static void close() {
    synchronized (TURN) {
      SharedScorer shared = open;
      open = null;
      if (shared != null) {
        shared.scorer.close();
        shared.model.close();
      }
    }
  }
}
