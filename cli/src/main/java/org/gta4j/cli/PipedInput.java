package org.gta4j.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Messages from a file or a pipe, one a line; a line that ends with a backslash goes on. */
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
    StringBuilder message = new StringBuilder();
    try {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        if (line.endsWith("\\")) {
          message.append(line, 0, line.length() - 1).append('\n');
        } else if (!line.isBlank() || !message.isEmpty()) {
          return Optional.of(message.append(line).toString());
        }
      }
    } catch (IOException e) {
      throw new RefusedException(
          "standard input: expected text in UTF-8: " + Sentences.reason(e), e);
    }
    return message.isEmpty() ? Optional.empty() : Optional.of(message.toString().stripTrailing());
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
