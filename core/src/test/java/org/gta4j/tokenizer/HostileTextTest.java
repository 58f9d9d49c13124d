package org.gta4j.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Texts and vocabularies that were made to take time. */
class HostileTextTest {
  private static final int LONG = 100_000;
  private static final List<Vocabulary.Kind> KINDS = List.of(Vocabulary.Kind.values());

  static Stream<String> preTokenizers() {
    return Stream.of(PreTokenizer.KNOWN.split(", | or ", -1));
  }

  /** As texts are watched where the expression is a file's: too many looks are an error. */
  @ParameterizedTest
  @MethodSource("preTokenizers")
  void runsTakeTimeInProportionToTheirLength(String name) {
    PreTokenizer trusted = PreTokenizer.named(name).orElseThrow();
    PreTokenizer watched =
        new PreTokenizer(trusted.patterns(), trusted.keepsWholeWords(), trusted.addsBegin(), false);
    for (String run :
        List.of(
            " ", "\n", "\t", "\u3000", " \n", "\r\n", "A", "a", "1", "\u4e00", "'", "!",
            "\u0301")) {
      for (String end : List.of("", "1", "a", "!")) {
        String text = run.repeat(LONG / run.length()) + end;
        assertThat(watched.cuts(text)).as(run + end).endsWith(text.length());
      }
    }
  }

  @Test
  void whiteSpaceAtTheEndIsCutAsItsExpressionSays() {
    PreTokenizer fast = PreTokenizer.named("deepseek-llm").orElseThrow();
    List<Pattern> plain =
        fast.patterns().stream()
            .map(p -> p.pattern().endsWith("\\z") ? Pattern.compile("\\p{IsWhite_Space}+\\z") : p)
            .toList();
    assertThat(plain).isNotEqualTo(fast.patterns());
    PreTokenizer slow = new PreTokenizer(plain, false, false, true);
    String letters = " \n\u3000a1";
    for (int i = 0; i < 15_625; i++) {
      StringBuilder text = new StringBuilder();
      for (int rest = i; rest > 0; rest /= 5) {
        text.append(letters.charAt(rest % 5));
      }
      assertThat(fast.cuts(text.toString())).as("%s", text).isEqualTo(slow.cuts(text.toString()));
    }
  }

  private static Vocabulary sought(List<String> names) {
    return Vocabulary.of(names, Collections.nCopies(names.size(), Vocabulary.Kind.USER_DEFINED));
  }

  @Test
  @Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void tokensThatAllButMatchEverywhere() {
    TokenScanner scanner =
        new TokenScanner(
            sought(IntStream.range(0, 1_500).mapToObj(i -> "a".repeat(i) + "b").toList()));
    String text = "a".repeat(LONG);
    TokenScanner.Match none = scanner.next(text, 0, 0, ControlTokens.PARSED);
    assertThat(none.id()).isEqualTo(-1);
    assertThat(none.begin()).isEqualTo(text.length());
    TokenScanner.Match longest = scanner.next(text + "b", 0, 0, ControlTokens.PARSED);
    assertThat(longest).isEqualTo(new TokenScanner.Match(1_499, LONG - 1_499, LONG + 1, LONG + 1));
  }

  @Test
  @Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void tokensThatTakeTheSpaceBehindThem() {
    BitSet all = new BitSet();
    all.set(0);
    TokenScanner scanner =
        new TokenScanner(sought(List.of(" ")), new TokenScanner.Strips(all, all));
    String text = " ".repeat(300_000) + "a";
    int taken = 0;
    for (int from = 0; from < 300_000; from++) {
      TokenScanner.Match match = scanner.next(text, from, taken, ControlTokens.PARSED);
      assertThat(match.after()).isEqualTo(300_000);
      taken = match.after();
    }
  }

  /** The trie finds what looking for every name at every place finds. */
  @Test
  void theLongestTokenAtTheFirstPlace() {
    SplittableRandom random = new SplittableRandom(5);
    for (int round = 0; round < 2_000; round++) {
      List<String> names = new ArrayList<>();
      List<Vocabulary.Kind> kinds = new ArrayList<>();
      for (int i = random.nextInt(8); i >= 0; i--) {
        names.add(text(random, 5));
        kinds.add(KINDS.get(random.nextInt(KINDS.size())));
      }
      Vocabulary vocabulary = Vocabulary.of(names, kinds);
      String text = text(random, 20);
      ControlTokens control = at -> (text.hashCode() >> at & 1) == 0;
      TokenScanner.Match match = new TokenScanner(vocabulary).next(text, 0, 0, control);
      assertThat(match).as("%s %s", text, vocabulary).isEqualTo(plain(vocabulary, text, control));
    }
  }

  private static TokenScanner.Match plain(
      Vocabulary vocabulary, String text, ControlTokens control) {
    for (int at = 0; at < text.length(); at++) {
      int best = -1;
      for (int id = 0; id < vocabulary.size(); id++) {
        String name = vocabulary.name(id);
        Vocabulary.Kind kind = vocabulary.kind(id);
        boolean counts =
            kind.isSought()
                && !name.isEmpty()
                && first(vocabulary, name) == id
                && (control.isParsedAt(at) || !kind.isControl());
        if (counts
            && text.startsWith(name, at)
            && (best < 0 || name.length() > vocabulary.name(best).length())) {
          best = id;
        }
      }
      if (best >= 0) {
        int end = at + vocabulary.name(best).length();
        return new TokenScanner.Match(best, at, end, end);
      }
    }
    return new TokenScanner.Match(-1, text.length(), text.length(), text.length());
  }

  /** The first sought token of a name. */
  private static int first(Vocabulary vocabulary, String name) {
    return IntStream.range(0, vocabulary.size())
        .filter(id -> vocabulary.kind(id).isSought() && vocabulary.name(id).equals(name))
        .findFirst()
        .orElse(-1);
  }

  private static String text(SplittableRandom random, int longest) {
    StringBuilder text = new StringBuilder();
    for (int i = random.nextInt(longest + 1); i > 0; i--) {
      text.append("ab<".charAt(random.nextInt(3)));
    }
    return text.toString();
  }
}
