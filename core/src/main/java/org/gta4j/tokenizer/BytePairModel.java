package org.gta4j.tokenizer;

import java.util.PriorityQueue;

/**
 * Byte-pair encoding by ranks: of a word's letters neighbours are merged, the pair that was learned
 * first before all others, of equal ones the leftmost.
 *
 * @see <a href="https://arxiv.org/abs/1508.07909">Sennrich, Haddow, Birch: Neural Machine
 *     Translation of Rare Words with Subword Units</a>
 */
final class BytePairModel implements SubwordModel {
  /** Words up to this length are merged by looking at all pairs again, which takes no queue. */
  private static final int SHORT = 32;

  private final WordCache known = new WordCache();
  private final PreTokenizer words;
  private final Alphabet alphabet;
  private final PairTable ranks;
  private final int[] merged;

  /**
   * A model.
   *
   * @param words cuts a text into words
   * @param alphabet the letters of words
   * @param ranks for each pair of ids that can be merged when it was learned
   * @param merged for each rank the id it gives
   */
  BytePairModel(PreTokenizer words, Alphabet alphabet, PairTable ranks, int[] merged) {
    this.words = words;
    this.alphabet = alphabet;
    this.ranks = ranks;
    this.merged = merged;
  }

  @Override
  public void encode(String text, boolean begins, boolean ends, Ids ids) {
    String normal = alphabet.normalize(text, begins);
    int[] cuts = words.cuts(normal);
    int from = 0;
    for (int cut : cuts) {
      if (cut - from > WordCache.LONGEST) {
        encodeWord(normal.substring(from, cut), ids);
      } else {
        ids.addAll(known.ids(normal, from, cut, this::encoded));
      }
      from = cut;
    }
  }

  private int[] encoded(String word) {
    Ids ids = new Ids(word.length());
    encodeWord(word, ids);
    return ids.toArray();
  }

  private void encodeWord(String word, Ids ids) {
    if (words.keepsWholeWords()) {
      int whole = alphabet.whole(word);
      if (whole >= 0) {
        ids.add(whole);
        return;
      }
    }
    Ids letters = new Ids(word.length() * 2);
    alphabet.letters(word, letters);
    if (letters.size() <= SHORT) {
      mergeShort(letters.toArray(), letters.size(), ids);
    } else {
      new Merging(letters.toArray(), letters.size()).run(ids);
    }
  }

  private void mergeShort(int[] tokens, int count, Ids ids) {
    int[] rank = new int[count]; // of each token and the next one
    for (int i = 0; i + 1 < count; i++) {
      rank[i] = rank(tokens, i);
    }
    int left = count;
    for (int at = best(rank, left - 1); at >= 0; at = best(rank, left - 1)) {
      tokens[at] = merged[rank[at]];
      left--;
      System.arraycopy(tokens, at + 2, tokens, at + 1, left - at - 1);
      System.arraycopy(rank, at + 1, rank, at, left - at - 1);
      if (at + 1 < left) {
        rank[at] = rank(tokens, at);
      }
      if (at > 0) {
        rank[at - 1] = rank(tokens, at - 1);
      }
    }
    for (int i = 0; i < left; i++) {
      ids.add(tokens[i]);
    }
  }

  /** When a token and the next one were learned to be merged; behind all others where never. */
  private int rank(int[] tokens, int at) {
    int rank = ranks.get(tokens[at], tokens[at + 1]);
    return rank < 0 ? Integer.MAX_VALUE : rank;
  }

  /** The pair to merge first; −1 where there is none. */
  private static int best(int[] rank, int pairs) {
    int best = Integer.MAX_VALUE;
    int at = -1;
    for (int i = 0; i < pairs; i++) {
      if (rank[i] < best) {
        best = rank[i];
        at = i;
      }
    }
    return at;
  }

  @Override
  public byte[] bytes(int id) {
    return alphabet.bytes(id);
  }

  /** A pair in the queue; stale once one of its tokens is another. */
  private record Pair(int rank, int left, int leftId, int right, int rightId)
      implements Comparable<Pair> {
    @Override
    public int compareTo(Pair other) {
      int order = Integer.compare(rank, other.rank);
      return order != 0 ? order : Integer.compare(left, other.left);
    }
  }

  /** A long word being merged: tokens in a linked list, pairs in a queue. */
  private final class Merging {
    private final int[] tokens;
    private final int[] next;
    private final int[] before;
    private final int count;
    private final PriorityQueue<Pair> queue = new PriorityQueue<>();

    Merging(int[] tokens, int count) {
      this.tokens = tokens;
      this.count = count;
      next = new int[count];
      before = new int[count];
      for (int i = 0; i < count; i++) {
        next[i] = i + 1;
        before[i] = i - 1;
      }
    }

    void run(Ids ids) {
      for (int i = 0; i + 1 < count; i++) {
        offer(i);
      }
      for (Pair pair = queue.poll(); pair != null; pair = queue.poll()) {
        int left = pair.left();
        int right = pair.right();
        if (tokens[left] != pair.leftId()
            || next[left] != right
            || tokens[right] != pair.rightId()) {
          continue;
        }
        tokens[left] = merged[pair.rank()];
        tokens[right] = -1;
        next[left] = next[right];
        if (next[left] < count) {
          before[next[left]] = left;
          offer(left);
        }
        if (before[left] >= 0) {
          offer(before[left]);
        }
      }
      for (int i = 0; i < count; i = next[i]) {
        ids.add(tokens[i]);
      }
    }

    private void offer(int left) {
      int right = next[left];
      int rank = ranks.get(tokens[left], tokens[right]);
      if (rank >= 0) {
        queue.add(new Pair(rank, left, tokens[left], right, tokens[right]));
      }
    }
  }
}
