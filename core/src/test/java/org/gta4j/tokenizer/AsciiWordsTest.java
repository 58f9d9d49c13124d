package org.gta4j.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.SplittableRandom;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AsciiWordsTest {
  private static final String[] PARTS = {
    "a",
    "Z",
    "the",
    " word",
    " ",
    "  ",
    "\t",
    "\n",
    "\r\n",
    "'s",
    "'LL",
    "'",
    "7",
    "1234",
    ".",
    " ?",
    "_",
    "\u00e9",
    "e\u0301",
    "\u017f",
    "\u4e2d",
    "\u00a0",
    "\u2003",
    "\uD83D\uDE00",
    "\uD83D",
    "\uDE00",
    "\u0001",
    "\u007f",
    "[",
    "`",
    "{",
    "@",
    "\u0661"
  };

  /** The same expressions under other names, so that they are asked for every word. */
  private static PreTokenizer asked(PreTokenizer words) {
    List<Pattern> patterns =
        words.patterns().stream()
            .map(pattern -> Pattern.compile("(?:" + pattern.pattern() + ")", pattern.flags()))
            .toList();
    assertThat(patterns).noneMatch(AsciiWords::areWordsOf);
    return new PreTokenizer(patterns, false, false, true);
  }

  private static void assertSameCuts(PreTokenizer words) {
    assertThat(words.patterns()).anyMatch(AsciiWords::areWordsOf);
    PreTokenizer asked = asked(words);
    SplittableRandom random = new SplittableRandom(11);
    for (int i = 0; i < 4000; i++) {
      StringBuilder text = new StringBuilder();
      for (int part = random.nextInt(24); part >= 0; part--) {
        text.append(PARTS[random.nextInt(PARTS.length)]);
      }
      assertThat(words.cuts(text.toString()))
          .as(text.toString())
          .isEqualTo(asked.cuts(text.toString()));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"gpt-2", "smollm", "llama-bpe", "dbrx", "qwen2", "qwen35", "default"})
  void wordsAreCutAsTheExpressionSays(String name) {
    assertSameCuts(PreTokenizer.named(name).orElseThrow());
  }

  @ParameterizedTest
  @ValueSource(strings = {"gpt-2", "llama-bpe", "qwen2"})
  void thoseOfFilesAreKnownAsWell(String name) {
    assertSameCuts(
        PreTokenizer.ofFile(PublishedWords.named(name).orElseThrow().expressions(), false));
  }

  @Test
  void whatMayGoOnBehindIsLeftToTheExpression() {
    assertThat(AsciiWords.end("ab cd", 0, 5)).isEqualTo(2);
    assertThat(AsciiWords.end("ab cd", 2, 5)).isEqualTo(5);
    assertThat(AsciiWords.end("ab cd", 2, 4)).isEqualTo(4);
    assertThat(AsciiWords.end("caf\u00e9", 0, 4)).isEqualTo(-1);
    assertThat(AsciiWords.end("caf\u00e9", 0, 3)).isEqualTo(3);
    assertThat(AsciiWords.end(" 1", 0, 2)).isEqualTo(-1);
    assertThat(AsciiWords.end(" ", 0, 1)).isEqualTo(-1);
  }

  @Test
  void expressionsThatCutCapitalsAreAsked() {
    for (String name : List.of("tekken", "gpt-4o", "deepseek-v3", "deepseek-coder")) {
      assertThat(PreTokenizer.named(name).orElseThrow().patterns())
          .as(name)
          .noneMatch(AsciiWords::areWordsOf);
    }
  }
}
