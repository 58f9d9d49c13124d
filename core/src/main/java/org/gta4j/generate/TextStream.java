package org.gta4j.generate;

import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * An answer that is taken piece by piece, as it comes. Whoever closes it before its end has it
 * computed no further:
 *
 * <pre>{@code
 * try (TextStream story = model.stream("Once upon a time", 200)) {
 *   story.stream().takeWhile(piece -> !piece.contains("\n")).forEach(System.out::print);
 * }
 * }</pre>
 *
 * <p>Not thread-safe.
 */
public final class TextStream implements Iterator<String>, AutoCloseable {
  /** Where pieces come from. */
  interface Source extends AutoCloseable {
    /** Waits for the next piece; empty at the end. */
    Optional<String> next();

    /** The answer, whose last piece was handed out. */
    Generation ended();

    /** Ends it where it has not ended, and frees what it took. */
    @Override
    void close();
  }

  private final Source source;
  private Optional<String> piece = Optional.empty();
  private boolean hasEnded;
  private boolean isClosed;

  TextStream(Source source) {
    this.source = source;
  }

  /**
   * Whether more comes; waits until that is known.
   *
   * @throws ModelOutputException if the model's logits are not finite numbers
   * @throws RuntimeException or {@link Error} if computing it failed otherwise
   */
  @Override
  public boolean hasNext() {
    if (piece.isEmpty() && !hasEnded && !isClosed) {
      piece = source.next();
      hasEnded = piece.isEmpty();
    }
    return piece.isPresent() && !isClosed;
  }

  /**
   * The next piece: never half a character, never part of a stop text.
   *
   * @throws NoSuchElementException if nothing more comes
   */
  @Override
  public String next() {
    if (!hasNext()) {
      throw new NoSuchElementException("the answer has ended");
    }
    String next = piece.orElseThrow();
    piece = Optional.empty();
    return next;
  }

  /** The pieces that still come, as a stream that can be had once and closes this with itself. */
  public Stream<String> stream() {
    int kind = Spliterator.ORDERED | Spliterator.NONNULL;
    return StreamSupport.stream(Spliterators.spliteratorUnknownSize(this, kind), false)
        .onClose(this::close);
  }

  /**
   * The finished answer: its whole text, its ids and why it ended.
   *
   * @throws IllegalStateException if pieces of it have not been taken yet
   */
  public Generation generation() {
    if (!hasEnded) {
      throw new IllegalStateException(
          "the answer has not ended: expected all of its pieces to be taken");
    }
    return source.ended();
  }

  /** Ends the answer before its next token, if it has not ended, and frees its memory. */
  @Override
  public void close() {
    if (!isClosed) {
      isClosed = true;
      source.close();
    }
  }
}
