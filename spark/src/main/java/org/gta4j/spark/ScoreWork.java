package org.gta4j.spark;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.gta4j.generate.Adjustments;
import org.gta4j.generate.Engine;
import org.gta4j.generate.Request;
import org.gta4j.generate.Sampling;
import org.gta4j.generate.Scoring;
import org.gta4j.generate.Speculation;
import org.gta4j.tokenizer.ControlTokens;

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
    return new Task(GtaEngines.lease(engine));
  }

  private final class Task implements Opened {
    private final GtaEngines.Lease lease;

    Task(GtaEngines.Lease lease) {
      this.lease = lease;
    }

    @Override
    public int window() {
      return engine.window();
    }

    @Override
    public Begun begin(String text, String key, Object task) {
      Engine shared = lease.engine();
      int[] ids =
          shared.model().encode(text, escaped ? ControlTokens.ESCAPED : ControlTokens.PARSED);
      int room = shared.model().contextLength() - 1;
      if (ids.length > room) {
        throw new RefusedRowException(
            "the text has %d tokens, the context has room for %d".formatted(ids.length, room));
      }
      if (ids.length < 2) {
        throw new RefusedRowException(
            "the text has a single token, and nothing before it that it could be scored after");
      }
      Request request =
          new Request(
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
      RunningText running = new RunningText(shared, request, task);
      return new Begun() {
        @Override
        public Computed await(Patience patience) {
          running.await(patience);
          int scored = ids.length - 1;
          double sum = running.logProbability();
          return new Computed(List.of(sum, Math.exp(-sum / scored), scored), ids.length);
        }

        @Override
        public void cancel() {
          running.cancel();
        }
      };
    }

    @Override
    public void close() {
      lease.close();
    }
  }
}
