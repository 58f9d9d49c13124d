package org.gta4j.cli;

import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.gta4j.chat.ChatIds;
import org.gta4j.chat.ChatMessage;
import org.gta4j.chat.Conversation;
import org.gta4j.checkpoint.AtomicOutput;
import org.gta4j.checkpoint.CheckpointException;
import org.gta4j.checkpoint.Json;
import org.gta4j.generate.FinishReason;
import org.gta4j.generate.Generation;
import org.gta4j.generate.LanguageModel;
import org.gta4j.generate.ModelOutputException;
import org.gta4j.generate.Request;
import org.gta4j.generate.Sampling;
import org.gta4j.generate.Session;
import org.gta4j.generate.Speculation;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** A conversation between somebody and a model: messages, commands and answers. */
final class Chat {
  /** What begins with a slash and can be completed. */
  static final List<String> COMMANDS =
      List.of("/help", "/reset", "/save", "/system", "/exit", "/quit");

  private static final String HELP =
      """
      /help            show this
      /reset           forget what was said; the system message stays
      /system [TEXT]   show the system message, or begin anew with another one
      /save FILE       write the conversation as JSON, as chat APIs take it
      /exit            end the chat, as Ctrl-D does
      Ctrl-C ends an answer. A message goes on after a \\ at the end of a line, or between \""".\
      """
          .stripIndent();

  /** How answers are made. */
  record Settings(int maxTokens, Sampling sampling, List<String> stop, Speculation speculation) {}

  private final Terminal terminal;
  private final LanguageModel model;
  private final Session session;
  private final ChatIds ids;
  private final Settings settings;
  private final List<ChatMessage> messages = new ArrayList<>();
  private Optional<String> system;
  private long answers;
  private int refused;

  Chat(
      Terminal terminal,
      LanguageModel model,
      Session session,
      ChatIds ids,
      Settings settings,
      Optional<String> system) {
    this.terminal = terminal;
    this.model = model;
    this.session = session;
    this.ids = ids;
    this.settings = settings;
    this.system = system;
  }

  /** Talks until the input ends. */
  void run(ChatInput input) {
    for (Optional<String> said = input.next(); said.isPresent(); said = input.next()) {
      String message = said.get();
      if (message.equals("/exit") || message.equals("/quit")) {
        return;
      }
      try {
        if (message.startsWith("/")) {
          command(message);
        } else {
          answer(input, message);
        }
      } catch (CheckpointException
          | ModelOutputException
          | RefusedException
          | IllegalArgumentException e) {
        terminal.say(Sentences.of(e, false));
        refused++;
      }
    }
  }

  /** How many messages and commands were refused. */
  int refused() {
    return refused;
  }

  private void command(String message) {
    String[] parts = message.split("\\s+", 2);
    String argument = parts.length == 2 ? parts[1].strip() : "";
    switch (parts[0]) {
      case "/help" -> HELP.lines().forEach(terminal::say);
      case "/reset" -> reset();
      case "/system" -> {
        if (argument.isEmpty()) {
          terminal.say(system.map(text -> "system: " + text).orElse("there is no system message"));
        } else {
          system = Optional.of(argument);
          reset();
        }
      }
      case "/save" -> save(argument);
      default ->
          throw new RefusedException(
              "there is no command %s%s; /help lists them"
                  .formatted(
                      parts[0],
                      Similar.to(parts[0], COMMANDS)
                          .map("; did you mean %s?"::formatted)
                          .orElse("")));
    }
  }

  private void reset() {
    messages.clear();
    session.reset();
    terminal.say("what was said is forgotten");
  }

  private void save(String argument) {
    if (argument.isEmpty()) {
      throw new RefusedException("/save: expected a file to write, found none");
    }
    Path file;
    try {
      file = Path.of(argument);
    } catch (InvalidPathException e) {
      throw new RefusedException("/save: expected a path, found " + argument, e);
    }
    ObjectNode json = Json.object();
    ArrayNode list = json.putArray("messages");
    for (ChatMessage message : all(0)) {
      ObjectNode node = list.addObject();
      message.fields().forEach((name, value) -> node.put(name, String.valueOf(value)));
    }
    byte[] bytes = (json + "\n").getBytes(StandardCharsets.UTF_8);
    AtomicOutput.write(file, bytes);
    terminal.say("%s: %d messages written".formatted(file, list.size()));
  }

