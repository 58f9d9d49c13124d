package org.gta4j.chat.tools;

import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Writes calls as a format does, for templates that don't. */
final class CallText {
  /**
   * A call that was made.
   *
   * @param arguments a JSON object
   */
  record Made(String name, ObjectNode arguments) {}

  private CallText() {}

  /** The text of calls, which are those of one answer. */
  static String of(ToolFormat format, List<Made> calls) {
    StringBuilder text = new StringBuilder();
    List<CallShape> shapes = new ArrayList<>();
    for (Made call : calls) {
      shapes.add(format.callShape(placeholder(call.name())));
    }
    for (int i = 0; i < shapes.size(); i++) {
      CallShape shape = shapes.get(i);
      write(text, i == 0 ? shape.begin() : shape.between(), calls.get(i));
      write(text, shape.call(), calls.get(i));
    }
    write(text, shapes.getLast().end(), calls.getLast());
    return text.toString();
  }

  private static ToolFunction placeholder(String name) {
    return new ToolFunction(
        name, JsonNodeFactory.instance.objectNode(), new java.util.LinkedHashMap<>());
  }

  private static void write(StringBuilder text, List<CallShape.Part> parts, Made call) {
    for (CallShape.Part part : parts) {
      switch (part) {
        case CallShape.Literal literal -> text.append(literal.text());
        case CallShape.Marker marker -> text.append(marker.name());
        case CallShape.JsonValue value -> text.append(call.arguments());
        case CallShape.TextBefore before -> {}
        case CallShape.Perhaps perhaps -> write(text, perhaps.parts(), call);
      }
    }
  }
}
