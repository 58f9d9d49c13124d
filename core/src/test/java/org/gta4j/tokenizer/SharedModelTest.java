package org.gta4j.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.gta4j.chat.ChatMessage;
import org.gta4j.chat.ChatTemplates;
import org.gta4j.chat.ChatText;
import org.gta4j.chat.Conversation;
import org.gta4j.checkpoint.GgufHeaders;
import org.gta4j.checkpoint.GgufMetadata;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A published model's vocabulary and chat template against what independent code makes of them;
 * skipped where the model is not. {@code -Dgta.models=FOLDER} says where it is.
 */
class SharedModelTest {
  private static final Path MODELS =
      Path.of(
          System.getProperty(
              "gta.models", System.getProperty("gta.root", "..") + "/../shared/models"));

  private static final Path MODEL = MODELS.resolve("SmolLM2-135M-Instruct.Q4_1.gguf");

  @BeforeAll
  static void findModel() {
    assumeTrue(Files.isRegularFile(MODEL), () -> "there is no " + MODEL);
  }

  private static List<JsonNode> lines(String name) throws IOException {
    List<JsonNode> lines = new ArrayList<>();
    for (String line : Files.readAllLines(MODELS.resolve(name))) {
      lines.add(TestTokenizers.json(line));
    }
    return lines;
  }

  @Test
  void everyTextGivesTheReferencesIds() throws IOException {
    Tokenizer tokenizer = Tokenizers.of(GgufHeaders.metadata(MODEL)).orElseThrow();
    List<JsonNode> lines = lines("tokenize.jsonl");
    assertThat(lines).hasSizeGreaterThan(100);
    for (JsonNode line : lines) {
      assertThat(tokenizer.encode(line.path("text").stringValue()))
          .as(line.toString())
          .isEqualTo(TestTokenizers.ids(line.path("ids")));
    }
  }

  @Test
  @SuppressWarnings("unchecked")
  void everyConversationGivesTheReferencesTextAndIds() throws IOException {
    GgufMetadata metadata = GgufHeaders.metadata(MODEL);
    Tokenizer tokenizer = Tokenizers.of(metadata).orElseThrow();
    ChatTemplates templates = ChatTemplates.of(metadata, tokenizer).orElseThrow();
    for (JsonNode line : lines("chat.jsonl")) {
      List<ChatMessage> messages = new ArrayList<>();
      for (JsonNode message : line.path("messages")) {
        SequencedMap<String, Object> fields =
            JsonMapper.shared().convertValue(message, LinkedHashMap.class);
        messages.add(new ChatMessage(fields));
      }
      Conversation conversation =
          new Conversation(
              messages, line.path("add_generation_prompt").booleanValue(), List.of(), Map.of());
      ChatText text = templates.forConversation(conversation).render(conversation);
      assertThat(text.text()).isEqualTo(line.path("text").stringValue());
      assertThat(text.encode(tokenizer)).isEqualTo(TestTokenizers.ids(line.path("ids")));
      ChatText escaped =
          templates.forConversation(conversation).renderEscaped(conversation, tokenizer);
      assertThat(escaped.text()).isEqualTo(text.text());
    }
  }
}
