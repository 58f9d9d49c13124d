package org.gta4j.server.api;

import org.gta4j.generate.FinishReason;
import org.gta4j.generate.Generation;

/** OpenAI's names of why an answer has ended. */
final class Finish {
  private Finish() {}

  /** {@code stop} or {@code length}. */
  static String reason(Generation generation) {
    return generation.finish().orElseThrow() == FinishReason.LENGTH ? "length" : "stop";
  }
}
