package org.gta4j.tokenizer;

import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.PriorityQueue;

/**
 * SentencePiece's byte-pair encoding: characters are merged, two neighbours that make the piece
 * with the highest score before all others, of equal ones the leftmost. Characters without a piece
 * become their bytes' tokens, where there are such.
 */
final class ScoreModel implements SubwordModel {
  private final PieceTexts texts;
  private final float[] scores;

  /** Whether there are pieces that merging goes through and that are taken apart at the end. */
  private final boolean hasUnused;

  ScoreModel(PieceTexts texts, float[] scores) {
    this.texts = texts;
    this.scores = scores;
    hasUnused = texts.vocabulary().kinds().contains(Vocabulary.Kind.UNUSED);
  }

  @Override
  public void encode(String text, boolean begins, boolean ends, Ids ids) {
    String normal = texts.normalize(text, begins, ends);
    if (!normal.isEmpty()) {
      new Merging(normal).run(ids);
    }
  }

  @Override
  public byte[] bytes(int id) {
    return texts.bytes(id);
  }

  /** Two neighbours that are a piece together; stale once one of them has another length. */
  private record Pair(int left, int right, int end, int id, float score) {}

  /** One text being merged: symbols are ranges of it, in a linked list. */
  private final class Merging {
    private final String text;
    private final int[] next;
    private final int[] before;
    private final int[] ids;
    private final Map<String, String[]> parts = new HashMap<>();
    private final PriorityQueue<Pair> queue =
        new PriorityQueue<>(
            Comparator.comparingDouble((Pair p) -> -p.score()).thenComparingInt(Pair::left));

    // Symbols are known by where they begin; next is where they end.
    Merging(String text) {
      this.text = text;
      int length = text.length();
      next = new int[length];
      before = new int[length];
      ids = new int[length];
      Arrays.fill(ids, -1);
      int last = -1;
      for (int at = 0; at < length; at = next[at]) {
        next[at] = at + Character.charCount(text.codePointAt(at));
        before[at] = last;
        ids[at] = texts.mergeId(text.substring(at, next[at]));
        last = at;
      }
    }

    void run(Ids out) {
      int length = text.length();
      for (int at = 0; at < length; at = next[at]) {
        offer(at);
      }
      for (Pair pair = queue.poll(); pair != null; pair = queue.poll()) {
        int left = pair.left();
        int right = pair.right();
        if (next[left] != right || next[right] != pair.end()) {
          continue;
        }
        if (hasUnused && texts.isUnused(pair.id())) {
          parts.put(
              text.substring(left, pair.end()),
              new String[] {text.substring(left, right), text.substring(right, pair.end())});
        }
        next[left] = pair.end();
        next[right] = -1; // no pair with it is current any more
        ids[left] = pair.id();
        if (next[left] < length) {
          before[next[left]] = left;
          offer(left);
        }
        if (before[left] >= 0) {
          offer(before[left]);
        }
      }
      boolean unknown = false;
      for (int at = 0; at < length; at = next[at]) {
        unknown = add(text.substring(at, next[at]), ids[at], unknown, out);
      }
    }

    /** Adds a symbol; returns whether it became the token for what is unknown. */
    private boolean add(String symbol, int id, boolean unknown, Ids out) {
      if (id < 0) {
        return texts.addUnknown(symbol, unknown, out);
      }
      String[] halves = texts.isUnused(id) ? parts.get(symbol) : null;
      if (halves == null) {
        if (texts.isUnused(id)) {
          return texts.addUnknown(symbol, unknown, out);
        }
        out.add(id);
        return false;
      }
      boolean left = add(halves[0], texts.mergeId(halves[0]), unknown, out);
      return add(halves[1], texts.mergeId(halves[1]), left, out);
    }

    private void offer(int left) {
      int right = next[left];
      if (right >= text.length() || next[right] - left > texts.longest()) {
        return;
      }
      int id = texts.mergeId(text.substring(left, next[right]));
      if (id >= 0) {
        queue.add(new Pair(left, right, next[right], id, scores[id]));
      }
    }
  }
}
