package org.gta4j.server.api;

import java.util.Optional;
import java.util.UUID;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * What all of OpenAI's answers stand in, and how it is sent: the choices as they come, one an
 * event, or all at the end.
 *
 * <p>Not thread-safe.
 */
final class AnswerFrame {
  /**
   * What kinds of answers are called.
   *
   * @param idPrefix begins their ids
   * @param whole the object that all of an answer is
   * @param event the object that a piece is
   */
  record Kind(String idPrefix, String whole, String event) {}

  private final String id;
  private final long created = System.currentTimeMillis() / 1000;
  private final Kind kind;
  private final String model;
  private final Settings settings;
  private final AnswerWriter writer;
  private final ObjectNode[] ended;
  private final Usage usage = new Usage();

  /**
   * An answer that is about to be written.
   *
   * @param model what the model is called
   * @param choices how many choices it will have
   */
  AnswerFrame(Kind kind, String model, Settings settings, int choices, AnswerWriter writer) {
    this.kind = kind;
    this.model = model;
    this.settings = settings;
    this.writer = writer;
    id = kind.idPrefix() + UUID.randomUUID().toString().replace("-", "");
    ended = new ObjectNode[choices];
  }

  /** What was used so far. */
  Usage usage() {
    return usage;
  }

  /** Sends a piece of a choice. */
  void event(ObjectNode choice) {
    ObjectNode event = frame(kind.event());
    event.withArray("choices").add(choice);
    if (settings.streamUsage()) {
      event.putNull("usage");
    }
    writer.event(event);
  }

  /** Keeps a choice until all have ended. */
  void keep(int index, ObjectNode choice) {
    ended[index] = choice;
  }

  /** Sends what is left when all choices have ended: all of them, or that no more come. */
  void finish() {
    if (!settings.stream()) {
      ObjectNode whole = frame(kind.whole());
      for (ObjectNode choice : ended) {
        whole.withArray("choices").add(choice);
      }
      writeUse(whole);
      writer.send(whole);
      return;
    }
    if (settings.streamUsage()) {
      ObjectNode last = frame(kind.event());
      writeUse(last);
      writer.event(last);
    }
    writer.done();
  }

  private void writeUse(ObjectNode to) {
    usage.write(to);
    usage.writeTimings(to);
  }

  private ObjectNode frame(String object) {
    ObjectNode frame = JsonNodeFactory.instance.objectNode();
    frame.put("id", id);
    frame.put("object", object);
    frame.put("created", created);
    frame.put("model", model);
    frame.putArray("choices");
    return frame;
  }

  /** Writes why a choice has ended; null while it goes on. */
  static void writeFinish(ObjectNode choice, Optional<String> finish) {
    if (finish.isPresent()) {
      choice.put("finish_reason", finish.get());
    } else {
      choice.putNull("finish_reason");
    }
  }
}
