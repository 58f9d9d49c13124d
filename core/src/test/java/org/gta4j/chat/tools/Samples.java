package org.gta4j.chat.tools;

import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.json.JsonMapper;

/** Answers in all formats, and what is to be found in them. */
final class Samples {
  /**
   * An answer.
   *
   * @param events as {@link EventLog} writes them
   */
  record Sample(ToolFormat format, String text, List<String> events) {}

  static final String NASTY =
      "{\"s\": \"a } ] { \\\" \\\\ </tool_call> \\u00e9\", \"n\": [1, -2.5e3, {\"x\": {}}, []],"
          + " \"u\": \"Zürich 🙂 東京\", \"t\": true, \"z\": null}";

  static final List<ToolFunction> FUNCTIONS =
      ToolFunction.read(
          JsonMapper.shared()
              .readTree(
                  """
                  [{"type": "function", "function": {"name": "weather", "description": "tells it",
                    "parameters": {"type": "object", "required": ["city"], "properties": {
                      "city": {"type": "string"}, "days": {"type": "integer"},
                      "options": {"type": "object"}}}}},
                   {"type": "function", "function": {"name": "now"}}]
                  """));

  private static final String CITY = "{\"city\": \"Bern\"}";

  private static final List<Sample> ALL = new ArrayList<>();

  private Samples() {}

  private static void add(ToolFormat format, String text, String... events) {
    ALL.add(new Sample(format, text, List.of(events)));
  }

  private static String content(String text) {
    return "content: " + text;
  }

  private static String tagged(String json) {
    return "<tool_call>\n" + json + "\n</tool_call>";
  }

  private static String object(String arguments) {
    return "{\"name\": \"weather\", \"arguments\": " + arguments + "}";
  }

  static {
    for (ToolFormat format : ToolFormat.values()) {
      for (String plain :
          List.of(
              "Hello.",
              " \n",
              "\n two lines\n\n and 🙂 more \n",
              "a < b <tool <|tool [TOOL [TOOL_ <｜tool <funct",
              "if (x) { return [1]; } <",
              "x = {\"name\": \"weather\", \"arguments\": {}}")) {
        add(format, plain, content(plain));
      }
      add(format, "");
    }
    hermes(ToolFormat.HERMES);
    hermes(ToolFormat.GENERIC);
    MoreSamples.add(ALL);
  }

  private static void hermes(ToolFormat format) {
    add(format, tagged(object(CITY)), "call 0 weather", "arguments 0: " + CITY, "end 0");
    add(
        format,
        "Let me see. \n" + tagged(object(NASTY)) + "\n" + tagged(object("{}")) + "\n",
        "content: Let me see.",
        "call 0 weather",
        "arguments 0: " + NASTY,
        "end 0",
        "call 1 weather",
        "arguments 1: {}",
        "end 1");
    add(
        format,
        "\n<tool_call>{\"arguments\":"
            + CITY
            + " ,\"id\": 5,\"name\":\"weather\"}</tool_call>\nDone.",
        "call 0 weather",
        "arguments 0: " + CITY,
        "end 0",
        "content: \nDone.");
    add(format, tagged("{\"name\": \"now\"}"), "call 0 now", "arguments 0: {}", "end 0");
    add(
        format,
        tagged("{\"name\": \"now\", \"arguments\": null}"),
        "call 0 now",
        "arguments 0: {}",
        "end 0");
    add(
        format,
        tagged(object("\"{\\\"city\\\": \\\"a\\\\\\\"b\\\\u00e9\\ud83d\\ude42\\\"}\"")),
        "call 0 weather",
        "arguments 0: {\"city\": \"a\\\"b\\u00e9🙂\"}",
        "end 0");
    add(format, tagged(object("\"\"")), "call 0 weather", "arguments 0: {}", "end 0");
    add(
        format,
        tagged(object("{\"city\": \"two\nlines\"}")),
        "call 0 weather",
        "arguments 0: {\"city\": \"two\\nlines\"}",
        "end 0");
    // a brace is missing, or the end of the tag, or both
    for (String end : List.of("\n</tool_call>", "", "}", "}\n</tool_c")) {
      add(
          format,
          "<tool_call>{\"name\": \"weather\", \"arguments\": " + CITY + end,
          "call 0 weather",
          "arguments 0: " + CITY,
          "end 0");
    }
    add(
        format,
        "<tool_call>" + object(CITY) + "\n" + object("{}") + "</tool_call>",
        "call 0 weather",
        "arguments 0: " + CITY,
        "end 0",
        "call 1 weather",
        "arguments 1: {}",
        "end 1");
    add(
        format,
        "The tag <tool_call> begins calls: " + tagged(object(CITY)),
        "content: The tag <tool_call> begins calls:",
        "call 0 weather",
        "arguments 0: " + CITY,
        "end 0");
    add(
        format,
        "<tool_call><tool_call>" + object(CITY) + "</tool_call>",
        "content: <tool_call>",
        "call 0 weather",
        "arguments 0: " + CITY,
        "end 0");
    for (String none :
        List.of(
            "<tool_call>{\"name\": 5}</tool_call>",
            "<tool_call>{\"arguments\": {}}</tool_call>",
            "<tool_call>{\"name\": \"a\", \"name\": \"b\"}</tool_call>",
            "<tool_call>{\"name\": \"weather\", \"arguments\": 7}</tool_call>",
            "<tool_call>{\"name\": \"weather\", \"arguments\": \"nothing\"}</tool_call>",
            "<tool_call>{\"name\": \"weather\"",
            "<tool_call> []</tool_call> ",
            "<tool_call>\n",
            "text <tool_call></tool_call> text")) {
      add(format, none, content(none));
    }
    String cut = "<tool_call>{\"name\": \"weather\", \"arguments\": {\"city\": \"Be";
    add(
        format,
        "Wait.\n" + cut,
        "content: Wait.",
        "call 0 weather",
        "arguments 0: {\"city\": \"Be",
        "broken 0 TRUNCATED: " + cut);
    String wrong = "<tool_call>{\"name\": \"weather\", \"arguments\": {\"city\": ";
    add(
        format,
        wrong + "Bern}} " + tagged(object(CITY)),
        "call 0 weather",
        "arguments 0: {\"city\": ",
        "broken 0 MALFORMED: " + wrong,
        "content: Bern}}",
        "call 1 weather",
        "arguments 1: " + CITY,
        "end 1");
  }

  static List<Sample> all() {
    return List.copyOf(ALL);
  }
}
