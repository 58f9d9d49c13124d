package org.gta4j.chat.tools;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.gta4j.chat.tools.Samples.Sample;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.json.JsonMapper;

class ToolCallParserTest {
  static List<Sample> samples() {
    return Samples.all();
  }

  private static List<String> events(ToolFormat format, List<String> pieces) {
    EventLog log = new EventLog();
    ToolCallParser parser = new ToolCallParser(format, Samples.FUNCTIONS, log);
    pieces.forEach(parser::accept);
    parser.end();
    return log.lines();
  }

  @ParameterizedTest
  @MethodSource("samples")
  void whatIsFoundDoesNotDependOnPieces(Sample sample) {
    String text = sample.text();
    assertThat(events(sample.format(), List.of(text))).isEqualTo(sample.events());
    for (int i = 0; i <= text.length(); i++) {
      boolean isWithin = i > 0 && i < text.length() && Character.isLowSurrogate(text.charAt(i));
      if (!isWithin) {
        assertThat(events(sample.format(), List.of(text.substring(0, i), text.substring(i))))
            .isEqualTo(sample.events());
      }
    }
    List<String> letters = text.codePoints().mapToObj(Character::toString).toList();
    assertThat(events(sample.format(), letters)).isEqualTo(sample.events());
    SplittableRandom random = new SplittableRandom(text.hashCode());
    for (int n = 0; n < 20; n++) {
      List<String> pieces = new ArrayList<>();
      for (int i = 0; i < letters.size(); ) {
        int end = Math.min(letters.size(), i + random.nextInt(12));
        pieces.add(String.join("", letters.subList(i, end)));
        i = end;
      }
      assertThat(events(sample.format(), pieces)).isEqualTo(sample.events());
    }
  }

  @ParameterizedTest
  @MethodSource("samples")
  void argumentsOfCompleteCallsAreObjects(Sample sample) {
    ParsedAnswer answer = new ParsedAnswer();
    ToolCallParser parser = new ToolCallParser(sample.format(), Samples.FUNCTIONS, answer);
    parser.accept(sample.text());
    parser.end();
    for (ParsedAnswer.Call call : answer.calls()) {
      if (call.isComplete()) {
        assertThat(JsonMapper.shared().readTree(call.arguments()).isObject()).isTrue();
      }
    }
  }

  @Test
  void argumentsComeWhileTheyAreWritten() {
    EventLog log = new EventLog();
    ToolCallParser parser = new ToolCallParser(ToolFormat.HERMES, Samples.FUNCTIONS, log);
    parser.accept("Well <");
    assertThat(log.lines()).containsExactly("content: Well");
    parser.accept("tool_call>{\"name\": \"weather\", \"arguments\": {\"ci");
    assertThat(log.lines())
        .containsExactly("content: Well", "call 0 weather", "arguments 0: {\"ci");
    parser.accept("ty\"");
    assertThat(log.lines()).last().isEqualTo("arguments 0: {\"city\"");
    assertThat(parser.calls()).isZero();
    parser.accept(": 1}}");
    assertThat(log.lines()).last().isEqualTo("end 0");
    assertThat(parser.calls()).isOne();
    parser.end();
    parser.end();
    assertThatIllegalStateException().isThrownBy(() -> parser.accept("x"));
  }

  @Test
  void allOfAnAnswerIsCollected() {
    ParsedAnswer answer = new ParsedAnswer();
    ToolCallParser parser = new ToolCallParser(ToolFormat.HERMES, Samples.FUNCTIONS, answer);
    parser.accept("<tool_call>{\"name\": \"f\", \"arguments\": {\"a\": x}} ");
    parser.accept("<tool_call>{\"name\": \"g\", \"arguments\": {\"a\": ");
    parser.end();
    assertThat(answer.content())
        .hasValue("<tool_call>{\"name\": \"f\", \"arguments\": {\"a\": x}}");
    assertThat(answer.calls()).containsExactly(new ParsedAnswer.Call("g", "{\"a\": ", false));
    assertThat(answer.reasoning()).isEmpty();
  }

  private static List<String> cutOff(ToolFormat format, String text) {
    EventLog log = new EventLog();
    ToolCallParser parser = new ToolCallParser(format, Samples.FUNCTIONS, log);
    parser.accept(text);
    parser.cutOff();
    return log.lines();
  }

