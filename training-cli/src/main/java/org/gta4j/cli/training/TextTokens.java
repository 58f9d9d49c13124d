package org.gta4j.cli.training;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.gta4j.cli.Progress;
import org.gta4j.cli.RefusedException;
import org.gta4j.cli.Terminal;
import org.gta4j.cli.data.TextOptions;
import org.gta4j.data.DataException;
import org.gta4j.data.text.DocumentFiles;
import org.gta4j.data.text.Piece;
import org.gta4j.data.text.PieceTokens;
import org.gta4j.data.text.Portions;
import org.gta4j.tokenizer.Tokenizer;

/**
 * Files of texts as tokens, document after document: each with the token that begins texts before
 * it and the one that ends them behind it, as far as the tokenizer has them.
 *
 * @param option what named the files, for messages
 * @param files what is read, in this order
 * @param field the field or column of files that have several
 */
record TextTokens(String option, List<String> files, String field) {
  /** What stands between documents of a file. */
  static final String SEPARATOR = "<|endoftext|>";

  /** The option that names texts where no other one does. */
  static final String OPTION = "--data";

  /**
   * What {@code --data} names.
   *
   * @throws org.gta4j.cli.UsageException if it names nothing
   */
  static TextTokens of(TextOptions options) {
    return of(OPTION, options.files(), options);
  }

  /** Files that another option names, with the field that options name. */
  static TextTokens of(String option, List<String> files, TextOptions options) {
    return new TextTokens(option, files, options.field(TextOptions.USUAL_FIELD));
  }

  /**
   * Tells documents' tokens in the order of the text, tokenized in parallel.
   *
   * @param tokens gets the tokens of some pieces, and how many documents end in them
   */
  void each(Terminal terminal, Tokenizer tokenizer, Sink tokens) {
    each(terminal, tokenizer, passed -> passed, tokens);
  }

  /**
   * The same of those pieces that pass a gate.
   *
   * @param gate makes what gets all pieces and passes some on
   */
  void each(
      Terminal terminal, Tokenizer tokenizer, UnaryOperator<Consumer<Piece>> gate, Sink tokens) {
    try (OrderedWork<Tokens> work =
        new OrderedWork<>(portion -> tokens.accept(portion.tokens(), portion.documents()))) {
      pieces(
          terminal, "tokenizing", gate, portion -> work.add(() -> Tokens.of(tokenizer, portion)));
      work.finish();
    }
  }

  /** Gets tokens in their order. */
  @FunctionalInterface
  interface Sink {
    /** Takes tokens in which so many documents end. */
    void accept(int[] tokens, long documents);
  }

  private record Tokens(int[] tokens, long documents) {
    static Tokens of(Tokenizer tokenizer, List<Piece> pieces) {
      return new Tokens(
          PieceTokens.of(tokenizer, pieces), pieces.stream().filter(Piece::ends).count());
    }
  }

  /**
   * All tokens in memory.
   *
   * @param length tokens of a sequence and the one behind it, of which there is at least one
   */
  int[] read(Terminal terminal, Tokenizer tokenizer, int length) {
    List<int[]> parts = new ArrayList<>();
    each(terminal, tokenizer, (tokens, documents) -> parts.add(tokens));
    int[] all = parts.stream().flatMapToInt(Arrays::stream).toArray();
    if (all.length <= length) {
      throw new RefusedException(
          "%s: %s has %d tokens, and a sequence takes %d: give more text, or a shorter --sequence"
              .formatted(option, String.join(", ", files), all.length, length + 1));
    }
    return all;
  }

  /** All documents in memory, very long ones in pieces; at least one. */
  List<String> documents(Terminal terminal) {
    List<String> documents = new ArrayList<>();
    pieces(terminal, "reading", portion -> portion.forEach(piece -> documents.add(piece.text())));
    return documents;
  }

  /**
   * Tells the texts in portions, in their order; at least one.
   *
   * @param portions gets them; what it throws is thrown as it is
   * @throws RefusedException if a file cannot be read, or there is no text
   */
  void pieces(Terminal terminal, String doing, Consumer<List<Piece>> portions) {
    pieces(terminal, doing, passed -> passed, portions);
  }

  private void pieces(
      Terminal terminal,
      String doing,
      UnaryOperator<Consumer<Piece>> gate,
      Consumer<List<Piece>> portions) {
    long all = files.stream().mapToLong(this::size).sum();
    try (Progress progress = new Progress(terminal, doing, all, "bytes")) {
      Receiver receiver = new Receiver(portions);
      Portions sink = new Portions(receiver);
      Consumer<Piece> entry = gate.apply(sink);
      long before = 0;
      for (String file : files) {
        read(
            file,
            progress,
            before,
            receiver,
            piece -> {
              receiver.count++;
              entry.accept(piece);
            });
        before += size(file);
      }
      sink.end();
      if (receiver.count == 0) {
        throw new RefusedException(
            "%s: there is no text in %s".formatted(option, String.join(", ", files)));
      }
    }
  }

  private void read(
      String file, Progress progress, long before, Receiver receiver, Consumer<Piece> pieces) {
    try {
      DocumentFiles.read(Path.of(file), field, bytes -> progress.at(before + bytes), pieces);
    } catch (DataException e) {
      receiver.failure.ifPresent(failure -> {
        throw failure; // no mistake of the file, whatever its reader made of it
      });
      throw new RefusedException(option + ": " + e.getMessage(), e);
    }
  }

  /** Gives portions on, and remembers what their receiver threw while a file was being read. */
  private static final class Receiver implements Consumer<List<Piece>> {
    private final Consumer<List<Piece>> portions;
    private long count;
    private Optional<RuntimeException> failure = Optional.empty();

    private Receiver(Consumer<List<Piece>> portions) {
      this.portions = portions;
    }

    @Override
    public void accept(List<Piece> portion) {
      try {
        portions.accept(portion);
      } catch (RuntimeException e) {
        failure = Optional.of(e);
        throw e;
      }
    }
  }

  private long size(String file) {
    try {
      return Files.isRegularFile(Path.of(file)) ? Files.size(Path.of(file)) : 0;
    } catch (IOException e) {
      throw new RefusedException(
          "%s: %s: cannot be read: %s".formatted(option, file, e.getMessage()), e);
    }
  }
}
