package org.gta4j.server.api;

import tools.jackson.databind.node.ObjectNode;

/** Where an endpoint's answer goes: all of it at once, or piece by piece. */
public interface AnswerWriter {
  /** Sends a whole answer. */
  void send(ObjectNode whole);

  /** Sends one event of a stream, at once. */
  void event(ObjectNode event);

  /** Ends the stream. */
  void done();

  /** Whether somebody still waits for the answer. */
  boolean clientIsThere();
}
