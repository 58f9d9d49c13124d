package org.gta4j.cli.training;

import java.util.concurrent.atomic.AtomicBoolean;
import org.gta4j.cli.Terminal;
import org.jline.utils.Signals;

/** While it is open, something that runs can be stopped where it may. */
interface Interrupt extends AutoCloseable {
  /** What is said when somebody stops a training. */
  String STOPPING = "stopping after this step and saving; Ctrl-C again ends at once";

  /** What a shell reports for a process ended by SIGINT. */
  int INTERRUPTED = 130;

  @Override
  void close();

  /**
   * Ctrl-C: asked once it stops where it may, asked again it ends at once. Checkpoints appear whole
   * or not at all, so that loses no more than a SIGKILL would.
   *
   * @param stop what is done when it is asked for first; by another thread
   */
  static Interrupt bySignal(Terminal terminal, Runnable stop) {
    return onSignal(() -> {
      stop.run();
      terminal.say(STOPPING);
    });
  }

  /**
   * The same without a word.
   *
   * @param first what is done when it is asked for first
   */
  static Interrupt onSignal(Runnable first) {
    AtomicBoolean asked = new AtomicBoolean();
    Object before =
        Signals.register(
            Signal.NAME,
            () -> {
              if (asked.getAndSet(true)) {
                Runtime.getRuntime().halt(INTERRUPTED);
              }
              first.run();
            });
    return new Signal(before);
  }

  /**
   * A handler of signals.
   *
   * @param before the one that there was
   */
  record Signal(Object before) implements Interrupt {
    private static final String NAME = "INT";

    @Override
    public void close() {
      Signals.unregister(NAME, before);
    }
  }
}
