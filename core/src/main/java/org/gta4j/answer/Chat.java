package org.gta4j.answer;

import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.gta4j.chat.tools.ParsedAnswer;
import org.gta4j.chat.tools.ToolFunction;
import org.gta4j.chat.tools.ToolPrompt;
import org.gta4j.chat.tools.ToolPrompts;
import org.gta4j.generate.Adjustments;
import org.gta4j.generate.Engine;
import org.gta4j.generate.FinishReason;
import org.gta4j.generate.Generation;
import org.gta4j.generate.LanguageModel;
import org.gta4j.generate.Request;
import org.gta4j.generate.Session;
import org.gta4j.generate.Speculation;
import org.gta4j.generate.TextStream;
import org.gta4j.generate.TokenConstraint;
import org.gta4j.tokenizer.Tokenizer;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * A conversation with a model, by the chat template that came with it: questions and answers, calls
 * of functions, and answers that are held to a JSON schema or a record.
 *
 * <pre>{@code
 * record City(String name, int inhabitants) {}
 *
 * try (LanguageModel model = LanguageModel.load(Path.of("model.gguf"));
 *     Chat chat = Chat.with(model)) {
 *   chat.system("Answer in one sentence.");
 *   chat.ask("What is the capital of France?", System.out::print);
 *   City city = chat.ask("Describe it.", City.class);
 * }
 * }</pre>
 *
 * <p>What was said stays cached, so that only what is new is computed. A question that cannot be
 * answered is forgotten. Not thread-safe; {@link #with(Engine)} makes one of many that are answered
 * side by side.
 */
public final class Chat implements AutoCloseable {
  /** What computes answers. */
  @FunctionalInterface
  private interface Answering {
    Generation answer(Request request, Consumer<String> pieces);
  }

  private final LanguageModel model;
  private final Answering answering;
  private final Optional<Session> session;
  private final Tokenizer tokenizer;
  private final ToolPrompts prompts;
  private final Grammars grammars;
  private final Said said = new Said();
  private ChatSettings settings = ChatSettings.defaults();
  private List<ToolFunction> functions = List.of();
  private long answers;
  private Optional<Generation> last = Optional.empty();

  private Chat(LanguageModel model, Answering answering, Optional<Session> session) {
    this.model = model;
    this.answering = answering;
    this.session = session;
    tokenizer =
        model
            .tokenizer()
            .orElseThrow(() ->
                new IllegalArgumentException("expected a model with a tokenizer, found none"));
    prompts =
        ToolPrompts.of(
            model
                .chatTemplates()
                .orElseThrow(() ->
                    new IllegalArgumentException(
                        "expected a model with a chat template, found none")),
            true);
    grammars = new Grammars(model);
  }

  /**
   * A conversation with a model that nobody else uses meanwhile.
   *
   * @throws IllegalArgumentException if it has no chat template or no tokenizer
   */
  public static Chat with(LanguageModel model) {
    Session session = model.session();
    try {
      return new Chat(model, session::answer, Optional.of(session));
    } catch (RuntimeException | Error e) {
      session.close();
      throw e;
    }
  }

  /**
   * One of the conversations that an engine answers. Pieces come in the caller's thread.
   *
   * @throws IllegalArgumentException if its model has no chat template or no tokenizer
   */
  public static Chat with(Engine engine) {
    Object client = new Object();
    return new Chat(
        engine.model(),
        (request, pieces) -> {
          try (TextStream text = engine.stream(request, client)) {
            text.forEachRemaining(pieces);
            return text.generation();
          }
        },
        Optional.empty());
  }

  /** Says how it is to be answered from now on. */
  public Chat settings(ChatSettings other) {
    settings = other;
    return this;
  }

  /** Offers these functions from now on, and no others. */
  public Chat functions(List<ToolFunction> offered) {
    functions = List.copyOf(offered);
    return this;
  }

  /** Tells the model what holds for the whole conversation, or for what is said from now on. */
  public Chat system(String text) {
    said.add("system", text);
    return this;
  }

  /** {@link #ask(String, Consumer)} for those who wait for the whole answer. */
  public ParsedAnswer ask(String question) {
    return ask(question, piece -> {});
  }

  /**
   * Asks something.
   *
   * @param pieces gets the answer's text as it comes, without thoughts and calls
   * @return the answer: its text, what was thought before it, and the calls of functions, which
   *     {@link #returned} answers
   * @throws IllegalArgumentException if what was said leaves no room in the context, or functions
   *     have to be called whose schema cannot be enforced
   * @throws org.gta4j.checkpoint.CheckpointException if the template refuses what was said
   * @throws org.gta4j.generate.ModelOutputException if the model's logits are not finite numbers
   */
  public ParsedAnswer ask(String question, Consumer<String> pieces) {
    return said.orForget(() -> {
      said.add("user", question);
      Wanted wanted = new Wanted(functions, settings.mustCall(), Optional.empty());
      return answered(wanted, pieces).answer();
    });
  }

  /** {@link #returned(List, Consumer)} for those who wait for the whole answer. */
  public ParsedAnswer returned(List<String> results) {
    return returned(results, piece -> {});
  }

  /**
   * Gives the model what its calls have returned, for it to go on. It may call again.
   *
   * @param results one for each complete call of the last answer, in their order
   * @param pieces gets the answer's text as it comes
   * @throws IllegalArgumentException if there are more or fewer of them; else as {@link
   *     #ask(String, Consumer)}
   */
  public ParsedAnswer returned(List<String> results, Consumer<String> pieces) {
    return said.orForget(() -> {
      said.addResults(results);
      // Where functions have to be called: now one was, else there would never be a text.
      Wanted wanted = new Wanted(functions, false, Optional.empty());
      return answered(wanted, pieces).answer();
    });
  }

  /**
   * Asks something that is answered in JSON. Functions are not offered to that question.
   *
   * @param form what the answer is held to while it is written
   * @throws IllegalStateException if it does not fit into its greatest length, or the context
   * @throws org.gta4j.grammar.GrammarException if the form cannot be enforced
   */
  public JsonNode ask(String question, AnswerForm form) {
    return read(question, form, JsonNode.class);
  }

  /**
   * Asks something that is answered by a record. Functions are not offered to that question.
   *
   * @param type is held to {@link RecordSchema} and read by Jackson: a module that has it opens its
   *     package to {@code tools.jackson.databind}
   * @throws IllegalArgumentException if there is no such schema
   * @throws IllegalStateException if it does not fit into its greatest length, or the context, or
   *     if the record refuses its components
   */
  public <T extends Record> T ask(String question, Class<T> type) {
    return read(question, AnswerForm.of(type), type);
  }

  private <T> T read(String question, AnswerForm form, Class<T> type) {
    return said.orForget(() -> {
      said.add("user", question);
      Wanted wanted = new Wanted(List.of(), false, Optional.of(form));
      Answered answered = answered(wanted, piece -> {});
      String text = answered.answer().content().orElse("").strip();
      if (answered.generation().finish().equals(Optional.of(FinishReason.LENGTH))) {
        throw new IllegalStateException(
            "expected an answer that ends within %d tokens, found the beginning of one: %s"
                .formatted(answered.generation().ids().length, text));
      }
      try {
        return JsonMapper.shared().readValue(text, type);
      } catch (JacksonException e) {
        throw new IllegalStateException(
            "expected an answer that becomes a %s, found %s: %s"
                .formatted(type.getSimpleName(), text, e.getOriginalMessage()),
            e);
      }
    });
  }

  /** What an answer may be, or has to. */
  private record Wanted(
      List<ToolFunction> functions, boolean mustCall, Optional<AnswerForm> form) {}

  private record Answered(ParsedAnswer answer, Generation generation) {}

  private Answered answered(Wanted wanted, Consumer<String> pieces) {
    boolean isCalled = wanted.mustCall() && !wanted.functions().isEmpty();
    ToolPrompt asked =
        prompts.prompt(
            said.messages(),
            Said.tools(wanted.functions()),
            JsonNodeFactory.instance.stringNode(isCalled ? "required" : "auto"),
            settings.variables());
    ChatPrompt prompt = ChatPrompt.of(asked, tokenizer);
    Request request =
        new Request(
            prompt.ids(),
            Math.max(
                1, Math.min(settings.maxTokens(), model.contextLength() - prompt.ids().length)),
            settings.sampling().withSeed(settings.sampling().seed() + answers),
            List.of(),
            false,
            Speculation.AUTO,
            Adjustments.NONE,
            Optional.empty(),
            constraint(prompt, wanted.form()),
            prompt.shown());
    HeardAnswer heard = new HeardAnswer(pieces);
    AnswerReader reader = new AnswerReader(prompt, heard);
    Generation generation = answering.answer(request, reader::accept);
    if (generation.finish().equals(Optional.of(FinishReason.LENGTH))) {
      reader.cutOff();
    } else {
      reader.end();
    }
    answers++;
    last = Optional.of(generation);
    said.addAnswer(heard.whole());
    return new Answered(heard.whole(), generation);
  }

  private Optional<Supplier<TokenConstraint>> constraint(
      ChatPrompt prompt, Optional<AnswerForm> form) {
    return form.isPresent()
        ? Optional.of(HeldAnswer.toForm(prompt, form.get(), grammars, false))
        : HeldAnswer.toCalls(prompt, grammars, false);
  }

  /** What was said so far, as OpenAI's {@code messages}: a copy. */
  public JsonNode messages() {
    return said.messages();
  }

  /** The last answer as it was generated: its ids, and why it ended; empty before the first. */
  public Optional<Generation> last() {
    return last;
  }

  /** Frees what is cached of it; the model, or the engine, stays its owner's. */
  @Override
  public void close() {
    session.ifPresent(Session::close);
  }
}
