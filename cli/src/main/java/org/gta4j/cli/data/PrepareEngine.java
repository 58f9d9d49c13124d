package org.gta4j.cli.data;

import org.gta4j.cli.Terminal;

/** A way to do {@code gta data prepare}. All ways make the same files. */
public interface PrepareEngine {
  /** What {@code --engine} calls it. */
  String name();

  /**
   * Does it. A mistake of the user is thrown as the verbs throw it.
   *
   * @param terminal for news
   */
  Prepared prepare(Terminal terminal, Preparation preparation);
}
