package org.gta4j.cli;

import java.util.Optional;

/** Where a chat's messages come from. */
interface ChatInput extends AutoCloseable {
  /** The next message, of one or several lines; empty at the end. */
  Optional<String> next();

  /** Runs {@code answer}; somebody who wants it to end, by Ctrl-C say, runs {@code cancel}. */
  void during(Runnable answer, Runnable cancel);

  @Override
  void close();
}
