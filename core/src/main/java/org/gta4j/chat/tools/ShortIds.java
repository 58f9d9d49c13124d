package org.gta4j.chat.tools;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.gta4j.chat.ChatMessage;

/**
 * Ids of calls as Mistral's templates want them: nine letters or digits. Others become such ones,
 * the same id always the same one, so that a result still names its call.
 */
final class ShortIds {
  private static final int LENGTH = 9;
  private static final int BASE = 36;

  private ShortIds() {}

  static ChatMessage of(ChatMessage message) {
    ChatMessage shortened = message;
    if (message.fields().get("tool_call_id") instanceof String id) {
      shortened = shortened.with("tool_call_id", of(id));
    }
    if (message.fields().get("tool_calls") instanceof List<?> calls) {
      List<Object> copies = new ArrayList<>();
      for (Object call : calls) {
        SequencedMap<Object, Object> copy = new LinkedHashMap<>((Map<?, ?>) call);
        copy.computeIfPresent("id", (key, id) -> of(id.toString()));
        copies.add(copy);
      }
      shortened = shortened.with("tool_calls", copies);
    }
    return shortened;
  }

  static String of(String id) {
    boolean fits =
        id.length() == LENGTH && id.chars().allMatch(c -> c < 128 && Character.isLetterOrDigit(c));
    if (fits) {
      return id;
    }
    long hash = 7;
    for (int i = 0; i < id.length(); i++) {
      hash = hash * 31 + id.charAt(i);
    }
    StringBuilder text = new StringBuilder();
    long rest = hash * 0x9E3779B97F4A7C15L;
    for (int i = 0; i < LENGTH; i++) {
      text.append(Character.forDigit((int) Long.remainderUnsigned(rest, BASE), BASE));
      rest = Long.divideUnsigned(rest, BASE);
    }
    return text.toString();
  }
}
