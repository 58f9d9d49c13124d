package org.gta4j.cli;

import java.util.List;
import org.gta4j.chat.ChatIds;
import org.gta4j.chat.ChatTemplates;
import org.gta4j.generate.LanguageModel;
import org.gta4j.generate.Sampling;
import org.gta4j.generate.Session;
import org.gta4j.generate.Speculation;
import org.gta4j.tokenizer.Tokenizer;

/** {@code gta chat}. */
final class ChatVerb extends Verb {
  /** Chat models are made for some surprise. */
  private static final Sampling USUAL = Sampling.of(0.7, 0).withTopP(0.95).withMinP(0.05);

  private final Setting<String> system =
      Setting.text("--system", "TEXT", "What the model is told before the conversation.");
  private final Setting<Integer> maxTokens =
      Setting.integer("--max-tokens", "N", "How many tokens an answer may have (default: 1024).");
  private final SamplingOptions sampling;
  private final Setting<List<String>> stop =
      Setting.texts("--stop", "TEXT", "A text that ends an answer; may be given several times.");
  private final SpeculationOption speculation;
  private final EscapeOption escape;
  private final ModelOptions options;

  ChatVerb() {
    super(
        "chat",
        "--model PATH [OPTION]...",
        List.of(
            "Talks with a chat model: line editing, history, several lines, Ctrl-C for an answer only.",
            "From a file or a pipe each line is a message. /help in the chat lists its commands."),
        List.of(
            "gta chat --model FILE.gguf",
            "gta chat --model FOLDER --system \"Answer in one sentence.\" --temperature 0",
            "gta chat --model FILE.gguf < questions.txt"));
    add(system, maxTokens);
    sampling = new SamplingOptions(this, USUAL);
    add(stop);
    speculation = new SpeculationOption(this);
    escape = new EscapeOption(this);
    options = new ModelOptions(this);
  }

  @Override
  public void run(Terminal terminal) {
    Sampling chosen = sampling.sampling(options.seed(), options.path().isEmpty());
    int most = Check.count(maxTokens, 1, 1024);
    Speculation speculate = speculation.value();
    List<String> stops = stop.or(List.of());
    if (stops.contains("")) {
      throw UsageException.of("--stop", "a text", "an empty one");
    }
    try (LoadedModel loaded = options.load(terminal)) {
      LanguageModel model = loaded.model();
      Tokenizer tokenizer =
          model
              .tokenizer()
              .orElseThrow(() ->
                  new RefusedException(
                      options.modelName() + " has no tokenizer: nobody can talk with it"));
      ChatTemplates templates =
          model
              .chatTemplates()
              .orElseThrow(() ->
                  new RefusedException(
                      options.modelName()
                          + " has no chat template, it was not made for conversations: continue a text with gta generate, or choose a chat model with --model"));
      MemoryCheck.cache(terminal, model, options, model.contextLength());
      ChatIds ids = new ChatIds(templates, tokenizer, escape.isOn());
      try (Session session = model.session();
          ChatInput input = input(terminal)) {
        Chat chat =
            new Chat(
                terminal,
                model,
                session,
                ids,
                new Chat.Settings(most, chosen, stops, speculate),
                system.value());
        if (terminal.isInteractive()) {
          terminal.say("%s; /help helps, Ctrl-D ends".formatted(options.modelName()));
        }
        chat.run(input);
        if (!terminal.isInteractive() && chat.refused() > 0) {
          throw new RefusedException(
              "messages without an answer or commands refused: " + chat.refused());
        }
      }
    }
  }

  private static ChatInput input(Terminal terminal) {
    return terminal.isInteractive()
        ? new TerminalInput(terminal, Chat.COMMANDS)
        : new PipedInput(System.in);
  }
}
