package org.gta4j.train.torch;

/** Whether operations of this thread are recorded for a backward pass, until it is closed. */
public final class GradMode implements AutoCloseable {
  private final boolean before = org.bytedeco.pytorch.GradMode.is_enabled();

  private GradMode(boolean recorded) {
    org.bytedeco.pytorch.GradMode.set_enabled(recorded);
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
    org.bytedeco.pytorch.GradMode.set_enabled(before);
  }
}
