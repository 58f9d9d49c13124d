package org.gta4j.data.text;

import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import org.gta4j.tokenizer.ControlTokens;
import org.gta4j.tokenizer.Tokenizer;

/**
 * Texts as the tokens that models learn from: each document with the token that begins texts before
 * it and the one that ends them behind it, as far as the tokenizer has them.
 */
public final class PieceTokens {
  private PieceTokens() {}

  /** The tokens of pieces, one after the other. */
  public static int[] of(Tokenizer tokenizer, List<Piece> pieces) {
    int[][] parts = pieces.stream().map(piece -> framed(tokenizer, piece)).toArray(int[][]::new);
    return Arrays.stream(parts).flatMapToInt(Arrays::stream).toArray();
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
