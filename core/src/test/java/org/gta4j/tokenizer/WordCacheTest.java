package org.gta4j.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class WordCacheTest {
  private static int[] lettersOf(String word) {
    return word.chars().toArray();
  }

  @Test
  void everyWordHasItsOwnIdsHoweverManyThereAre() {
    WordCache cache = new WordCache();
    for (int round = 0; round < 2; round++) {
      for (int i = 0; i < 50_000; i++) {
        String word = Integer.toString(i, 36);
        String text = "<" + word + ">";
        assertThat(cache.ids(text, 1, text.length() - 1, WordCacheTest::lettersOf))
            .isEqualTo(lettersOf(word));
      }
    }
  }

  @Test
  void aWordSaidAgainIsNotEncodedAgain() {
    WordCache cache = new WordCache();
    List<String> encoded = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      cache.ids(
          "the cat",
          3,
          7,
          word -> {
            encoded.add(word);
            return lettersOf(word);
          });
    }
    assertThat(encoded).containsExactly(" cat");
  }
}
