package org.gta4j.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.gta4j.checkpoint.CheckpointException;
import org.gta4j.tokenizer.TestTokenizers;
import org.gta4j.tokenizer.Tokenizer;
import org.gta4j.tokenizer.Tokenizers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which of a conversation's ids are answers. */
class AnsweredIdsTest {
  private static final String TEMPLATE =
      "{% for m in messages %}<|begin|>{{ m.role }}\n{{ m.content }}<|end|>\n{% endfor %}"
          + "{% if add_generation_prompt %}<|begin|>assistant\n{% endif %}";

  private final Tokenizer tokenizer = Tokenizers.of(TestTokenizers.gguf("gpt-2")).orElseThrow();
  private final ChatTemplate template = ChatTemplate.of("chat", TEMPLATE, Map.of());

  private static Conversation of(ChatMessage... messages) {
    return new Conversation(List.of(messages), false, List.of(), Map.of());
  }

  private AnsweredIds read(Conversation conversation) {
    return AnsweredIds.of(template, tokenizer, conversation, message -> true);
  }

  /** The answers' texts with the names of control tokens, each run by itself. */
  private static List<String> answers(AnsweredIds read, Tokenizer tokenizer) {
    List<String> answers = new ArrayList<>();
    boolean before = false;
    for (int i = 0; i < read.ids().length; i++) {
      if (read.answers()[i]) {
        int id = read.ids()[i];
        String text =
            tokenizer.isControl(id)
                ? tokenizer.name(id)
                : new String(tokenizer.bytes(id), StandardCharsets.UTF_8);
        answers.add(before ? answers.removeLast() + text : text);
      }
      before = read.answers()[i];
    }
    return answers;
  }

  @Test
  void answersEndWithTheTokenThatEndsThem() {
    Conversation conversation =
        of(
            ChatMessage.of("system", "Be brief."),
            ChatMessage.of("user", "What is it?"),
            ChatMessage.of("assistant", "A cat. "),
            ChatMessage.of("user", "assistant"),
            ChatMessage.of("assistant", ""));
    AnsweredIds read = read(conversation);
    assertThat(read.ids()).isEqualTo(template.render(conversation).encode(tokenizer));
    assertThat(answers(read, tokenizer)).containsExactly("A cat. <|end|>", "<|end|>");
    int[] asked =
        template
            .render(Conversation.toAnswer(conversation.messages().subList(0, 2)))
            .encode(tokenizer);
    assertThat(read.answers()[asked.length - 1]).isFalse();
    assertThat(read.answers()[asked.length]).isTrue();
    assertThat(read.ids()).startsWith(asked);
  }

  @Test
  void messagesThatDoNotCountAreNoAnswers() {
    AnsweredIds read =
        AnsweredIds.of(
            template,
            tokenizer,
            of(
                ChatMessage.of("user", "a"),
                ChatMessage.of("assistant", "b").with("weight", 0L),
                ChatMessage.of("user", "c"),
                ChatMessage.of("assistant", "d")),
            message -> !Long.valueOf(0).equals(message.fields().get("weight")));
    assertThat(answers(read, tokenizer)).containsExactly("d<|end|>");
  }

  /**
   * With the prompt's last character an answer's first may be one token; the model never sees it.
   */
  @Test
  void thePromptsIdsStayWhatTheyAre() {
    ChatMessage question = ChatMessage.of("user", "a");
    int[] asked = template.render(Conversation.toAnswer(List.of(question))).encode(tokenizer);
    for (String answer : List.of("\n\nb", " c", "\n", "assistant")) {
      AnsweredIds read = read(of(question, ChatMessage.of("assistant", answer)));
      assertThat(read.ids()).startsWith(asked);
      assertThat(answers(read, tokenizer)).containsExactly(answer + "<|end|>");
    }
  }

  @Test
  void tokenizersThatBeginTextsWithASpaceGiveTheIdsOfTheWhole(@TempDir Path folder)
      throws IOException {
    Path file = folder.resolve("tokenizer.model");
    Files.write(file, TestTokenizers.bytes("bpe.model"));
    Tokenizer pieces = Tokenizers.read(file);
    String end = pieces.name(pieces.end().orElseThrow());
    ChatTemplate plain =
        ChatTemplate.of(
            "chat",
            "{% for m in messages %}{% if m.role == 'user' %}[{{ m.content }}]{% else %} {{ m.content }}"
                + end
                + "{% endif %}{% endfor %}",
            Map.of());
    Conversation conversation =
        of(
            ChatMessage.of("user", "which model"),
            ChatMessage.of("assistant", "the tensors"),
            ChatMessage.of("user", "and"),
            ChatMessage.of("assistant", "a file"));
    AnsweredIds read = AnsweredIds.of(plain, pieces, conversation, message -> true);
    assertThat(read.ids()).isEqualTo(plain.render(conversation).encode(pieces));
    assertThat(answers(read, pieces).stream().map(text -> text.replace('\u2581', ' ').strip()))
        .containsExactly("the tensors" + end, "a file" + end);
  }

  @Test
  void templatesThatWriteMessagesAnewAreRefused() {
    String forgets =
        "{% for m in messages %}{% if m.role == 'assistant' and not loop.last %}[gone]"
            + "{% else %}<|begin|>{{ m.role }}:{{ m.content }}<|end|>{% endif %}{% endfor %}"
            + "{% if add_generation_prompt %}<|begin|>assistant:{% endif %}";
    ChatTemplate template = ChatTemplate.of("chat", forgets, Map.of());
    ChatMessage[] messages = {
      ChatMessage.of("user", "a"),
      ChatMessage.of("assistant", "b"),
      ChatMessage.of("user", "c"),
      ChatMessage.of("assistant", "d")
    };
    assertThatExceptionOfType(CheckpointException.class)
        .isThrownBy(() -> AnsweredIds.of(template, tokenizer, of(messages), message -> true))
        .withMessageContaining("chat: chat_template: expected one that writes messages the same")
        .withMessageContaining("the first 1 of a conversation's 4 messages otherwise");
    Conversation one = of(Arrays.copyOf(messages, 2));
    assertThat(answers(AnsweredIds.of(template, tokenizer, one, message -> true), tokenizer))
        .containsExactly("b<|end|>");
  }
}
