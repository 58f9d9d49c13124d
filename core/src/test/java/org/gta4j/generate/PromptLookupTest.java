package org.gta4j.generate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is looked up, against a search through the whole text. */
class PromptLookupTest {
  /** Where the last run of so many tokens ended before; 0: nowhere. */
  private static int earlier(int[] text, int length, int run) {
    for (int end = length - 1; end >= run && length >= run; end--) {
      if (Arrays.equals(text, end - run, end, text, length - run, length)) {
        return end;
      }
    }
    return 0;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 5, 40, 50_000})
  void theLatestRunOfThreeElseOfTwoIsFoundAndItsMatchIsLongest(int vocabulary) {
    SplittableRandom random = new SplittableRandom(vocabulary);
    int[] text = new int[3000];
    PromptLookup lookup = new PromptLookup(vocabulary); // it grows, but for the last
    for (int length = 1; length < text.length - 20; length++) {
      // Some passages come again.
      boolean again = length > 300 && length % 300 < 60;
      text[length - 1] = again ? text[length - 290] : random.nextInt(vocabulary);
      if (random.nextInt(4) == 0) {
        continue; // several at once
      }
      lookup.read(text, length);
      int end = earlier(text, length, 3);
      end = end == 0 ? earlier(text, length, 2) : end;
      int matched = 0;
      while (end > 0
          && matched < Math.min(end, PromptLookup.LONGEST)
          && text[end - 1 - matched] == text[length - 1 - matched]) {
        matched++;
      }
      assertThat(lookup.matched(text)).isEqualTo(matched);
      if (matched > 0) {
        int[] proposed = text.clone();
        lookup.propose(proposed, 15);
        for (int i = 0; i < 15; i++) {
          // Behind the end of the text what was proposed is read.
          int expected = end + i < length ? text[end + i] : proposed[end + i];
          assertThat(proposed[length + i]).isEqualTo(expected);
        }
        assertThat(Arrays.copyOf(proposed, length)).isEqualTo(Arrays.copyOf(text, length));
      }
    }
  }

  @Test
  void aRepeatedPassageIsProposedInItsRhythm() {
    int[] text = Arrays.copyOf(new int[] {9, 4, 5, 6, 4, 5, 6}, 15);
    PromptLookup lookup = new PromptLookup(7);
    lookup.read(text, 7);
    assertThat(lookup.matched(text)).isEqualTo(3);
    lookup.propose(text, 8);
    assertThat(text).containsExactly(9, 4, 5, 6, 4, 5, 6, 4, 5, 6, 4, 5, 6, 4, 5);
  }

  @Test
  void nothingIsFoundInATextThatNeverRepeats() {
    int[] text = new int[50];
    Arrays.setAll(text, i -> i);
    PromptLookup lookup = new PromptLookup(50);
    for (int length = 0; length <= 50; length++) {
      lookup.read(text, length);
      assertThat(lookup.matched(text)).isZero();
    }
  }
}
