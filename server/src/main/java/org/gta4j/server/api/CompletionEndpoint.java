package org.gta4j.server.api;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import org.gta4j.generate.Generation;
import org.gta4j.generate.Request;
import org.gta4j.generate.Speculation;
import org.gta4j.generate.TokenConstraint;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** {@code /v1/completions}: texts that are continued. */
public final class CompletionEndpoint {
  private final ServedModel model;

  /** Of a model. */
  public CompletionEndpoint(ServedModel model) {
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
    CompletionRequest request = CompletionRequest.of(fields, model);
    Optional<Supplier<TokenConstraint>> constraint =
        ResponseFormat.of(fields).map(format -> format.constraint(model.grammars()));
    try (Answers answers =
        new Answers(model.engine(), "prompt", writer::clientIsThere, model.mostTime())) {
      int prompts = request.prompts().size();
      answers.requireRoom(prompts * request.settings().choices(), prompts > 1 ? "prompt" : "n");
      List<Choice> choices = new ArrayList<>();
      for (CompletionRequest.Prompt prompt : request.prompts()) {
        for (int i = 0; i < request.settings().choices(); i++) {
          choices.add(new Choice(choices.size(), prompt, request, i == 0));
          answers.ask(
              toEngine(request, prompt, model.engine().room(prompt.ids().length), i, constraint),
              request.settings().client(client));
        }
      }
      new Writing(request, choices, writer).run(answers);
    }
  }

  private static Request toEngine(
      CompletionRequest request,
      CompletionRequest.Prompt prompt,
      int room,
      int choice,
      Optional<Supplier<TokenConstraint>> constraint) {
    Settings settings = request.settings();
    return new Request(
        prompt.ids(),
        Math.min(request.maxTokens(), room),
        settings.sampling(choice),
        settings.stop(),
        settings.ignoreEnd(),
        Speculation.AUTO,
        settings.adjustments(),
        request.scoring(),
        constraint,
        Map.of());
  }

  /** One answer as far as it has come. */
  private final class Choice {
    private final int index;
    private final boolean isFirstOfPrompt;
    private final StringBuilder text = new StringBuilder();
    private final Optional<CompletionLogProbs> logProbs;

    Choice(
        int index,
        CompletionRequest.Prompt prompt,
        CompletionRequest request,
        boolean isFirstOfPrompt) {
      this.index = index;
      this.isFirstOfPrompt = isFirstOfPrompt;
      logProbs =
          request.alternatives().isPresent()
              ? Optional.of(
                  new CompletionLogProbs(
                      model.model().tokenizer(), request.echo() ? 0 : prompt.text().length()))
              : Optional.empty();
      if (request.echo()) {
        text.append(prompt.text());
        logProbs.ifPresent(lists -> lists.addFirst(prompt.ids()[0]));
      }
    }

    /** What was added since this was asked last. */
    ObjectNode take(Optional<String> finish) {
      ObjectNode choice = JsonNodeFactory.instance.objectNode();
      choice.put("text", text.toString());
      text.setLength(0);
      choice.put("index", index);
      if (logProbs.isPresent()) {
        choice.set("logprobs", logProbs.get().take());
      } else {
        choice.putNull("logprobs");
      }
      if (finish.isPresent()) {
        choice.put("finish_reason", finish.get());
      } else {
        choice.putNull("finish_reason");
      }
      return choice;
    }
  }

  /** Writes the answers as they come, or at their end. */
  private final class Writing {
    private final String id = "cmpl-" + UUID.randomUUID().toString().replace("-", "");
    private final long created = System.currentTimeMillis() / 1000;
    private final CompletionRequest request;
    private final List<Choice> choices;
    private final AnswerWriter writer;
    private final ObjectNode[] ended;
    private final Usage usage = new Usage();

    Writing(CompletionRequest request, List<Choice> choices, AnswerWriter writer) {
      this.request = request;
      this.choices = choices;
      this.writer = writer;
      ended = new ObjectNode[choices.size()];
    }

    void run(Answers answers) {
      answers.forEach(this::take);
      ObjectNode last = whole();
      if (!request.settings().stream()) {
        for (ObjectNode choice : ended) {
          last.withArray("choices").add(choice);
        }
        usage.write(last);
        usage.writeTimings(last);
        writer.send(last);
        return;
      }
      if (request.settings().streamUsage()) {
        usage.write(last);
        usage.writeTimings(last);
        writer.event(last);
      }
      writer.done();
    }

    private void take(AnswerEvent event) {
      Choice choice = choices.get(event.choice());
      switch (event) {
        case AnswerEvent.PromptToken prompt ->
            choice.logProbs.ifPresent(lists -> lists.add(prompt.token()));
        case AnswerEvent.Token token ->
            choice.logProbs.ifPresent(lists -> lists.add(token.token()));
        case AnswerEvent.Text text -> {
          choice.text.append(text.piece());
          if (request.settings().stream()) {
            stream(choice.take(Optional.empty()));
          }
        }
        case AnswerEvent.End end -> end(choice, end.generation());
      }
    }

    private void end(Choice choice, Generation generation) {
      usage.add(generation, choice.isFirstOfPrompt);
      ObjectNode last = choice.take(Optional.of(Finish.reason(generation)));
      if (request.settings().stream()) {
        stream(last);
      } else {
        ended[choice.index] = last;
      }
    }

    private void stream(ObjectNode choice) {
      ObjectNode event = whole();
      event.withArray("choices").add(choice);
      if (request.settings().streamUsage()) {
        event.putNull("usage");
      }
      writer.event(event);
    }

    private ObjectNode whole() {
      ObjectNode whole = JsonNodeFactory.instance.objectNode();
      whole.put("id", id);
      whole.put("object", "text_completion");
      whole.put("created", created);
      whole.put("model", model.name());
      whole.putArray("choices");
      return whole;
    }
  }
}
