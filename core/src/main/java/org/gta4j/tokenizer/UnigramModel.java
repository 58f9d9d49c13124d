package org.gta4j.tokenizer;

import java.util.Arrays;

/**
 * SentencePiece's unigram model: of all ways to split a text into pieces the one with the highest
 * sum of scores, found in one pass over where pieces may end.
 *
 * @see <a href="https://arxiv.org/abs/1804.10959">Kudo: Subword Regularization</a>
 */
final class UnigramModel implements SubwordModel {
  /** How much worse than the worst piece a character without one is. */
  private static final float UNKNOWN_PENALTY = 10;

  private final PieceTexts texts;
  private final float[] scores;
  private final float unknownScore;
  private final float bestScore;

  UnigramModel(PieceTexts texts, float[] scores) {
    this.texts = texts;
    this.scores = scores;
    float worst = 0;
    float best = -Float.MAX_VALUE;
    boolean any = false;
    for (int id = 0; id < scores.length; id++) {
      if (texts.vocabulary().kinds().get(id) == Vocabulary.Kind.NORMAL) {
        worst = any ? Math.min(worst, scores[id]) : scores[id];
        best = Math.max(best, scores[id]);
        any = true;
      }
    }
    unknownScore = worst - UNKNOWN_PENALTY;
    bestScore = any ? best : 0;
  }

  @Override
  public void encode(String text, boolean begins, boolean ends, Ids ids) {
    String normal = texts.normalize(text, begins, ends);
    int length = normal.length();
    float[] sums = new float[length + 1];
    int[] from = new int[length + 1];
    int[] pieces = new int[length + 1];
    Arrays.fill(from, -1);
    from[0] = 0;
    for (int at = 0; at < length; ) {
      int character = Character.charCount(normal.codePointAt(at));
      boolean single = false;
      for (int end = at + character; end <= length && end - at <= texts.longest(); ) {
        int id = texts.mergeId(normal.substring(at, end));
        if (id >= 0 && !texts.isUnused(id)) {
          improve(at, end, id, score(id, end - at), sums, from, pieces);
          single |= end == at + character;
        }
        end += end < length ? Character.charCount(normal.codePointAt(end)) : 1;
      }
      if (!single) {
        improve(at, at + character, -1, unknownScore, sums, from, pieces);
      }
      at += character;
    }
    addBest(normal, from, pieces, ids);
  }

  private static void improve(
      int begin, int end, int id, float score, float[] sums, int[] from, int[] pieces) {
    float sum = sums[begin] + score;
    if (from[end] < 0 || sum > sums[end]) {
      sums[end] = sum;
      from[end] = begin;
      pieces[end] = id;
    }
  }

  /** A piece that was set apart is better than any other way to write it. */
  private float score(int id, int length) {
    return texts.vocabulary().kinds().get(id) == Vocabulary.Kind.USER_DEFINED
        ? length * bestScore - 0.1f
        : scores[id];
  }

  private void addBest(String text, int[] from, int[] pieces, Ids ids) {
    int[] ends = new int[text.length()];
    int count = 0;
    for (int end = text.length(); end > 0; end = from[end]) {
      ends[count++] = end;
    }
    boolean unknown = false;
    while (count > 0) {
      int end = ends[--count];
      if (pieces[end] < 0) {
        unknown = texts.addUnknown(text.substring(from[end], end), unknown, ids);
      } else {
        ids.add(pieces[end]);
        unknown = false;
      }
    }
  }

  @Override
  public byte[] bytes(int id) {
    return texts.bytes(id);
  }
}
