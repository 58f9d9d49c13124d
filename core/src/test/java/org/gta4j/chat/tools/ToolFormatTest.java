package org.gta4j.chat.tools;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.gta4j.chat.tools.CallShape.JsonValue;
import org.gta4j.chat.tools.CallShape.Literal;
import org.gta4j.chat.tools.CallShape.Marker;
import org.gta4j.chat.tools.CallShape.Perhaps;
import org.gta4j.chat.tools.CallShape.TextBefore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

class ToolFormatTest {
  private static final ToolFunction WEATHER = Samples.FUNCTIONS.getFirst();

  @Test
  void templatesShowTheirFormat() {
    Map<String, ToolFormat> formats =
        Map.ofEntries(
            Map.entry("'\\n<tool_call>\\n{\"name\": \"' + c.name", ToolFormat.HERMES),
            Map.entry("\"<tool_call>\\n{\\\"name\\\": \" ~ c.name", ToolFormat.HERMES),
            Map.entry("'<tool_call>\\n<function=' + n + '>\\n<parameter='", ToolFormat.QWEN_CODER),
            Map.entry("'\"parameters\": ' }}{{ x }}<|eot_id|>", ToolFormat.LLAMA),
            Map.entry("'[TOOL_CALLS] ['", ToolFormat.MISTRAL),
            Map.entry("'[TOOL_CALLS]' + n + '[ARGS]'", ToolFormat.MISTRAL_NAMED),
            Map.entry("'<｜tool▁call▁begin｜>' + '```json'", ToolFormat.DEEPSEEK),
            Map.entry("'<｜tool▁call▁begin｜>'", ToolFormat.DEEPSEEK_NAMED),
            Map.entry("respond with <|tool_call|> and a list", ToolFormat.GRANITE),
            Map.entry("'<|tool_call|>' + c + '<|/tool_call|>'", ToolFormat.PHI),
            Map.entry("'<function=' + n + '>' + a + '</function>'", ToolFormat.FUNCTIONARY),
            Map.entry("<|tool_call_begin|>{{ id }}", ToolFormat.KIMI));
    formats.forEach((source, format) -> assertThat(ToolFormat.of(source)).hasValue(format));
    for (String unknown :
        List.of(
            "{{ m.content }}",
            "<tool_call>{{ n }}\n<arg_key>",
            "<|start_header_id|>{{ m.content }}<|eot_id|>")) {
      assertThat(ToolFormat.of(unknown)).isEmpty();
    }
  }

  @Test
  void marksMayBeControlTokens() {
    assertThat(ToolFormat.HERMES.controlTokens())
        .containsExactlyInAnyOrder("<tool_call>", "</tool_call>");
    assertThat(ToolFormat.LLAMA.controlTokens()).containsExactly("<|python_tag|>");
    assertThat(ToolFormat.MISTRAL_NAMED.controlTokens())
        .containsExactlyInAnyOrder("[TOOL_CALLS]", "[ARGS]", "[CALL_ID]");
    assertThat(ToolFormat.DEEPSEEK.controlTokens()).hasSize(5);
  }

  /** What is written by a shape is found again. */
  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "QWEN_CODER")
  void shapesAreWhatIsParsed(ToolFormat format) {
    ObjectNode first = (ObjectNode) JsonMapper.shared().readTree("{\"city\": \"B} \\\"\"}");
    ObjectNode then = (ObjectNode) JsonMapper.shared().readTree("{}");
    boolean isSeveral = format.callShape(WEATHER).isSeveral();
    List<CallText.Made> made =
        isSeveral
            ? List.of(new CallText.Made("weather", first), new CallText.Made("now", then))
            : List.of(new CallText.Made("weather", first));
    ParsedAnswer answer = new ParsedAnswer();
    ToolCallParser parser = new ToolCallParser(format, Samples.FUNCTIONS, answer);
    parser.accept(CallText.of(format, made));
    parser.end();
    assertThat(answer.content()).isEmpty();
    assertThat(answer.calls())
        .isEqualTo(
            made.stream()
                .map(m -> new ParsedAnswer.Call(m.name(), m.arguments().toString(), true))
                .toList());
  }

  @Test
  void shapesNameTheirParts() {
    CallShape hermes = ToolFormat.HERMES.callShape(WEATHER);
    assertThat(hermes.begin()).isEmpty();
    assertThat(hermes.call())
        .containsExactly(
            new Marker("<tool_call>"),
            new Literal("\n"),
            new Literal("{\"name\": \"weather\", \"arguments\": "),
            new JsonValue(WEATHER.parameters()),
            new Literal("}"),
            new Literal("\n"),
            new Marker("</tool_call>"));
    assertThat(hermes.between()).containsExactly(new Literal("\n"));
    assertThat(hermes.isSeveral()).isTrue();
    CallShape mistral = ToolFormat.MISTRAL.callShape(WEATHER);
    assertThat(mistral.begin()).containsExactly(new Marker("[TOOL_CALLS]"), new Literal("["));
    assertThat(mistral.end()).containsExactly(new Literal("]"));
    assertThat(ToolFormat.LLAMA.callShape(WEATHER).isSeveral()).isFalse();
    assertThat(ToolFormat.QWEN_CODER.callShape(WEATHER).call())
        .contains(
            new TextBefore("\n</parameter>"),
            new Perhaps(
                List.of(
                    new Literal("<parameter=days>\n"),
                    new JsonValue(WEATHER.schema("days")),
                    new Literal("\n</parameter>\n"))));
  }
}
