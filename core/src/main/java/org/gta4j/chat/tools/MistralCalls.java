package org.gta4j.chat.tools;

import java.util.Optional;

/**
 * Reads what stands behind {@code [TOOL_CALLS]}: a list of objects, as Mistral's models up to 2024
 * write it, or a name and its arguments, as later ones do.
 */
final class MistralCalls implements CallReader {
  static final String CALLS = "[TOOL_CALLS]";
  static final String ARGUMENTS = "[ARGS]";
  static final String ID = "[CALL_ID]";

  static final NamedCalls.Marks MARKS =
      new NamedCalls.Marks("", CALLS, ARGUMENTS, "", "", MistralCalls::withoutId);

  private final CallReader objects;
  private final CallReader named;
  private Optional<CallReader> chosen = Optional.empty();

  MistralCalls(CallSink sink) {
    objects = JsonCalls.marked(sink, Optional.empty());
    named = NamedCalls.behind(CALLS, sink, MARKS);
  }

  private static String withoutId(String text) {
    int id = text.indexOf(ID);
    return id < 0 ? text : text.substring(0, id).strip();
  }

  @Override
  public Step accept(char c) {
    if (chosen.isEmpty()) {
      if (JsonScanner.isSpace(c)) {
        return Step.MORE;
      }
      chosen = Optional.of(c == '[' || c == '{' ? objects : named);
    }
    return chosen.get().accept(c);
  }

  @Override
  public boolean end() {
    return chosen.map(CallReader::end).orElse(false);
  }
}
