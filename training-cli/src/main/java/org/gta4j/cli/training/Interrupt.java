package org.gta4j.cli.training;

import java.util.concurrent.atomic.AtomicBoolean;
import org.gta4j.cli.Terminal;
import org.jline.utils.Signals;

/**
 * Ctrl-C while something runs that can be stopped: asked once it stops where it may, asked again it
 * ends at once. Checkpoints appear whole or not at all, so that loses no more than a SIGKILL would.
 */
final class Interrupt implements AutoCloseable {
  private static final String SIGNAL = "INT";

  /** What a shell reports for a process ended by SIGINT. */
  private static final int INTERRUPTED = 130;

  private final AtomicBoolean asked = new AtomicBoolean();
  private final Object before;

  /**
   * From now on.
   *
   * @param stop what is done when it is asked for first; by another thread
   */
  Interrupt(Terminal terminal, Runnable stop) {
    before =
        Signals.register(
            SIGNAL,
            () -> {
              if (asked.getAndSet(true)) {
                Runtime.getRuntime().halt(INTERRUPTED);
              }
              stop.run();
              terminal.say("stopping after this step and saving; Ctrl-C again ends at once");
            });
  }

  @Override
  public void close() {
    Signals.unregister(SIGNAL, before);
  }
}