  /** What was said, without the oldest messages. */
  private List<ChatMessage> all(int forgotten) {
    List<ChatMessage> all = new ArrayList<>();
    system.ifPresent(text -> all.add(ChatMessage.of("system", text)));
    all.addAll(messages.subList(forgotten, messages.size()));
    return all;
  }

  private void answer(ChatInput input, String message) {
    int before = messages.size();
    messages.add(ChatMessage.of("user", message));
    try {
      answerLast(input);
    } catch (RuntimeException e) {
      // A question without an answer would be in the way of the next one.
      messages.subList(Math.min(before, messages.size() - 1), messages.size()).clear();
      throw e;
    }
  }

  private void answerLast(ChatInput input) {
    int[] prompt = fittingPrompt();
    int most = Math.min(settings.maxTokens(), model.contextLength() - prompt.length);
    Request request =
        new Request(
            prompt,
            most,
            // Another seed each time, or the same question would get the same answer for ever.
            settings.sampling().withSeed(settings.sampling().seed() + answers++),
            settings.stop(),
            false,
            settings.speculation());
    int cached = session.length();
    long begin = System.nanoTime();
    Generation[] answer = new Generation[1];
    input.during(
        () -> {
          try (Progress reading = new Progress(terminal, "reading", prompt.length, "tokens")) {
            answer[0] =
                session.answer(
                    request,
                    piece -> {
                      reading.end();
                      terminal.print(piece);
                    },
                    generation -> reading.at(generation.promptTokensRead()));
          }
        },
        session::cancel);
    terminal.print("\n");
    if (answer[0].ids().length == 0) {
      terminal.say("stopped before there was an answer: the message is forgotten");
      messages.removeLast();
      return;
    }
    finished(answer[0]);
    if (terminal.isInteractive()) {
      terminal.say(report(answer[0], Math.min(cached, prompt.length - 1), begin));
    }
  }

  private void finished(Generation answer) {
    int[] generated = answer.ids();
    boolean ended =
        generated.length > 0
            && model.config().endIds().contains(generated[generated.length - 1])
            && answer.finish().equals(Optional.of(FinishReason.STOP));
    messages.add(ChatMessage.of("assistant", answer.text()));
    if (settings.stop().isEmpty()) {
      // A stop text's tokens are generated, but not part of the answer.
      ids.answered(
          answer.text(), ended ? Arrays.copyOf(generated, generated.length - 1) : generated);
    }
  }

  /** The prompt; the oldest turns are forgotten until it leaves room for an answer. */
  private int[] fittingPrompt() {
    int room = model.contextLength() - Math.min(settings.maxTokens(), model.contextLength() / 4);
    int forgotten = 0;
    int[] prompt = prompt(forgotten);
    while (prompt.length >= room && forgotten + 2 < messages.size()) {
      forgotten += 2; // a question and its answer
      prompt = prompt(forgotten);
    }
    if (prompt.length >= model.contextLength()) {
      throw new RefusedException(
          "this message makes a prompt of %d tokens, the context has room for %d: say it shorter, or start with a longer --context"
              .formatted(prompt.length, model.contextLength() - 1));
    }
    if (forgotten > 0) {
      messages.subList(0, forgotten).clear();
      terminal.say(
          "the context of %d tokens is full: the oldest %d messages are forgotten"
              .formatted(model.contextLength(), forgotten));
    }
    return prompt;
  }

  /** The prompt without the oldest messages. */
  private int[] prompt(int forgotten) {
    return ids.prompt(Conversation.toAnswer(all(forgotten)));
  }

  private String report(Generation answer, int cached, long begin) {
    int tokens = answer.ids().length;
    double seconds = (System.nanoTime() - answer.firstTokenNanos()) / 1e9;
    return "%d tokens, %.1f a second, the first after %.0f ms (%d of the prompt's %d tokens were known); %d of %d tokens of context%s"
        .formatted(
            tokens,
            tokens > 1 ? (tokens - 1) / seconds : 0,
            (answer.firstTokenNanos() - begin) / 1e6,
            cached,
            answer.request().prompt().length,
            session.length() + 1,
            model.contextLength(),
            answer.finish().equals(Optional.of(FinishReason.LENGTH))
                ? "; cut off at its greatest length"
                : "");
  }
}
