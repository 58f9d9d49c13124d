package org.gta4j.chat.tools;

import java.util.List;
import org.gta4j.chat.tools.Samples.Sample;

/** Answers in the formats that are not Hermes'. */
final class MoreSamples {
  private static final String CITY = "{\"city\": \"Bern\"}";
  private static final String NASTY = Samples.NASTY;

  private MoreSamples() {}

  private static Sample of(ToolFormat format, String text, String... events) {
    return new Sample(format, text, List.of(events));
  }

  private static Sample two(ToolFormat format, String text) {
    return of(
        format,
        text,
        "call 0 weather",
        "arguments 0: " + NASTY,
        "end 0",
        "call 1 now",
        "arguments 1: {}",
        "end 1");
  }

  private static Sample none(ToolFormat format, String text) {
    return of(format, text, "content: " + text);
  }

  static void add(List<Sample> all) {
    llama(all);
    mistral(all);
    listed(all);
    named(all);
    xml(all);
  }

  private static void llama(List<Sample> all) {
    ToolFormat format = ToolFormat.LLAMA;
    String call = "{\"name\": \"weather\", \"parameters\": " + NASTY + "}";
    String now = "{\"type\": \"function\", \"name\": \"now\", \"parameters\": {}}";
    all.add(two(format, call + "; " + now));
    all.add(two(format, " \n" + call + "\n" + now + " "));
    all.add(two(format, "<|python_tag|>" + call + now));
    all.add(
        of(
            format,
            "I look. <|python_tag|>" + now + " There.",
            "content: I look.",
            "call 0 now",
            "arguments 0: {}",
            "end 0",
            "content:  There."));
    all.add(none(format, "{\"name\": \"Ann\", \"parameters\": {}}"));
    all.add(none(format, "{\"age\": 7, \"name\": \"weather\", \"parameters\": {}}"));
    all.add(none(format, "{{{{"));
    all.add(none(format, "<|python_tag|>print(1)"));
    all.add(none(format, "Say " + call));
    all.add(
        of(
            format,
            "{\"name\": \"weather\", \"parameters\": {\"city\": ",
            "call 0 weather",
            "arguments 0: {\"city\": ",
            "broken 0 TRUNCATED: {\"name\": \"weather\", \"parameters\": {\"city\": "));
  }

  private static void mistral(List<Sample> all) {
    String first = "{\"name\": \"weather\", \"arguments\": " + NASTY + "}";
    String then = "{\"name\": \"now\", \"arguments\": {}, \"id\": \"abcdefghi\"}";
    for (ToolFormat format : List.of(ToolFormat.MISTRAL, ToolFormat.MISTRAL_NAMED)) {
      all.add(two(format, "[TOOL_CALLS] [" + first + ", " + then + "]"));
      all.add(two(format, "[TOOL_CALLS][" + first + "\n," + then));
      all.add(two(format, "[TOOL_CALLS][" + first + "] [TOOL_CALLS]now[ARGS]{}"));
      all.add(
          of(
              format,
              "[TOOL_CALLS][" + then + "] Done.",
              "call 0 now",
              "arguments 0: {}",
              "end 0",
              "content:  Done."));
      all.add(two(format, "[TOOL_CALLS]weather[ARGS]" + NASTY + "[TOOL_CALLS]now[ARGS]{}"));
      all.add(
          two(
              format,
              "[TOOL_CALLS] weather[CALL_ID]a1b2c3d4e[ARGS] "
                  + NASTY
                  + "\n[TOOL_CALLS]now[ARGS]{}"));
      all.add(none(format, "[TOOL_CALLS] is a mark"));
      all.add(none(format, "[TOOL_CALLS][ARGS]{}"));
      all.add(none(format, "[TOOL_CALLS]a name[ARGS]{}"));
      all.add(none(format, "[TOOL_CALLS][]"));
      all.add(none(format, "[TOOL_CALLS]" + "x".repeat(300) + "[ARGS]{}"));
      all.add(
          of(
              format,
              "So.[TOOL_CALLS]weather[ARGS]{\"city\"",
              "content: So.",
              "call 0 weather",
              "arguments 0: {\"city\"",
              "broken 0 TRUNCATED: [TOOL_CALLS]weather[ARGS]{\"city\""));
    }
  }

  private static void listed(List<Sample> all) {
    String first = "{\"name\": \"weather\", \"arguments\": " + NASTY + "}";
    String then = "{\"name\": \"now\"}";
    for (ToolFormat format : List.of(ToolFormat.GRANITE, ToolFormat.PHI)) {
      all.add(two(format, "<|tool_call|>[" + first + ", " + then + "]"));
      all.add(two(format, "<|tool_call|> " + first + " <|tool_call|>" + then));
    }
    all.add(
        two(
            ToolFormat.PHI,
            "<|tool_call|>" + first + "<|/tool_call|><|tool_call|>[" + then + "]<|/tool_call|>"));
  }

