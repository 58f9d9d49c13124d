package org.gta4j.cli;

import java.util.Iterator;
import java.util.List;
import java.util.function.Consumer;
import org.gta4j.eval.Answer;
import org.gta4j.eval.Question;
import org.gta4j.eval.Scorer;
import org.gta4j.eval.Task;

/** {@code gta eval}. */
final class EvalVerb extends Verb {
  private final Evaluation evaluation;

  EvalVerb() {
    super(
        "eval",
        "--tasks NAME,... --data FOLDER [OPTION]...",
        List.of(
            "Scores a model as EleutherAI's lm-evaluation-harness does: which of several answers it"
                + " finds most probable.",
            "acc: by the sum of log-probabilities; acc_norm: by the sum divided by the answer's"
                + " characters; _stderr: the standard error.",
            "What a question's answers have in common is computed once; whole texts (wikitext) are"
                + " scored window after window."),
        List.of(
            "gta eval --model model.gguf --tasks hellaswag,arc_easy --data eval --limit 200",
            "gta eval --model FOLDER --tasks my-task.yaml --data . --num-fewshot 5 --out results"
                + " --json"));
    evaluation = new Evaluation(this);
  }

  @Override
  public void run(Terminal terminal) {
    evaluation.run(terminal, LocalScoring::open);
  }

  /** A model in this process, which one thread puts questions to. */
  private record LocalScoring(LoadedModel loaded, Scorer scorer) implements Evaluation.Scoring {
    static LocalScoring open(Terminal terminal, ModelOptions options) {
      LoadedModel loaded = options.load(terminal);
      try {
        return new LocalScoring(loaded, new Scorer(loaded.model()));
      } catch (RuntimeException | Error e) {
        loaded.close();
        throw e;
      }
    }

    @Override
    public long weightsBytes() {
      return loaded.model().weightsBytes();
    }

    @Override
    public int contextLength() {
      return loaded.model().contextLength();
    }

    @Override
    public void answer(
        Iterator<Question> questions, Task.Output kind, Consumer<? super Answer> answers) {
      scorer.answer(questions, kind, answers);
    }

    @Override
    public void close() {
      try (loaded) {
        scorer.close();
      }
    }
  }
}
