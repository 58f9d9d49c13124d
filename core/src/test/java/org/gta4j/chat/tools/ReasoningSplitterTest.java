package org.gta4j.chat.tools;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ReasoningSplitterTest {
  /** An answer, whether it begins within thoughts, and what they and the rest are. */
  record Sample(String text, boolean isOpen, String reasoning, String content) {}

  private static final Reasoning THINK = new Reasoning("<think>", "</think>");

  static List<Sample> samples() {
    List<Sample> samples = new ArrayList<>();
    for (boolean isOpen : new boolean[] {false, true}) {
      samples.add(
          new Sample("<think>\na <b>\n\n🙂 \n</think>\n\nYes.\n", isOpen, "a <b>\n\n🙂", "Yes.\n"));
      samples.add(new Sample(" \n<think></think>Yes", isOpen, "", "Yes"));
      samples.add(new Sample("<think>\n\n</think>\n\n", isOpen, "", ""));
      samples.add(new Sample("<think>\nhm \n</thin", isOpen, "hm \n</thin", ""));
      samples.add(new Sample("", isOpen, "", ""));
    }
    samples.add(new Sample("hm\n</think>\n<think> </think>", true, "hm", "<think> </think>"));
    samples.add(new Sample("</think>Yes", true, "", "Yes"));
    samples.add(new Sample(" <thin", true, "<thin", ""));
    samples.add(new Sample("hm", true, "hm", ""));
    samples.add(new Sample(" <thin", false, "", " <thin"));
    samples.add(new Sample("\n Yes <think> no </think>", false, "", "\n Yes <think> no </think>"));
    samples.add(new Sample("a</think>b", false, "", "a</think>b"));
    samples.add(new Sample("<<think>b", false, "", "<<think>b"));
    return samples;
  }

  @ParameterizedTest
  @MethodSource("samples")
  void whatIsThoughtDoesNotDependOnPieces(Sample sample) {
    List<String> letters = sample.text().codePoints().mapToObj(Character::toString).toList();
    List<List<String>> cuts = new ArrayList<>(List.of(List.of(sample.text()), letters));
    for (int i = 0; i <= letters.size(); i++) {
      cuts.add(
          List.of(
              String.join("", letters.subList(0, i)),
              String.join("", letters.subList(i, letters.size()))));
    }
    for (List<String> pieces : cuts) {
      StringBuilder reasoning = new StringBuilder();
      StringBuilder content = new StringBuilder();
      ReasoningSplitter splitter =
          new ReasoningSplitter(THINK, sample.isOpen(), reasoning::append, content::append);
      pieces.forEach(splitter::accept);
      splitter.end();
      assertThat(reasoning.toString()).as(pieces.toString()).isEqualTo(sample.reasoning());
      assertThat(content.toString()).as(pieces.toString()).isEqualTo(sample.content());
    }
  }

  @Test
  void templatesShowTheMarks() {
    assertThat(Reasoning.of("{{ m.content.split('</think>')[-1] }}")).hasValue(THINK);
    assertThat(Reasoning.of("{{ '[THINK]' + t + '[/THINK]' }}"))
        .hasValue(new Reasoning("[THINK]", "[/THINK]"));
    assertThat(Reasoning.of("{{ m.content }}")).isEmpty();
    assertThat(THINK.controlTokens()).containsExactlyInAnyOrder("<think>", "</think>");
  }

  @Test
  void promptsMayBeginThoughts() {
    assertThat(THINK.isOpenIn("<|im_start|>assistant\n<think>\n")).isTrue();
    assertThat(THINK.isOpenIn("<|im_start|>assistant\n<think>\n\n</think>\n\n")).isFalse();
    assertThat(THINK.isOpenIn("<|im_start|>assistant\n")).isFalse();
  }

  @Test
  void thoughtsMakeNoCalls() {
    EventLog log = new EventLog();
    ToolCallParser parser = new ToolCallParser(ToolFormat.HERMES, Samples.FUNCTIONS, log);
    ReasoningSplitter splitter = new ReasoningSplitter(THINK, true, log::reasoning, parser::accept);
    splitter.accept("<tool_call>{\"name\": \"now\"}</tool_call>\n</think>\n\n<tool_call>");
    splitter.accept("{\"name\": \"now\"}</tool_call>");
    splitter.end();
    parser.end();
    assertThat(log.lines())
        .containsExactly(
            "reasoning: <tool_call>{\"name\": \"now\"}</tool_call>",
            "call 0 now",
            "arguments 0: {}",
            "end 0");
  }
}
