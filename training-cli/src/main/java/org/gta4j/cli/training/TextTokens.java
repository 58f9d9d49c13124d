package org.gta4j.cli.training;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;
import org.gta4j.cli.Progress;
import org.gta4j.cli.RefusedException;
import org.gta4j.cli.Terminal;
import org.gta4j.data.DataException;
import org.gta4j.data.text.DocumentFiles;
import org.gta4j.data.text.Piece;
import org.gta4j.tokenizer.ControlTokens;
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

  /** The field of JSON lines and Parquet where nobody names one. */
  static final String USUAL_FIELD = "text";

  /** Pieces together that a thread gets at once, in characters. */
  private static final int PORTION = 1 << 18;

  /**
   * Tells documents' tokens in the order of the text, tokenized in parallel.
   *
   * @param tokens gets the tokens of some pieces, and how many documents end in them
   */
  void each(Terminal terminal, Tokenizer tokenizer, Sink tokens) {
    try (OrderedWork<Portion> work =
        new OrderedWork<>(portion -> tokens.accept(portion.tokens(), portion.documents()))) {
      pieces(terminal, "tokenizing", portion -> work.add(() -> Portion.of(tokenizer, portion)));
      work.finish();
    }
  }

  /** Gets tokens in their order. */
  @FunctionalInterface
  interface Sink {
    /** Takes tokens in which so many documents end. */
    void accept(int[] tokens, long documents);
  }

  private record Portion(int[] tokens, long documents) {
    static Portion of(Tokenizer tokenizer, List<Piece> pieces) {
      int[][] parts = pieces.stream().map(piece -> framed(tokenizer, piece)).toArray(int[][]::new);
      return new Portion(
          Arrays.stream(parts).flatMapToInt(Arrays::stream).toArray(),
          pieces.stream().filter(Piece::ends).count());
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
    long all = files.stream().mapToLong(this::size).sum();
    try (Progress progress = new Progress(terminal, doing, all, "bytes")) {
      Portions sink = new Portions(portions);
      long before = 0;
      for (String file : files) {
        read(file, progress, before, sink);
        before += size(file);
      }
      sink.end();
      if (sink.count == 0) {
        throw new RefusedException(
            "%s: there is no text in %s".formatted(option, String.join(", ", files)));
      }
    }
  }

  private void read(String file, Progress progress, long before, Portions sink) {
    try {
      DocumentFiles.read(Path.of(file), field, bytes -> progress.at(before + bytes), sink::add);
    } catch (DataException e) {
      sink.failure.ifPresent(failure -> {
        throw failure; // no mistake of the file, whatever its reader made of it
      });
      throw new RefusedException(option + ": " + e.getMessage(), e);
    }
  }

  private static final class Portions {
    private final Consumer<List<Piece>> portions;
    private List<Piece> pieces = new ArrayList<>();
    private int characters;
    private long count;

    /** What the receiver threw, while a file was being read. */
    private Optional<RuntimeException> failure = Optional.empty();

    private Portions(Consumer<List<Piece>> portions) {
      this.portions = portions;
    }

    void add(Piece piece) {
      pieces.add(piece);
      count++;
      characters += piece.text().length();
      if (characters >= PORTION) {
        end();
      }
    }

    void end() {
      if (!pieces.isEmpty()) {
        try {
          portions.accept(pieces);
        } catch (RuntimeException e) {
          failure = Optional.of(e);
          throw e;
        }
      }
      pieces = new ArrayList<>();
      characters = 0;
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

  private static int[] framed(Tokenizer tokenizer, Piece piece) {
    int[] ids = tokenizer.encode(piece.text(), Tokenizer.Framing.NONE, ControlTokens.ESCAPED);
    int begin = only(tokenizer.begin());
    int end = only(tokenizer.end());
    int before = piece.begins() && begin >= 0 && begin != end ? 1 : 0;
    int behind = piece.ends() && end >= 0 ? 1 : 0;
    int[] framed = new int[before + ids.length + behind];
    if (before == 1) {
      framed[0] = begin;
    }
    System.arraycopy(ids, 0, framed, before, ids.length);
    if (behind == 1) {
      framed[framed.length - 1] = end;
    }
    return framed;
  }

  private static int only(OptionalInt id) {
    return id.orElse(-1);
  }
}
