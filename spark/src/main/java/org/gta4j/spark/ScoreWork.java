package org.gta4j.spark;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.gta4j.generate.Adjustments;
import org.gta4j.generate.Generation;
import org.gta4j.generate.Request;
import org.gta4j.generate.Sampling;
import org.gta4j.generate.Scoring;
import org.gta4j.generate.Speculation;

/**
 * Computes how probable a model finds texts.
 *
 * @param engine what computes
 * @param escaped whether names of control tokens in a text are ordinary text
 */
record ScoreWork(EngineOptions engine, boolean escaped) implements RowWork {
  private static final long serialVersionUID = 1L;

  @Override
  public Opened open() {
    return new Task();
  }

  private final class Task extends EngineTask {
    Task() {
      super(engine, escaped);
    }

    @Override
    Request request(String text, String key) {
      int[] ids = encode(text);
      int room = engine().model().contextLength() - 1;
      if (ids.length > room) {
        throw new RefusedRowException(
            "the text has %d tokens, the context has room for %d".formatted(ids.length, room));
      }
      if (ids.length < 2) {
        throw new RefusedRowException(
            "the text has a single token, and nothing before it that it could be scored after");
      }
      return new Request(
          ids,
          0,
          Sampling.greedy(),
          List.of(),
          false,
          Speculation.OFF,
          Adjustments.NONE,
          Optional.of(new Scoring(0, true)),
          Optional.empty(),
          Map.of());
    }

    @Override
    Computed computed(RunningText text, Generation generation) {
      int ids = generation.request().prompt().length;
      int scored = ids - 1;
      double sum = text.logProbability();
      return new Computed(List.of(sum, Math.exp(-sum / scored), scored), ids);
    }
  }
}
