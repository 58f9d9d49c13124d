package org.gta4j.cli;

import java.io.Console;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.function.BooleanSupplier;

/**
 * Standard output for results and standard error for everything else, both in UTF-8 whatever the
 * locale says. Unlike {@link PrintStream}, results that cannot be written are an error: a full disk
 * must not look like success.
 */
public final class Terminal {
  private final OutputStream results;
  private final PrintStream messages;
  private final BooleanSupplier interactive;

  /**
   * Writes to streams.
   *
   * @param interactive tells whether somebody is looking on
   */
  Terminal(OutputStream results, OutputStream messages, BooleanSupplier interactive) {
    this.results = results;
    this.messages = new PrintStream(messages, true, StandardCharsets.UTF_8);
    this.interactive = interactive;
  }

  /** The process's own streams. */
  public static Terminal ofProcess() {
    return new Terminal(
        new FileOutputStream(FileDescriptor.out),
        new FileOutputStream(FileDescriptor.err),
        Terminal::isScreen);
  }

  @SuppressWarnings("SystemConsoleNull") // it may be null, and it may be no terminal
  private static boolean isScreen() {
    Console console = System.console();
    return console != null && console.isTerminal();
  }

  /** Whether results go to a screen; asked for late, since finding out takes a while. */
  public boolean isInteractive() {
    return interactive.getAsBoolean();
  }

  /** Writes a piece of a result, at once. */
  public void print(String text) {
    try {
      results.write(text.getBytes(StandardCharsets.UTF_8));
      results.flush();
    } catch (IOException e) {
      throw new OutputException(e);
    }
  }

  /** Writes a line of a result. */
  public void line(String text) {
    print(text + "\n");
  }

  /** Tells the user something, as one line. */
  public void say(String text) {
    messages.print("gta: " + oneLine(text) + "\n");
  }

  /** Shows where an error comes from. */
  void trace(Throwable error) {
    error.printStackTrace(messages);
  }

  /** Without line breaks and control characters, which a file's content may bring into an error. */
  private static String oneLine(String text) {
    StringBuilder line = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      line.append(Character.isISOControl(c) ? ' ' : c);
    }
    return line.toString();
  }
}
