package org.gta4j.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Messages from a file or a pipe, one a line or more, as {@link ChatLineParser} tells. */
final class PipedInput implements ChatInput {
  private final BufferedReader reader;

  PipedInput(InputStream stream) {
    reader =
        new BufferedReader(
            new InputStreamReader(
                stream,
                StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .onUnmappableCharacter(CodingErrorAction.REPORT)));
  }

  @Override
  public Optional<String> next() {
    StringBuilder typed = new StringBuilder();
    try {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        typed.append(typed.isEmpty() ? "" : "\n").append(line);
        if (typed.isEmpty() || typed.toString().isBlank()) {
          typed.setLength(0);
        } else if (ChatLineParser.isComplete(typed.toString())) {
          return Optional.of(ChatLineParser.message(typed.toString()));
        }
      }
    } catch (IOException e) {
      throw new RefusedException(
          "standard input: expected a text in UTF-8, found other bytes, or it cannot be read", e);
    }
    return typed.isEmpty()
        ? Optional.empty()
        : Optional.of(ChatLineParser.message(typed.toString()));
  }

  @Override
  public void during(Runnable answer, Runnable cancel) {
    answer.run(); // Ctrl-C ends the program, as of every filter.
  }

  @Override
  public void close() {
    // Standard input is not ours.
  }
}
