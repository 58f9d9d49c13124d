package org.gta4j.cli.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.gta4j.chat.ChatTemplates;
import org.gta4j.checkpoint.Json;
import org.gta4j.cli.RefusedException;
import org.gta4j.cli.Terminal;
import org.gta4j.tokenizer.Tokenizer;
import org.gta4j.tokenizer.Tokenizers;
import org.gta4j.train.batch.MaskedSequence;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Files of conversations, whole and broken. */
class ChatFilesTest {
  private static final String GOOD =
      "{\"messages\":[{\"role\":\"user\",\"content\":\"a\"},{\"role\":\"assistant\",\"content\":\"bc\"}]}\n";

  private static final String TEMPLATE =
      "{% for m in messages %}{% if m.role == 'tool' %}{{ raise_exception('no tools') }}{% endif %}"
          + "{{ m.role[0] }}{{ m.content }}{% if m.role == 'assistant' %}<|endoftext|>{% endif %}{% endfor %}"
          + "{% if add_generation_prompt %}a{% endif %}";

  @TempDir private Path folder = Path.of("");

  @BeforeEach
  void writeTokenizer() throws IOException {
    Files.write(folder.resolve("tokenizer.json"), Json.toBytes(Launched.tokenizer()));
  }

  private static ChatTemplates templates(String template) {
    SequencedMap<String, String> sources = new LinkedHashMap<>();
    sources.put("default", template);
    return new ChatTemplates("model", sources, Map.of());
  }

  private Examples.Chats read(String text, int longest) throws IOException {
    return read(text, longest, TEMPLATE);
  }

  private Examples.Chats read(String text, int longest, String template) throws IOException {
    Path file = folder.resolve("chats.jsonl");
    Files.writeString(file, text);
    assertThat(ChatFiles.isOne("--data", file.toString(), "text")).isTrue();
    Tokenizer tokenizer = Tokenizers.read(folder.resolve("tokenizer.json"));
    return new ChatFiles("--data", List.of(file.toString()))
        .read(Terminal.ofProcess(), templates(template), tokenizer, longest);
  }

  @Test
  void answersAreLearnedAndNothingElse() throws IOException {
    String weighed = GOOD.replace("\"bc\"", "\"bc\",\"weight\":1");
    List<MaskedSequence> sequences = read(GOOD + "\n" + weighed, 100).sequences();
    assertThat(sequences).hasSize(2);
    MaskedSequence sequence = sequences.getFirst();
    assertThat(sequence.ids()).containsExactly('u', 'a', 'a', 'b', 'c', 256);
    assertThat(sequence.learned()).containsExactly(false, false, false, true, true, true);
    assertThat(sequences.getLast().learned()).isEqualTo(sequence.learned());
  }

  /** A training goes on with the same bits on another day. */
  @Test
  void templatesThatWriteTheDateWriteTheSameOne() throws IOException {
    String dated = "{{ strftime_now('%d %b %Y') }}" + TEMPLATE;
    int[] ids = read(GOOD, 100, dated).sequences().getFirst().ids();
    assertThat(new String(ids, 0, 11)).isEqualTo("01 Jan 2025");
  }

  @Test
  void answersWithoutATokenAreLeftOut() throws IOException {
    String bare = TEMPLATE.replace("<|endoftext|>", "");
    String empty = GOOD.replace("\"bc\"", "\"\"");
    assertThat(read(empty + GOOD + empty, 100, bare).count()).isEqualTo(1);
    assertThatExceptionOfType(RefusedException.class)
        .isThrownBy(() -> read(empty, 100, bare))
        .withMessageContaining("there is no answer");
  }

  @Test
  void longConversationsAreCut() throws IOException {
    String longer = GOOD.replace("\"a\"", "\"" + "a".repeat(20) + "\"");
    Examples.Chats chats = read(GOOD + longer, 4);
    assertThat(chats.count()).isEqualTo(1);
    assertThat(chats.longest()).isEqualTo(4);
    assertThat(chats.sequences().getFirst().counted()).isEqualTo(2);
    assertThatExceptionOfType(RefusedException.class)
        .isThrownBy(() -> read(longer, 4))
        .withMessageContaining("there is no answer within 4 tokens");
  }

  @Test
  void jsonLinesOfTextsAreNoConversations() throws IOException {
    Path file = folder.resolve("texts.jsonl");
    Files.writeString(file, "{\"text\": \"a\"}\n{");
    assertThat(ChatFiles.isOne("--data", file.toString(), "text")).isFalse();
    assertThat(ChatFiles.isOne("--data", "stories.txt", "text")).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "[1]|line 2: expected a JSON object, found ARRAY",
        "{\"messages\": [|line 2: expected a JSON object",
        "{\"message\": []}|line 2: messages: expected a list, found no such field",
        "{\"messages\": 3}|line 2: messages: expected a list, found 3",
        "{\"messages\": []}|line 2: messages: expected one of the role assistant to learn, found no message",
        "{\"messages\": [\"hi\"]}|line 2: messages: expected objects, found \"hi\"",
        "{\"messages\": [{\"role\":\"user\",\"content\":\"a\"}]}|line 2: messages: expected one of the role assistant to learn, found none",
        "{\"messages\": [{\"role\":\"assistant\",\"content\":\"a\",\"weight\":0}]}|expected one of the role assistant to learn, found none",
        "{\"messages\": [{\"role\":\"assistant\",\"content\":\"a\",\"weight\":0.5}]}|messages[0]: weight: expected 0 or 1, found 0.5",
        "{\"messages\": [{\"role\":\"robot\",\"content\":\"a\"}]}|messages[0]: role: expected one of system, developer, user, assistant and tool, found robot",
        "{\"messages\": [{\"content\":\"a\"}]}|messages[0]: role: expected one of system, developer, user, assistant and tool, found nothing",
        "{\"messages\": [{\"role\":\"assistant\",\"content\":null}]}|messages[0]: content: expected a text, found none",
        "{\"messages\": [{\"role\":\"assistant\",\"content\":[1]}]}|messages[0]: content: expected a text, found [1]",
        "{\"messages\": [{\"role\":\"tool\",\"content\":\"x\"},{\"role\":\"assistant\",\"content\":\"a\"}]}|line 2: model: chat_template: expected messages that it can write, found some that it refuses: no tools",
      })
  void brokenLinesAreNamed(String line, String message) {
    assertThatExceptionOfType(RefusedException.class)
        .isThrownBy(() -> read(GOOD + line + "\n", 100))
        .withMessageStartingWith("--data: ")
        .withMessageContaining("chats.jsonl: line 2")
        .withMessageContaining(message);
  }
}
