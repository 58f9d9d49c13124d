package org.gta4j.chat;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.SequencedMap;

/**
 * One message of a conversation, as chat templates read it.
 *
 * @param fields {@code role}, {@code content} and what else the template knows, such as {@code
 *     name} or {@code tool_calls}: texts, numbers, truth values, lists and maps of these; {@link
 *     java.util.Optional#empty} is none
 */
public record ChatMessage(SequencedMap<String, Object> fields) {
  /** Copies the fields. */
  public ChatMessage {
    fields = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(fields));
  }

  /** A message of a text. */
  public static ChatMessage of(String role, String content) {
    SequencedMap<String, Object> fields = new LinkedHashMap<>();
    fields.put("role", role);
    fields.put("content", content);
    return new ChatMessage(fields);
  }

  /** The message with another field. */
  public ChatMessage with(String name, Object value) {
    SequencedMap<String, Object> copy = new LinkedHashMap<>(fields);
    copy.put(name, value);
    return new ChatMessage(copy);
  }
}
