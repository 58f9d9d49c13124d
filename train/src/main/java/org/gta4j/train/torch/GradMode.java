package org.gta4j.train.torch;

import org.bytedeco.pytorch.AutoGradMode;

/** Whether operations of this thread are recorded for a backward pass, until it is closed. */
public final class GradMode implements AutoCloseable {
  private final AutoGradMode mode;

  private GradMode(boolean recorded) {
    mode = new AutoGradMode(recorded);
  }

  /** Nothing is recorded. */
  public static GradMode off() {
    return new GradMode(false);
  }

  /** What follows from parameters is recorded. */
  public static GradMode on() {
    return new GradMode(true);
  }

  @Override
  public void close() {
    mode.close();
  }
}
