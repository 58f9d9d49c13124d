package org.gta4j.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.UserInterruptException;
import org.jline.reader.impl.completer.StringsCompleter;
import org.jline.terminal.Terminal.Signal;
import org.jline.terminal.Terminal.SignalHandler;
import org.jline.terminal.TerminalBuilder;

/**
 * Messages typed on a terminal: line editing, history (kept between chats), several lines, and
 * Ctrl-C for the answer only.
 */
final class TerminalInput implements ChatInput {
  private static final String PROMPT = "> ";

  private final Terminal messages;
  private final org.jline.terminal.Terminal terminal;
  private final LineReader reader;

  /**
   * Takes the process's terminal.
   *
   * @param messages where to say what is to be said about the input
   * @param commands what can be completed
   */
  TerminalInput(Terminal messages, List<String> commands) {
    this.messages = messages;
    try {
      terminal = TerminalBuilder.builder().name("gta chat").system(true).dumb(true).build();
    } catch (IOException e) {
      throw new RefusedException("the terminal cannot be used: " + Sentences.reason(e), e);
    }
    reader =
        LineReaderBuilder.builder()
            .terminal(terminal)
            .appName("gta4j")
            .parser(new ChatLineParser())
            .completer(new StringsCompleter(commands))
            .option(LineReader.Option.DISABLE_EVENT_EXPANSION, true)
            .option(LineReader.Option.HISTORY_IGNORE_SPACE, true)
            .variable(LineReader.SECONDARY_PROMPT_PATTERN, ". ")
            .build();
    historyFile().ifPresent(file -> reader.setVariable(LineReader.HISTORY_FILE, file));
  }

  /** Where the history is kept, if that place can be written. */
  private static Optional<Path> historyFile() {
    String state = System.getenv("XDG_STATE_HOME");
    Path folder =
        state == null || state.isBlank()
            ? Path.of(System.getProperty("user.home", "."), ".local", "state", "gta4j")
            : Path.of(state, "gta4j");
    try {
      Files.createDirectories(folder);
      return Files.isWritable(folder)
          ? Optional.of(folder.resolve("chat-history"))
          : Optional.empty();
    } catch (IOException e) {
      return Optional.empty(); // A chat without a past is a chat all the same.
    }
  }

  @Override
  public Optional<String> next() {
    while (true) {
      try {
        String message = ChatLineParser.message(reader.readLine(PROMPT));
        if (!message.isBlank()) {
          return Optional.of(message);
        }
      } catch (UserInterruptException e) {
        if (e.getPartialLine().isEmpty()) {
          messages.say("Ctrl-D or /exit ends the chat");
        }
      } catch (EndOfFileException e) {
        return Optional.empty();
      }
    }
  }

  @Override
  public void during(Runnable answer, Runnable cancel) {
    SignalHandler before = terminal.handle(Signal.INT, signal -> cancel.run());
    try {
      answer.run();
    } finally {
      terminal.handle(Signal.INT, before);
    }
  }

  @Override
  public void close() {
    try {
      terminal.close();
    } catch (IOException e) {
      // The chat is over; there is nothing left to do with it.
    }
  }
}
