package org.gta4j.train.teacher;

import java.util.Arrays;

/**
 * What a teacher finds probable at each token of a document.
 *
 * @param ids the document's tokens [T]
 * @param top how many tokens are told for each place
 * @param tokens the most probable tokens at each place [T, top]
 * @param probabilities theirs [T, top]; zeros at places of which nothing is said
 */
public record Lesson(int[] ids, int top, int[] tokens, float[] probabilities) {
  /** Nothing said yet. */
  static Lesson of(int[] ids, int top) {
    int places = Math.multiplyExact(ids.length, top);
    return new Lesson(ids, top, new int[places], new float[places]);
  }

  /** Takes the largest of {@code mass}, divided by {@code sum}, as a place's probabilities. */
  void tell(int place, float[] mass, double sum) {
    int begin = place * top;
    float[] best = new float[top];
    int[] which = new int[top];
    int found = 0;
    for (int id = 0; id < mass.length; id++) {
      float p = mass[id];
      if (p <= 0 || (found == top && p <= best[top - 1])) {
        continue;
      }
      int at = Math.min(found, top - 1);
      while (at > 0 && best[at - 1] < p) {
        best[at] = best[at - 1];
        which[at] = which[at - 1];
        at--;
      }
      best[at] = p;
      which[at] = id;
      found = Math.min(found + 1, top);
    }
    Arrays.fill(probabilities, begin, begin + top, 0);
    for (int i = 0; i < found; i++) {
      tokens[begin + i] = which[i];
      probabilities[begin + i] = (float) (best[i] / sum);
    }
  }
}
