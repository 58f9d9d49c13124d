package org.gta4j.tokenizer;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.PriorityQueue;
import org.gta4j.checkpoint.CheckpointException;
import org.gta4j.checkpoint.InputFile;

/**
 * The tokenizer that lies beside a llama2.c model: SentencePiece's byte-pair encoding, exported as
 * scores and pieces. A text begins with the token 1 and a space; characters without a piece become
 * their bytes' tokens.
 *
 * <p>File: the longest piece's length (32 bit), then for each id a score (f32), a length (32 bit)
 * and the piece's bytes.
 */
public final class Llama2cTokenizer implements Tokenizer {
  private static final int BEGIN = 1;
  private static final int END = 2;

  /** The tokens of single bytes follow unknown, begin and end. */
  private static final int FIRST_BYTE = 3;

  private static final int BYTES = 256;

  private static final long MAX_BYTES = 64L << 20;

  private final byte[][] pieces;
  private final float[] scores;
  private final Map<String, Integer> ids = new HashMap<>();

  private Llama2cTokenizer(byte[][] pieces, float[] scores) {
    this.pieces = pieces;
    this.scores = scores;
    for (int id = pieces.length - 1; id >= FIRST_BYTE + BYTES; id--) {
      ids.put(key(pieces[id]), id); // of equal pieces the first counts
    }
  }

  /**
   * Reads a file.
   *
   * @param vocabularySize how many tokens the model has
   * @throws CheckpointException if the file cannot be read or does not hold that many tokens
   */
  public static Llama2cTokenizer read(Path file, int vocabularySize) {
    return read(file.toString(), InputFile.readBytes(file, MAX_BYTES), vocabularySize);
  }

  /**
   * Reads a file that alone says how many tokens there are: as many as it has room for.
   *
   * @throws CheckpointException if the file cannot be read or is damaged
   */
  public static Llama2cTokenizer read(Path file) {
    byte[] bytes = InputFile.readBytes(file, MAX_BYTES);
    return read(file.toString(), bytes, tokens(bytes));
  }

  /** How many tokens there are, one that is damaged counted as the last. */
  private static int tokens(byte[] bytes) {
    ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    int count = 0;
    long at = Integer.BYTES;
    while (at < bytes.length) {
      count++;
      int length = at + 8 > bytes.length ? -1 : buffer.getInt((int) at + Float.BYTES);
      at = length < 0 ? bytes.length : at + 8 + length;
    }
    return count;
  }

  /** Reads a file's bytes; {@code file} names it in errors. */
  public static Llama2cTokenizer read(String file, byte[] bytes, int vocabularySize) {
    ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    // Every token takes at least eight bytes, which bounds the table before it is made.
    if (bytes.length < 4 + 8L * vocabularySize || vocabularySize < FIRST_BYTE + BYTES) {
      throw CheckpointException.of(
          file,
          "size",
          "a llama2.c tokenizer of %d tokens (at least 259)".formatted(vocabularySize),
          bytes.length + " bytes");
    }
    buffer.getInt();
    byte[][] pieces = new byte[vocabularySize][];
    float[] scores = new float[vocabularySize];
    for (int id = 0; id < vocabularySize; id++) {
      if (buffer.remaining() < 8) {
        throw CheckpointException.of(
            file, "token " + id, "a score and a length", "the end of the file");
      }
      scores[id] = buffer.getFloat();
      if (!Float.isFinite(scores[id])) {
        throw CheckpointException.of(
            file, "token " + id + ": score", "a finite number", scores[id]);
      }
      int length = buffer.getInt();
      if (length < 0 || length > buffer.remaining()) {
        throw CheckpointException.of(
            file, "token " + id + ": length", "0 to %d".formatted(buffer.remaining()), length);
      }
      pieces[id] = new byte[length];
      buffer.get(pieces[id]);
    }
    if (buffer.hasRemaining()) {
      // Another model's tokenizer, most likely: the names of llama2.c's files do not tell them
      // apart.
      throw CheckpointException.of(
          file,
          "size",
          "nothing after %d tokens, as many as the model has".formatted(vocabularySize),
          buffer.remaining() + " bytes more");
    }
    return new Llama2cTokenizer(pieces, scores);
  }

  /** What merging goes by, for each id. */
  float[] scores() {
    return scores.clone();
  }

  /** What kind of token an id is. */
  Vocabulary.Kind kind(int id) {
    check(id);
    if (id == 0) {
      return Vocabulary.Kind.UNKNOWN;
    }
    if (id == BEGIN || id == END) {
      return Vocabulary.Kind.CONTROL;
    }
    return id < FIRST_BYTE + BYTES ? Vocabulary.Kind.BYTE : Vocabulary.Kind.NORMAL;
  }

  @Override
  public int size() {
    return pieces.length;
  }

