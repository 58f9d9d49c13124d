package org.gta4j.server.api;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.gta4j.generate.FinishReason;
import org.gta4j.generate.Generation;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** {@code /v1/chat/completions}: conversations that the model answers. */
public final class ChatEndpoint {
  private static final AnswerFrame.Kind KIND =
      new AnswerFrame.Kind("chatcmpl-", "chat.completion", "chat.completion.chunk");

  private final ServedModel model;

  /** Of a model. */
  public ChatEndpoint(ServedModel model) {
    this.model = model;
  }

  /**
   * Answers.
   *
   * @param client whose request it is
   * @throws ApiException if it is refused or fails
   * @throws ClientGoneException if the client leaves
   */
  public void answer(JsonNode body, Object client, AnswerWriter writer) {
    Fields fields = Fields.of(body);
    ChatRequest request = ChatRequest.of(fields, model);
    String param = request.alternatives().orElse(0) > 0 ? "top_logprobs" : "logprobs";
    LogProbRoom.Taken room = model.logProbs().take(request.keptLogProbs(), param);
    try (Answers answers =
        new Answers(model.engine(), "messages", writer::clientIsThere, model.mostTime(), room)) {
      answers.requireRoom(request.settings().choices(), "n");
      List<ChatChoice> choices = new ArrayList<>();
      for (int i = 0; i < request.settings().choices(); i++) {
        choices.add(new ChatChoice(request, model, i));
        answers.ask(request.toEngine(i), request.settings().client(client));
      }
      new Writing(request, choices, writer).run(answers);
    }
  }

  /** Writes the answers as they come, or at their end. */
  private final class Writing {
    private final List<ChatChoice> choices;
    private final boolean streams;
    private final boolean[] hasBegun;
    private final AnswerFrame frame;

    Writing(ChatRequest request, List<ChatChoice> choices, AnswerWriter writer) {
      this.choices = choices;
      streams = request.settings().stream();
      hasBegun = new boolean[choices.size()];
      frame = new AnswerFrame(KIND, model.name(), request.settings(), choices.size(), writer);
    }

    void run(Answers answers) {
      answers.forEach(this::take);
      frame.finish();
    }

    private void take(AnswerEvent event) {
      ChatChoice choice = choices.get(event.choice());
      switch (event) {
        case AnswerEvent.PromptToken prompt -> {}
        case AnswerEvent.Token token ->
            choice.logProbs().ifPresent(lists -> lists.add(token.token()));
        case AnswerEvent.Text text -> {
          choice.accept(text.piece());
          if (streams) {
            stream(choice);
          }
        }
        case AnswerEvent.End end -> end(choice, end.generation());
      }
    }

    private void end(ChatChoice choice, Generation generation) {
      choice.end(generation.finish().orElseThrow() == FinishReason.LENGTH);
      frame.usage().add(generation, choice.index() == 0);
      String finish = choice.finish(Finish.reason(generation));
      if (streams) {
        stream(choice);
        chunk(choice, JsonNodeFactory.instance.objectNode(), Optional.of(finish));
      } else {
        ObjectNode one = JsonNodeFactory.instance.objectNode();
        one.put("index", choice.index());
        one.set("message", choice.message());
        writeLogProbs(one, choice);
        one.put("finish_reason", finish);
        frame.keep(choice.index(), one);
      }
    }

    private void stream(ChatChoice choice) {
      for (ObjectNode delta : choice.takeDeltas()) {
        chunk(choice, delta, Optional.empty());
      }
    }

    private void chunk(ChatChoice choice, ObjectNode delta, Optional<String> finish) {
      if (!hasBegun[choice.index()]) {
        hasBegun[choice.index()] = true;
        ObjectNode first = JsonNodeFactory.instance.objectNode();
        first.put("role", "assistant").put("content", "");
        chunk(choice, first, Optional.empty());
      }
      ObjectNode one = JsonNodeFactory.instance.objectNode();
      one.put("index", choice.index());
      one.set("delta", delta);
      writeLogProbs(one, choice);
      AnswerFrame.writeFinish(one, finish);
      frame.event(one);
    }

    private void writeLogProbs(ObjectNode to, ChatChoice choice) {
      if (choice.logProbs().isPresent() && !choice.logProbs().get().isEmpty()) {
        to.set("logprobs", choice.logProbs().get().take());
      } else {
        to.putNull("logprobs");
      }
    }
  }
}
