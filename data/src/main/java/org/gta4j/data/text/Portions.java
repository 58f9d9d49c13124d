package org.gta4j.data.text;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Puts pieces together into what is worth a thread's time: portions of a quarter of a million
 * characters. Not thread-safe.
 */
public final class Portions implements Consumer<Piece> {
  private static final int CHARACTERS = 1 << 18;

  private final Consumer<List<Piece>> portions;
  private List<Piece> pieces = new ArrayList<>();
  private int characters;

  /** Portions for somebody. */
  public Portions(Consumer<List<Piece>> portions) {
    this.portions = portions;
  }

  @Override
  public void accept(Piece piece) {
    pieces.add(piece);
    characters += piece.text().length();
    if (characters >= CHARACTERS) {
      end();
    }
  }

  /** Gives what is left. */
  public void end() {
    List<Piece> full = pieces;
    pieces = new ArrayList<>();
    characters = 0;
    if (!full.isEmpty()) {
      portions.accept(full);
    }
  }
}
