package org.gta4j.tokenizer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * Cuts text into words, which byte-pair encoding does not merge across. The patterns are applied
 * one after the other: each cuts what the one before it has left into its matches and what is
 * between them. Java's expressions are written so that they mean what Rust's and Oniguruma's mean:
 * white space is Unicode's, not ASCII's.
 *
 * @param patterns the expressions
 * @param keepsWholeWords whether a word that is a token stays one, whatever merging would give
 * @param addsBegin whether prompts begin with a token for that, where the file does not say
 * @param isTrusted whether the patterns are known to take time in proportion to the text
 */
record PreTokenizer(
    List<Pattern> patterns, boolean keepsWholeWords, boolean addsBegin, boolean isTrusted) {
  private static final String SPACE = "\\p{IsWhite_Space}";

  private static final int LONGEST_EXPRESSION = 10_000;

  /** What means something else in Java, or nothing. */
  private static final Pattern FOREIGN =
      Pattern.compile(
          "\\\\[hHKGRXyYOgkzZ]|\\[\\[:|&&|\\(\\?[<P~>#]|\\(\\?[a-zA-Z-]*[xmW]|\\\\[1-9]");

  /** What English puts behind an apostrophe. */
  private static final String ENDINGS = "(?iu:'s|'t|'re|'ve|'m|'ll|'d)";

  private static final String LINES_AND_SPACES = "|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

  /** GPT-2's. */
  static final String GPT2 =
      "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";

  /** Llama 3's, with as many digits a word as {@code %s} says. */
  static final String LLAMA3 =
      ENDINGS
          + "|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|%s| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*"
          + LINES_AND_SPACES;

  static final String QWEN35 =
      ENDINGS
          + "|[^\\r\\n\\p{L}\\p{N}]?[\\p{L}\\p{M}]+|\\p{N}| ?[^\\s\\p{L}\\p{M}\\p{N}]+[\\r\\n]*"
          + LINES_AND_SPACES;

  private static final String UPPER = "[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]";
  private static final String LOWER = "[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]";

  /** Words that begin anew at a capital, with an ending or without, and digits. */
  private static final String CASED =
      "[^\\r\\n\\p{L}\\p{N}]?"
          + UPPER
          + "*"
          + LOWER
          + "+%1$s|[^\\r\\n\\p{L}\\p{N}]?"
          + UPPER
          + "+"
          + LOWER
          + "*%1$s|%2$s| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*"
          + LINES_AND_SPACES;

  private static final String DEEPSEEK3 =
      "[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+|[^\\r\\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+"
          + "| ?[\\p{P}\\p{S}]+[\\r\\n]*"
          + LINES_AND_SPACES;

  /** The letters with cases that DeepSeek's first vocabulary knows. */
  private static final String DEEPSEEK_LETTERS =
      "\\x{41}-\\x{5A}\\x{61}-\\x{7A}\\x{B5}\\x{C0}-\\x{D6}\\x{D8}-\\x{F6}"
          + "\\x{F8}-\\x{1BA}\\x{1BC}-\\x{1BF}\\x{1C4}-\\x{293}\\x{295}-\\x{2AF}"
          + "\\x{370}-\\x{373}\\x{376}\\x{377}\\x{37B}-\\x{37D}\\x{37F}\\x{386}"
          + "\\x{388}-\\x{38A}\\x{38C}\\x{38E}-\\x{3A1}\\x{3A3}-\\x{3F5}\\x{3F7}-\\x{481}"
          + "\\x{48A}-\\x{52F}\\x{531}-\\x{556}\\x{10A0}-\\x{10C5}\\x{13A0}-\\x{13F5}"
          + "\\x{13F8}-\\x{13FD}\\x{1C90}-\\x{1CBA}\\x{1CBD}-\\x{1CBF}\\x{1D00}-\\x{1D2B}"
          + "\\x{1D6B}-\\x{1D77}\\x{1D79}-\\x{1D9A}\\x{1E00}-\\x{1F15}\\x{1F18}-\\x{1F1D}"
          + "\\x{1F20}-\\x{1F45}\\x{1F48}-\\x{1F4D}\\x{1F50}-\\x{1F57}\\x{1F59}\\x{1F5B}"
          + "\\x{1F5D}\\x{1F5F}-\\x{1F7D}\\x{1F80}-\\x{1FB4}\\x{1FB6}-\\x{1FBC}\\x{1FBE}"
          + "\\x{1FC2}-\\x{1FC4}\\x{1FC6}-\\x{1FCC}\\x{1FD0}-\\x{1FD3}\\x{1FD6}-\\x{1FDB}"
          + "\\x{1FE0}-\\x{1FEC}\\x{1FF2}-\\x{1FF4}\\x{1FF6}-\\x{1FFC}\\x{2102}\\x{2107}"
          + "\\x{210A}-\\x{2113}\\x{2115}\\x{2119}-\\x{211D}\\x{2124}\\x{2126}\\x{2128}"
          + "\\x{212A}-\\x{212D}\\x{212F}-\\x{2134}\\x{2139}\\x{213C}-\\x{213F}"
          + "\\x{2145}-\\x{2149}\\x{214E}\\x{2183}\\x{2184}\\x{2C00}-\\x{2C7B}"
          + "\\x{2C7E}-\\x{2CE4}\\x{2CEB}-\\x{2CEE}\\x{2CF2}\\x{2CF3}\\x{A640}-\\x{A66D}"
          + "\\x{A680}-\\x{A69B}\\x{A722}-\\x{A76F}\\x{A771}-\\x{A787}\\x{A78B}-\\x{A78E}"
          + "\\x{AB70}-\\x{ABBF}\\x{FB00}-\\x{FB06}\\x{FB13}-\\x{FB17}\\x{FF21}-\\x{FF3A}"
          + "\\x{FF41}-\\x{FF5A}\\x{10400}-\\x{1044F}\\x{104B0}-\\x{104D3}"
          + "\\x{104D8}-\\x{104FB}\\x{10C80}-\\x{10CB2}\\x{10CC0}-\\x{10CF2}"
          + "\\x{118A0}-\\x{118DF}\\x{1E900}-\\x{1E943}";

  private static final String CHINESE_AND_KOREAN =
      "[\\x{4E00}-\\x{9FA5}\\x{0800}-\\x{4E00}\\x{AC00}-\\x{D7FF}]+";

  private static final String LINE_BREAK = "[\\r\\n]";
  static final String DIGIT = "\\p{N}";
  static final String THREE_DIGITS = "\\p{N}{1,3}";

  /** What GGUF files may name. */
  static final String KNOWN =
      "gpt-2, phi-2, mpt, olmo, smollm, starcoder, refact, command-r, codeshell, exaone, minerva-7b, "
          + "llama-bpe, falcon3, pixtral, lfm2, dbrx, smaug-bpe, qwen2, deepseek-r1-qwen, stablelm2, qwen35, "
          + "tekken, gpt-4o, llama4, deepseek-llm, deepseek-coder, deepseek-v3 or default";

  /** The one that {@code tokenizer.ggml.pre} names; empty where it cannot be done exactly. */
  static Optional<PreTokenizer> named(String name) {
    return Optional.ofNullable(
        switch (name) {
          case "gpt-2", "phi-2", "mpt", "olmo" -> of(GPT2);
          case "smollm", "starcoder", "refact", "command-r", "codeshell", "exaone", "minerva-7b" ->
              of(DIGIT, GPT2);
          case "llama-bpe",
              "llama3",
              "llama-v3",
              "falcon3",
              "falcon-h1",
              "pixtral",
              "midm-2.0",
              "lfm2" ->
              new PreTokenizer(compile(LLAMA3.formatted(THREE_DIGITS)), true, true, true);
          case "dbrx", "smaug-bpe" -> of(LLAMA3.formatted(THREE_DIGITS));
          case "qwen2", "deepseek-r1-qwen", "stablelm2" -> of(LLAMA3.formatted(DIGIT));
          case "qwen35" -> of(QWEN35);
          case "tekken" -> new PreTokenizer(compile(CASED.formatted("", DIGIT)), true, true, true);
          case "gpt-4o", "llama4" -> of(CASED.formatted(ENDINGS + "?", THREE_DIGITS));
          case "deepseek-llm" ->
              of(
                  LINE_BREAK,
                  "\\s?[" + DEEPSEEK_LETTERS + "]+",
                  "\\s?[!-/:-~\\x{FF01}-\\x{FF0F}\\x{FF1A}-\\x{FF5E}\\x{2018}-\\x{201F}\\x{3000}-\\x{3002}]+",
                  // not from within white space, which would go through the same again and again
                  "(?<!\\s)\\s++\\z",
                  CHINESE_AND_KOREAN,
                  "\\p{N}+");
          case "deepseek-coder" ->
              of(LINE_BREAK, "\\s?\\p{L}+", "\\s?\\p{P}+", CHINESE_AND_KOREAN, DIGIT);
          case "deepseek-v3" ->
              of(
                  THREE_DIGITS,
                  "[\\x{4E00}-\\x{9FA5}\\x{3040}-\\x{309F}\\x{30A0}-\\x{30FF}]+",
                  DEEPSEEK3);
          case "default" -> of("[\\p{P}$+<=>^~|]+", GPT2, "\\p{N}+", "[0-9][0-9][0-9]");
          default -> null;
        });
  }

  private static PreTokenizer of(String... expressions) {
    return new PreTokenizer(compile(expressions), false, false, true);
  }

  private static List<Pattern> compile(String... expressions) {
    return Arrays.stream(expressions).map(e -> Pattern.compile(java(e))).toList();
  }

  /** An expression of these, where white space is Unicode's, in Java's words. */
  static String java(String expression) {
    return expression
        .replace("[^\\s", "[^" + SPACE)
        .replace("\\S", "[^" + SPACE + "]")
        .replace("\\s", SPACE);
  }

  /**
   * One of expressions in a file, which are Oniguruma's or Rust's: those that Java does not have,
   * or has with another meaning, are refused.
   *
   * @throws IllegalArgumentException if one is refused
   */
  static PreTokenizer ofFile(List<String> expressions, boolean keepsWholeWords) {
    List<Pattern> patterns = new ArrayList<>();
    for (String expression : expressions) {
      if (expression.length() > LONGEST_EXPRESSION || FOREIGN.matcher(expression).find()) {
        throw new IllegalArgumentException(expression);
      }
      try {
        patterns.add(Pattern.compile(expression, Pattern.UNICODE_CHARACTER_CLASS));
      } catch (PatternSyntaxException e) {
        throw new IllegalArgumentException(expression, e);
      }
    }
    return new PreTokenizer(patterns, keepsWholeWords, false, false);
  }

  /** Where words end, the last at the text's end; none for an empty text. */
  int[] cuts(String text) {
    Ids cuts = new Ids(text.length() / 4);
    if (!text.isEmpty()) {
      cuts.add(text.length());
    }
    CharSequence watched = isTrusted ? text : new WatchedText(text);
    try {
      for (Pattern pattern : patterns) {
        cuts =
            AsciiWords.areWordsOf(pattern)
                ? cutWords(watched, pattern, cuts)
                : cut(pattern.matcher(watched), cuts);
      }
    } catch (StackOverflowError e) {
      throw WatchedText.tooMuch();
    }
    return cuts.toArray();
  }

  /** As the other, for an expression that need not be asked for most words. */
  private static Ids cutWords(CharSequence text, Pattern pattern, Ids before) {
    Ids cuts = new Ids(before.size() * 2 + text.length() / 4);
    Matcher matcher = pattern.matcher(text);
    int at = 0;
    for (int i = 0; i < before.size(); i++) {
      int end = before.get(i);
      while (at < end) {
        int word = AsciiWords.end(text, at, end);
        if (word < 0) {
          if (!matcher.region(at, end).lookingAt()) {
            throw new IllegalStateException("these expressions find something everywhere");
          }
          word = matcher.end();
        }
        cuts.add(word);
        at = word;
      }
    }
    return cuts;
  }

  private static Ids cut(Matcher matcher, Ids before) {
    Ids cuts = new Ids(before.size() * 2);
    int from = 0;
    for (int i = 0; i < before.size(); i++) {
      int end = before.get(i);
      matcher.region(from, end);
      int last = from;
      while (matcher.find()) {
        if (matcher.end() == matcher.start()) {
          continue;
        }
        if (matcher.start() > last) {
          cuts.add(matcher.start());
        }
        last = matcher.end();
        cuts.add(last);
      }
      if (end > last) {
        cuts.add(end);
      }
      from = end;
    }
    return cuts;
  }
}
