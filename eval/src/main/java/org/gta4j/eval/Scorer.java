package org.gta4j.eval;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.Consumer;
import org.gta4j.cache.BlockPool;
import org.gta4j.cache.SequenceCache;
import org.gta4j.generate.LanguageModel;
import org.gta4j.generate.LogProbability;
import org.gta4j.model.Decoder;
import org.gta4j.model.StepInput;
import org.gta4j.tensor.FloatMatrix;

/**
 * How probable a model finds what follows contexts, and whole texts. What all pairs of a question
 * have in common at their beginning is computed once; questions are put to the model several at a
 * time, as many as fill its steps.
 *
 * <p>Not thread-safe.
 */
public final class Scorer implements AutoCloseable {
  /** Questions that are put at once, at most. */
  private static final int MOST_QUESTIONS = 32;

  private final Passages passages;
  private final Decoder decoder;
  private final BlockPool pool;
  private final int mostRows;
  private final StepInput input = new StepInput();
  private final LogProbability logProbability;

  /**
   * Scores with a model.
   *
   * @throws EvalException if it has no tokenizer
   */
  public Scorer(LanguageModel model) {
    passages = new Passages(model);
    decoder = model.decoder();
    // A step has no more open branches than rows. Memory is taken as it is needed.
    pool = model.pool(MOST_QUESTIONS + decoder.maxScoredRows());
    mostRows = 2 * decoder.maxRows();
    logProbability = new LogProbability(model);
  }

  /**
   * Scores questions.
   *
   * @param kind what is asked of each
   * @param answers gets an answer for each, in order, as soon as those beside it are done
   * @throws EvalException if there is nothing to score in one
   */
  public void answer(
      Iterator<Question> questions, Task.Output kind, Consumer<? super Answer> answers) {
    List<Asked> batch = new ArrayList<>();
    try {
      int rows = 0;
      while (questions.hasNext()) {
        Question question = questions.next();
        List<Passage> read =
            kind == Task.Output.LOGLIKELIHOOD_ROLLING
                ? passages.ofText(question)
                : passages.ofPairs(question);
        int more = Asked.rows(read);
        if (batch.size() == MOST_QUESTIONS || rows + more > mostRows) {
          score(batch, answers);
          rows = 0;
        }
        batch.add(new Asked(question, read, pool));
        rows += more;
      }
      score(batch, answers);
    } finally {
      batch.forEach(Asked::close);
    }
  }

  private void score(List<Asked> batch, Consumer<? super Answer> answers) {
    while (readBeginnings(batch)) {
      // More rows are left than one step may have.
    }
    List<Asked.Branch> branches = batch.stream().flatMap(each -> each.branches().stream()).toList();
    while (readBranches(branches)) {
      // The same.
    }
    for (Asked asked : batch) {
      asked.close();
      answers.accept(asked.answer());
    }
    batch.clear();
  }

  /** Reads as many rows of what is common as one step may have; false where none were left. */
  private boolean readBeginnings(List<Asked> batch) {
    input.clear();
    int room = decoder.maxRows();
    for (Asked asked : batch) {
      room -= add(asked.common(), asked.beginning(), asked.shared(), room, StepInput.Logits.NONE);
    }
    if (room == decoder.maxRows()) {
      return false;
    }
    decoder.forward(input);
    return true;
  }

  /** The same of what is read apart and scored. */
  private boolean readBranches(List<Asked.Branch> branches) {
    input.clear();
    int room = decoder.maxScoredRows();
    List<Asked.Branch> branchOfRow = new ArrayList<>();
    List<Integer> positionOfRow = new ArrayList<>();
    for (Asked.Branch branch : branches) {
      if (room == 0 || branch.left() == 0) {
        continue;
      }
      int at = branch.cache().length();
      Passage passage = branch.passage();
      int count = add(branch.cache(), passage.ids(), passage.read(), room, StepInput.Logits.ALL);
      room -= count;
      for (int i = 0; i < count; i++) {
        branchOfRow.add(branch);
        positionOfRow.add(at + i + 1);
      }
    }
    if (branchOfRow.isEmpty()) {
      return false;
    }
    FloatMatrix logits = decoder.forward(input);
    for (int row = 0; row < branchOfRow.size(); row++) {
      Asked.Branch branch = branchOfRow.get(row);
      int position = positionOfRow.get(row);
      if (position >= branch.passage().from()) {
        branch.add(logProbability.of(logits, row, branch.passage().ids()[position]));
      }
    }
    branchOfRow.forEach(Asked.Branch::closeIfRead);
    return true;
  }

  /** Adds what is left of a sequence of {@code total} tokens, as far as there is room. */
  private int add(SequenceCache cache, int[] ids, int total, int room, StepInput.Logits logits) {
    int at = cache.length();
    int count = Math.min(room, total - at);
    if (count > 0) {
      if (!cache.reserve(count)) {
        throw new IllegalStateException(
            "expected room for %d more tokens in the cache, found none".formatted(count));
      }
      input.add(cache, ids, at, count, total, logits);
    }
    return count;
  }

  @Override
  public void close() {
    pool.close();
  }
}
