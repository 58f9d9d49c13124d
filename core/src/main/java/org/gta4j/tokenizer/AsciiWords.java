package org.gta4j.tokenizer;

import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Runs of ASCII's letters with a space before them or none: most of what there is in most texts.
 * The expressions of many vocabularies cut them out alike, and for those none has to be asked.
 */
final class AsciiWords {
  /** In these a letter, or a space and a letter, begins a word of all letters that follow. */
  private static final Set<String> EXPRESSIONS =
      Stream.of(
              PreTokenizer.GPT2,
              PreTokenizer.LLAMA3.formatted(PreTokenizer.DIGIT),
              PreTokenizer.LLAMA3.formatted(PreTokenizer.THREE_DIGITS),
              PreTokenizer.QWEN35)
          .flatMap(expression ->
              Stream.of(
                  expression, PreTokenizer.java(expression), PublishedWords.published(expression)))
          .collect(Collectors.toUnmodifiableSet());

  private AsciiWords() {}

  /** Whether an expression cuts such runs out as they are. */
  static boolean areWordsOf(Pattern expression) {
    return EXPRESSIONS.contains(expression.pattern());
  }

  /**
   * The end of a run.
   *
   * @param at where it may begin
   * @param limit where the text ends
   * @return −1 where none begins, or where what comes behind it may belong to the word
   */
  static int end(CharSequence text, int at, int limit) {
    int begin = text.charAt(at) == ' ' ? at + 1 : at;
    int end = begin;
    while (end < limit && isLetter(text.charAt(end))) {
      end++;
    }
    return end == begin || (end < limit && text.charAt(end) > 0x7F) ? -1 : end;
  }

  private static boolean isLetter(char c) {
    int folded = c | 0x20;
    return folded >= 'a' && folded <= 'z';
  }
}
