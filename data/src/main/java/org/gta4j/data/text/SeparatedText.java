package org.gta4j.data.text;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/**
 * Documents with a separator between them. A very long one comes in pieces that end with a line.
 */
final class SeparatedText {
  private static final String SEPARATOR = "<|endoftext|>";
  private static final int BUFFER = 1 << 16;
  private static final int LONGEST_PIECE = 1 << 20;

  private final Consumer<Piece> documents;
  private final StringBuilder text = new StringBuilder();
  private boolean begins = true;

  private SeparatedText(Consumer<Piece> documents) {
    this.documents = documents;
  }

  static void read(InputStream stream, Consumer<Piece> documents) throws IOException {
    Reader reader =
        new InputStreamReader(
            stream,
            StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT));
    SeparatedText splitter = new SeparatedText(documents);
    char[] buffer = new char[BUFFER];
    for (int read = reader.read(buffer); read >= 0; read = reader.read(buffer)) {
      splitter.add(buffer, read);
    }
    splitter.end(splitter.text.length());
  }

  private void add(char[] characters, int count) {
    int from = Math.max(0, text.length() - SEPARATOR.length());
    text.append(characters, 0, count);
    for (int at = text.indexOf(SEPARATOR, from); at >= 0; at = text.indexOf(SEPARATOR)) {
      end(at);
      text.delete(0, Math.min(text.length(), SEPARATOR.length()));
    }
    if (text.length() > LONGEST_PIECE) {
      cut();
    }
  }

  /** A document ends before {@code at}; what is before it is taken away. */
  private void end(int at) {
    String whole = text.substring(0, at);
    text.delete(0, at);
    String stripped = begins ? whole.strip() : whole.stripTrailing();
    if (!stripped.isEmpty()) {
      documents.accept(new Piece(stripped, begins, true));
    } else if (!begins) {
      documents.accept(new Piece("\n", false, true)); // only its end was missing
    }
    begins = true;
  }

  /** Gives the largest part that ends with a line, without any of a separator. */
  private void cut() {
    int most = text.length() - SEPARATOR.length();
    int line = text.lastIndexOf("\n", most - 1);
    int at = line > 0 ? line : most;
    if (Character.isHighSurrogate(text.charAt(at - 1))) {
      at--;
    }
    String part = text.substring(0, at);
    text.delete(0, at);
    String stripped = begins ? part.stripLeading() : part;
    if (!stripped.isEmpty()) {
      documents.accept(new Piece(stripped, begins, false));
      begins = false;
    }
  }
}
