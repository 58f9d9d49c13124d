package org.gta4j.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.gta4j.cache.CacheType;
import org.gta4j.chat.ChatIds;
import org.gta4j.generate.LanguageModel;
import org.gta4j.generate.LoadOptions;
import org.gta4j.generate.Sampling;
import org.gta4j.generate.Session;
import org.gta4j.generate.Speculation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A conversation with a real model, where it lies beside the project. */
class ChatTest {
  private static final Path MODEL =
      Path.of(System.getProperty("gta.models", "../../shared/models"))
          .resolve("SmolLM2-135M-Instruct.Q4_1.gguf");

  @TempDir Path folder;

  /** Says what it was given to say; cuts the second answer off at once. */
  private static final class Script implements ChatInput {
    private final Deque<String> messages;
    private int answers;

    Script(List<String> messages) {
      this.messages = new ArrayDeque<>(messages);
    }

    @Override
    public Optional<String> next() {
      return Optional.ofNullable(messages.poll());
    }

    @Override
    public void during(Runnable answer, Runnable cancel) {
      if (++answers == 2) {
        Thread impatient =
            Thread.ofPlatform()
                .start(() -> {
                  for (int i = 0; i < 100; i++) {
                    cancel.run();
                    pause();
                  }
                });
        answer.run();
        impatient.interrupt();
      } else {
        answer.run();
      }
    }

    private static void pause() {
      try {
        Thread.sleep(5);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    @Override
    public void close() {
      // Nothing is held.
    }
  }

  private record Told(String out, String err, Session session) {}

  private static Told talk(LanguageModel model, Session session, String... messages) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    ChatIds ids =
        new ChatIds(model.chatTemplates().orElseThrow(), model.tokenizer().orElseThrow(), false);
    Chat chat =
        new Chat(
            new Terminal(out, err, () -> true),
            model,
            session,
            ids,
            new Chat.Settings(12, Sampling.greedy(), List.of(), Speculation.AUTO),
            Optional.of("You are brief."));
    chat.run(new Script(List.of(messages)));
    return new Told(
        out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8), session);
  }

  private static LanguageModel load(int context) {
    assumeTrue(Files.exists(MODEL), "there is no " + MODEL);
    return LanguageModel.load(
        MODEL, new LoadOptions("auto", 2, CacheType.F32, Optional.of(context)));
  }

  @Test
  void nothingOfAConversationIsComputedTwice() {
    try (LanguageModel model = load(512);
        Session session = model.session()) {
      Told told =
          talk(
              model,
              session,
              "Hello",
              "And who are you?",
              "What is the capital of France?",
              "Why?");
      assertThat(told.out().lines()).hasSizeGreaterThanOrEqualTo(4);
      assertThat(told.err()).contains(" a second").contains("of the prompt's");
      // Every token whose keys are cached went through the model exactly once.
      assertThat(
              session.scheduler().promptTokensComputed()
                  + session.scheduler().answerTokensComputed())
          .isEqualTo(session.length());
    }
  }

  @Test
  void commandsDoWhatHelpSays() throws Exception {
    Path saved = folder.resolve("chat.json");
    try (LanguageModel model = load(512);
        Session session = model.session()) {
      Told told =
          talk(
              model,
              session,
              "/help",
              "Hello",
              "/reset",
              "/system",
              "/system Answer in French.",
              "Good morning",
              "/save " + saved,
              "/save",
              "/sytem",
              "/exit",
              "never said");
      assertThat(told.err())
          .contains("/help            show this")
          .contains("what was said is forgotten")
          .contains("system: You are brief.")
          .contains("3 messages written")
          .contains("/save: expected a file to write, found none")
          .contains("there is no command /sytem; did you mean /system?");
      JsonNode messages = JsonMapper.shared().readTree(Files.readString(saved)).get("messages");
      assertThat(messages.get(0).toString())
          .isEqualTo("{\"role\":\"system\",\"content\":\"Answer in French.\"}");
      assertThat(messages.get(1).get("content").stringValue()).isEqualTo("Good morning");
      assertThat(messages.get(2).get("role").stringValue()).isEqualTo("assistant");
      assertThat(messages).hasSize(3);
    }
  }

  @Test
  void aFullContextForgetsTheOldestTurnsAndRefusesWhatNeverFits() {
    try (LanguageModel model = load(96);
        Session session = model.session()) {
      Told told =
          talk(
              model,
              session,
              "Say something about red apples.",
              "Say something about green pears.",
              "Say something about blue plums.",
              "word ".repeat(200),
              "Still there?");
      assertThat(told.err())
          .contains("the context of 96 tokens is full: the oldest 2 messages are forgotten")
          .contains("the context has room for 95");
      assertThat(told.out().lines().filter(line -> !line.isBlank()).count())
          .isGreaterThanOrEqualTo(4);
    }
  }
}