  @Test
  void whatIsCutOffHasNoMarks() {
    String call =
        "<tool_call>\n{\"name\": \"weather\", \"arguments\": {\"city\": \"Rome\"}}\n</tool_call>";
    for (int i = "<t".length(); i < call.length(); i++) {
      List<String> lines = cutOff(ToolFormat.HERMES, "Well. \n" + call.substring(0, i));
      assertThat(lines).first().isEqualTo("content: Well.");
      boolean hasName = i > call.indexOf("weather\"") + "weather".length();
      assertThat(lines.size() > 1).as(call.substring(0, i)).isEqualTo(hasName);
      if (hasName) {
        assertThat(lines.get(1)).isEqualTo("call 0 weather");
        assertThat(lines.subList(2, lines.size())).noneMatch(line -> line.startsWith("content"));
      }
    }
    assertThat(cutOff(ToolFormat.HERMES, call + "\n<tool_call>\n{\"na"))
        .containsExactly("call 0 weather", "arguments 0: {\"city\": \"Rome\"}", "end 0");
    assertThat(cutOff(ToolFormat.HERMES, "a <")).containsExactly("content: a <");
    assertThat(events(ToolFormat.HERMES, List.of("a <tool_call>\n{\"na")))
        .as("an answer that its model has ended is all there")
        .containsExactly("content: a <tool_call>\n{\"na");
    assertThat(cutOff(ToolFormat.LLAMA, "{\"name\": \"weather\", \"para"))
        .first()
        .isEqualTo("call 0 weather");
    assertThat(cutOff(ToolFormat.LLAMA, "{\"name\": \"we"))
        .as("what nothing marks may be an answer")
        .containsExactly("content: {\"name\": \"we");
  }

  private static void requireLinear(ToolFormat format, String text) {
    EventLength length = new EventLength();
    ToolCallParser parser = new ToolCallParser(format, Samples.FUNCTIONS, length);
    for (int i = 0; i < text.length(); i += 4096) {
      parser.accept(text.substring(i, Math.min(text.length(), i + 4096)));
    }
    parser.end();
    assertThat(length.total).isLessThanOrEqualTo(7L * text.length());
  }

  /** What would cost time or depth if a parser began anew or called itself. */
  @Test
  void timeIsLinear() {
    List<String> units =
        List.of(
            "{",
            "[",
            " ",
            "\n",
            "<",
            "<tool_call>",
            "<tool_call>{\"",
            "<tool_call>\n<func",
            "[TOOL_CALLS]",
            "[TOOL_CALLS]a",
            "<function=a><parameter=b>",
            "<｜tool▁calls▁begin｜>",
            "<|tool_call|>[",
            "\ud83d");
    Assertions.assertTimeout(
        Duration.ofSeconds(60),
        () -> {
          for (ToolFormat format : ToolFormat.values()) {
            for (String unit : units) {
              int size = unit.equals("{") ? 1 << 20 : 1 << 17;
              requireLinear(format, unit.repeat(size / unit.length()));
            }
          }
        });
  }

  @Test
  void timeIsLinearWithinCalls() {
    String name = "{\"name\": \"weather\", \"arguments\": ";
    Map<String, ToolFormat> begins =
        Map.of(
            "<tool_call>" + name,
            ToolFormat.HERMES,
            name.replace("arguments", "parameters"),
            ToolFormat.LLAMA,
            "[TOOL_CALLS][" + name,
            ToolFormat.MISTRAL,
            "[TOOL_CALLS]weather[ARGS]",
            ToolFormat.MISTRAL_NAMED,
            "<function=weather>",
            ToolFormat.QWEN_CODER,
            "<function=weather><parameter=city>",
            ToolFormat.QWEN_CODER,
            "<function=weather><parameter=days>",
            ToolFormat.QWEN_CODER,
            "<｜tool▁call▁begin｜>weather<｜tool▁sep｜>",
            ToolFormat.DEEPSEEK);
    List<String> units =
        List.of("{", "{\"a\":", "[", "\"", "\\", "\"{\\\"", "</parameter", "1", " ", "x");
    Assertions.assertTimeout(
        Duration.ofSeconds(60),
        () ->
            begins.forEach((begin, format) -> {
              for (String unit : units) {
                String text = unit.repeat((1 << 18) / unit.length());
                requireLinear(format, begin + text);
                requireLinear(format, begin + "{\"a\": " + text);
                requireLinear(format, begin + "{\"a\": \"" + text);
              }
            }));
  }

  /** Counts characters. */
  private static final class EventLength implements AnswerEvents {
    private long total;

    @Override
    public void reasoning(String text) {
      total += text.length();
    }

    @Override
    public void content(String text) {
      total += text.length();
    }

    @Override
    public void callBegan(int index, String name) {}

    @Override
    public void argumentsPiece(int index, String text) {
      total += text.length();
    }

    @Override
    public void callEnded(int index) {}

    @Override
    public void callBroken(int index, Fault fault, String text) {
      total += text.length();
    }
  }

  @Test
  void longArgumentsComeWhole() {
    String arguments = "{\"text\": \"" + "a{}\\n<".repeat(200_000) + "\"}";
    ParsedAnswer answer = new ParsedAnswer();
    ToolCallParser parser = new ToolCallParser(ToolFormat.HERMES, Samples.FUNCTIONS, answer);
    parser.accept("<tool_call>{\"name\": \"f\", \"arguments\": " + arguments + "}</tool_call>");
    parser.end();
    assertThat(answer.calls()).containsExactly(new ParsedAnswer.Call("f", arguments, true));
    assertThat(answer.content()).isEmpty();
  }
}
