package org.gta4j.server.api;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
  private static final AnswerFrame.Kind KIND =
      new AnswerFrame.Kind("cmpl-", "text_completion", "text_completion");

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
    LogProbRoom.Taken room =
        model.logProbs().take(request.keptLogProbs(model.engine()), "logprobs");
    try (Answers answers =
        new Answers(model.engine(), "prompt", writer::clientIsThere, model.mostTime(), room)) {
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
                      model.model().tokenizer(),
                      request.echo() ? 0 : CompletionLogProbs.characters(prompt.text())))
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
      AnswerFrame.writeFinish(choice, finish);
      return choice;
    }
  }

  /** Writes the answers as they come, or at their end. */
  private final class Writing {
    private final List<Choice> choices;
    private final boolean streams;
    private final AnswerFrame frame;

    Writing(CompletionRequest request, List<Choice> choices, AnswerWriter writer) {
      this.choices = choices;
      streams = request.settings().stream();
      frame = new AnswerFrame(KIND, model.name(), request.settings(), choices.size(), writer);
    }

    void run(Answers answers) {
      answers.forEach(this::take);
      frame.finish();
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
          if (streams) {
            frame.event(choice.take(Optional.empty()));
          }
        }
        case AnswerEvent.End end -> end(choice, end.generation());
      }
    }

    private void end(Choice choice, Generation generation) {
      frame.usage().add(generation, choice.isFirstOfPrompt);
      ObjectNode last = choice.take(Optional.of(Finish.reason(generation)));
      if (streams) {
        frame.event(last);
      } else {
        frame.keep(choice.index, last);
      }
    }
  }
}