  private static void named(List<Sample> all) {
    String nasty = NASTY;
    for (ToolFormat format : List.of(ToolFormat.DEEPSEEK, ToolFormat.DEEPSEEK_NAMED)) {
      all.add(
          two(
              format,
              "<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>weather\n```json\n"
                  + nasty
                  + "\n```<｜tool▁call▁end｜>\n<｜tool▁call▁begin｜>function<｜tool▁sep｜>now\n"
                  + "```json\n{}\n```<｜tool▁call▁end｜><｜tool▁calls▁end｜>"));
      all.add(
          two(
              format,
              "<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>weather<｜tool▁sep｜>"
                  + nasty
                  + "<｜tool▁call▁end｜><｜tool▁call▁begin｜>now<｜tool▁sep｜>{}<｜tool▁call▁end｜>"
                  + "<｜tool▁calls▁end｜>"));
      all.add(none(format, "<｜tool▁calls▁begin｜> are a mark"));
      all.add(none(format, "<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>weather\n"));
      all.add(
          none(format, "<｜tool▁call▁begin｜>function<｜tool▁sep｜>weather\nBern<｜tool▁call▁end｜>"));
    }
    all.add(
        two(
            ToolFormat.FUNCTIONARY,
            "<function=weather>" + nasty + "</function><function=now>{}</function>"));
    all.add(none(ToolFormat.FUNCTIONARY, "<function=weather>Bern</function>"));
    all.add(
        two(
            ToolFormat.KIMI,
            "<|tool_calls_section_begin|><|tool_call_begin|>functions.weather:0"
                + "<|tool_call_argument_begin|>"
                + nasty
                + "<|tool_call_end|><|tool_call_begin|>functions.now:1<|tool_call_argument_begin|>"
                + "{}<|tool_call_end|><|tool_calls_section_end|>"));
  }

  private static void xml(List<Sample> all) {
    ToolFormat format = ToolFormat.QWEN_CODER;
    String begin = "<tool_call>\n<function=weather>\n<parameter=city>\n";
    all.add(
        of(
            format,
            "First:\n\n"
                + begin
                + "a \"b\"\n\n </parameter \\ 🙂 {\n</parameter>\n<parameter=days>\n5\n</parameter>\n"
                + "<parameter=options>\n{\"deep\": [true, {}]}\n</parameter>\n</function>\n"
                + "</tool_call>\n<tool_call>\n<function=now>\n</function>\n</tool_call>",
            "content: First:",
            "call 0 weather",
            "arguments 0: {\"city\": \"a \\\"b\\\"\\n\\n </parameter \\\\ 🙂 {\", \"days\": 5,"
                + " \"options\": {\"deep\": [true, {}]}}",
            "end 0",
            "call 1 now",
            "arguments 1: {}",
            "end 1"));
    all.add(
        of(
            format,
            "<function=weather><parameter=city>5</parameter><parameter=days>many</parameter>"
                + "<parameter=other>True</parameter><parameter=options>{\"a\"}</parameter></function>",
            "call 0 weather",
            "arguments 0: {\"city\": \"5\", \"days\": \"many\", \"other\": true,"
                + " \"options\": \"{\\\"a\\\"}\"}",
            "end 0"));
    all.add(
        of(
            format,
            begin + "\n</parameter>\n</function>",
            "call 0 weather",
            "arguments 0: {\"city\": \"\"}",
            "end 0"));
    all.add(
        of(
            format,
            "<tool_call>\n<tool_call>\n<function=now>\n</function>\n<tool_call>\n<function=now>\n"
                + "</function></tool_call> <",
            "content: <tool_call>",
            "call 0 now",
            "arguments 0: {}",
            "end 0",
            "call 1 now",
            "arguments 1: {}",
            "end 1",
            "content:  <"));
    all.add(none(format, "<tool_call>\n<function>weather</function>"));
    all.add(none(format, "<function=weather>\n"));
    all.add(none(format, "<function=\nweather>"));
    all.add(
        of(
            format,
            begin + "Zürich and its lake",
            "call 0 weather",
            "arguments 0: {\"city\": \"Zürich ",
            "broken 0 TRUNCATED: " + begin + "Zürich and its lake"));
    all.add(
        of(
            format,
            begin + "Bern\n</parameter>\nwell",
            "call 0 weather",
            "arguments 0: {\"city\": \"Bern\"",
            "broken 0 MALFORMED: " + begin + "Bern\n</parameter>\n",
            "content: well"));
    all.add(
        of(
            format,
            begin + CITY + "\n</parameter>\n</function>\n</tool_call>",
            "call 0 weather",
            "arguments 0: {\"city\": \"{\\\"city\\\": \\\"Bern\\\"}\"}",
            "end 0"));
  }
}
