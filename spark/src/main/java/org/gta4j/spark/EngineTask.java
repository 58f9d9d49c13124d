package org.gta4j.spark;

import org.gta4j.generate.Engine;
import org.gta4j.generate.Generation;
import org.gta4j.generate.Request;
import org.gta4j.tokenizer.ControlTokens;

/** Texts that the engine of this process computes for one task, many of them together. */
abstract class EngineTask implements RowWork.Opened {
  private final GtaEngines.Lease lease;
  private final int window;
  private final ControlTokens control;

  /**
   * Takes part in the process's engine, until it is closed.
   *
   * @param escaped whether names of control tokens in a text are ordinary text
   */
  @SuppressWarnings("MustBeClosedChecker") // close gives it back
  EngineTask(EngineOptions options, boolean escaped) {
    lease = GtaEngines.lease(options);
    window = options.window();
    control = escaped ? ControlTokens.ESCAPED : ControlTokens.PARSED;
  }

  /**
   * What the engine is asked.
   *
   * @throws RefusedRowException if nothing can be computed from the text
   */
  abstract Request request(String text, String key);

  /** What came of it. */
  abstract RowWork.Computed computed(RunningText text, Generation generation);

  /** What is shared with other tasks. */
  final GtaEngines.Lease lease() {
    return lease;
  }

  final Engine engine() {
    return lease.engine();
  }

  /** The ids of a text by itself. */
  final int[] encode(String text) {
    return engine().model().encode(text, control);
  }

  @Override
  public final int window() {
    return window;
  }

  @Override
  public final RowWork.Begun begin(String text, String key, Object task) {
    RunningText running = new RunningText(engine(), request(text, key), task);
    return new RowWork.Begun() {
      @Override
      public RowWork.Computed await(Patience patience) {
        return computed(running, running.await(patience));
      }

      @Override
      public void cancel() {
        running.cancel();
      }
    };
  }

  @Override
  public final void close() {
    lease.close();
  }
}