  /** The names of its two control tokens are no text that is parsed. */
  @Override
  public int[] encode(String text, Framing framing, ControlTokens control) {
    int[] ids = text.isEmpty() ? new int[] {BEGIN} : new Merging(" " + text).ids();
    return framing == Framing.PROMPT ? ids : Arrays.copyOfRange(ids, 1, ids.length);
  }

  @Override
  public TokenDecoder decoder() {
    return new TokenDecoder(this::bytes);
  }

  private byte[] bytes(int previous, int id) {
    byte[] piece = bytes(id);
    boolean isByte = id >= FIRST_BYTE && id < FIRST_BYTE + BYTES;
    return previous == BEGIN && !isByte && piece.length > 0 && piece[0] == ' '
        ? Arrays.copyOfRange(piece, 1, piece.length)
        : piece;
  }

  @Override
  public byte[] bytes(int id) {
    check(id);
    if (id == BEGIN || id == END) {
      return new byte[0];
    }
    return id >= FIRST_BYTE && id < FIRST_BYTE + BYTES
        ? new byte[] {(byte) (id - FIRST_BYTE)}
        : pieces[id].clone();
  }

  private void check(int id) {
    if (id < 0 || id >= pieces.length) {
      throw Tokenizer.outOfRange(id, pieces.length);
    }
  }

  @Override
  public String name(int id) {
    check(id);
    return new String(pieces[id], StandardCharsets.UTF_8);
  }

  @Override
  public OptionalInt id(String name) {
    for (int id = 0; id < pieces.length; id++) {
      if (name(id).equals(name)) {
        return OptionalInt.of(id);
      }
    }
    return OptionalInt.empty();
  }

  /** None: no text becomes one. */
  @Override
  public List<String> controlTokens() {
    return List.of();
  }

  @Override
  public boolean isControl(int id) {
    check(id);
    return id == BEGIN || id == END;
  }

  @Override
  public OptionalInt begin() {
    return OptionalInt.of(BEGIN);
  }

  @Override
  public OptionalInt end() {
    return OptionalInt.of(END);
  }

  /** A piece's bytes as a key: one character a byte. */
  private static String key(byte[] piece) {
    return new String(piece, StandardCharsets.ISO_8859_1);
  }

  /** Two neighbouring pieces that are one piece together. */
  private record Merge(int left, int right, int version, int id, float score) {}

  /**
   * One text being merged: pieces in a linked list, candidates in a queue by score, of equal scores
   * the leftmost first. A candidate is stale once either of its pieces has changed.
   */
  private final class Merging {
    private final int[] tokens;
    private final int[] next;
    private final int[] before;
    private final int[] versions;
    private final PriorityQueue<Merge> queue =
        new PriorityQueue<>(
            Comparator.comparingDouble((Merge m) -> -m.score()).thenComparingInt(Merge::left));
    private final int count;

    Merging(String text) {
      int[] initial = new int[text.getBytes(StandardCharsets.UTF_8).length];
      int length = 0;
      for (int codePoint : text.codePoints().toArray()) {
        byte[] bytes = new String(Character.toChars(codePoint)).getBytes(StandardCharsets.UTF_8);
        Integer id = ids.get(key(bytes));
        if (id != null) {
          initial[length++] = id;
        } else {
          for (byte b : bytes) {
            initial[length++] = FIRST_BYTE + Byte.toUnsignedInt(b);
          }
        }
      }
      tokens = initial;
      count = length;
      next = new int[count];
      before = new int[count];
      versions = new int[count];
      for (int i = 0; i < count; i++) {
        next[i] = i + 1;
        before[i] = i - 1;
      }
    }

    int[] ids() {
      for (int i = 0; i + 1 < count; i++) {
        offer(i);
      }
      int left = count;
      for (Merge merge = queue.poll(); merge != null; merge = queue.poll()) {
        if (versions[merge.left()] + versions[merge.right()] != merge.version()
            || next[merge.left()] != merge.right()) {
          continue;
        }
        apply(merge);
        left--;
      }
      int[] result = new int[left + 1];
      result[0] = BEGIN;
      int at = 1;
      for (int i = 0; i < count; i = next[i]) {
        result[at++] = tokens[i];
      }
      return result;
    }

    private void apply(Merge merge) {
      int left = merge.left();
      int right = merge.right();
      tokens[left] = merge.id();
      versions[left]++;
      versions[right]++;
      next[left] = next[right];
      if (next[left] < count) {
        before[next[left]] = left;
        offer(left);
      }
      if (before[left] >= 0) {
        offer(before[left]);
      }
    }

    private void offer(int left) {
      int right = next[left];
      Integer id = ids.get(key(pieces[tokens[left]]) + key(pieces[tokens[right]]));
      if (id != null) {
        queue.add(new Merge(left, right, versions[left] + versions[right], id, scores[id]));
      }
    }
  }
}
