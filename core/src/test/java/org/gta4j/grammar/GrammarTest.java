package org.gta4j.grammar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.gta4j.generate.TokenConstraint;
import org.gta4j.grammar.Grammar.Edge;
import org.gta4j.grammar.Grammar.Graph;
import org.gta4j.tokenizer.TestTokenizers;
import org.gta4j.tokenizer.Tokenizer;
import org.gta4j.tokenizer.Tokenizers;
import org.junit.jupiter.api.Test;

/** Grammars, and what they leave of a vocabulary. */
class GrammarTest {
  private static final Grammar A = Grammar.literal("a");
  private static final Grammar B = Grammar.literal("b");

  private static void assertFits(Grammar grammar, String... texts) {
    CompiledGrammar compiled = Held.compiled(grammar);
    for (String text : texts) {
      assertThat(Held.accepts(compiled, text)).as(text).isTrue();
    }
  }

  private static void assertFitsNot(Grammar grammar, String... texts) {
    CompiledGrammar compiled = Held.compiled(grammar);
    for (String text : texts) {
      assertThat(Held.accepts(compiled, text)).as(text).isFalse();
    }
  }

  @Test
  void aLiteralIsItself() {
    assertFits(Grammar.literal("grüß dich 🙂"), "grüß dich 🙂");
    assertFitsNot(Grammar.literal("abc"), "", "ab", "abcd", "abd");
    assertFits(Grammar.literal(""), "");
  }

  @Test
  void partsFollowEachOtherOrStandForEachOther() {
    Grammar grammar =
        Grammar.sequence(Grammar.choice(A, B, Grammar.literal("")), Grammar.literal("c"));
    assertFits(grammar, "ac", "bc", "c");
    assertFitsNot(grammar, "", "a", "abc", "cc");
    assertFits(Grammar.sequence(), "");
  }

  @Test
  void partsAreRepeatedWithinTheirBounds() {
    assertFits(Grammar.repeat(A, 2, 4), "aa", "aaa", "aaaa");
    assertFitsNot(Grammar.repeat(A, 2, 4), "", "a", "aaaaa");
    assertFits(Grammar.repeat(A, 1), "a", "a".repeat(100));
    assertFitsNot(Grammar.repeat(A, 1), "");
    assertFits(Grammar.repeat(A, 0, 0), "");
    Grammar nested = Grammar.repeat(Grammar.choice(Grammar.repeat(A, 0), Grammar.repeat(B, 0)), 0);
    assertFits(nested, "", "abba", "bbbaa");
    Grammar beside = Grammar.choice(Grammar.repeat(A, 0), Grammar.sequence(B, B));
    assertFits(beside, "", "a", "aa", "bb");
    assertFitsNot(beside, "ab", "abb", "b");
  }

  @Test
  void graphsShareWhatTreesRepeat() {
    Graph even = new Graph(2, List.of(new Edge(0, A, 1), new Edge(1, A, 0)), List.of(0));
    assertFits(even, "", "aa", "aaaa");
    assertFitsNot(even, "a", "aaa");
  }

  @Test
  void anyTextIsUtf8() {
    CompiledGrammar any = Held.compiled(Grammar.anyText());
    assertThat(Held.accepts(any, "a\u0000é\u07FF\u0800\uD7FF\uE000\uFFFF🙂\uDBFF\uDFFF")).isTrue();
    assertThat(Held.begins(any, (byte) 0xC0)).isFalse();
    assertThat(Held.begins(any, (byte) 0x80)).isFalse();
    assertThat(Held.begins(any, (byte) 0xE0, (byte) 0x80)).isFalse();
    assertThat(Held.begins(any, (byte) 0xED, (byte) 0xA0)).as("a surrogate").isFalse();
    assertThat(Held.begins(any, (byte) 0xF4, (byte) 0x90)).as("beyond Unicode").isFalse();
    assertThat(Held.begins(any, (byte) 0xF5)).isFalse();
    assertThat(Held.begins(any, (byte) 0xC3, (byte) 'a')).isFalse();
  }

  @Test
  void everyCharacterOfAClassAndNoOther() {
    CodePoints set = CodePoints.of(0x70, 0x10FF0).and(CodePoints.of("ÿ\u2028").not());
    CompiledGrammar grammar = Held.compiled(Grammar.characters(set));
    for (int c = 0; c < 0x11800; c += c < 0x900 ? 1 : 97) {
      if (c < Character.MIN_SURROGATE || c > Character.MAX_SURROGATE) {
        String text = Character.toString(c);
        assertThat(Held.accepts(grammar, text)).as("%x", c).isEqualTo(set.contains(c));
      }
    }
    assertThat(set.not().not()).isEqualTo(set);
    assertThat(set.and(set.not()).isEmpty()).isTrue();
    assertThat(set.or(set.not())).isEqualTo(CodePoints.ALL);
  }

  @Test
  void rulesCallThemselves() {
    Grammar balanced =
        Grammar.rules(
            Grammar.rule("s"),
            Map.of(
                "s",
                Grammar.repeat(
                    Grammar.sequence(Grammar.literal("("), Grammar.rule("s"), Grammar.literal(")")),
                    0)));
    assertFits(balanced, "", "()", "(()())()", "(".repeat(500) + ")".repeat(500));
    assertFitsNot(balanced, "(", "())", ")");
    Grammar right =
        Grammar.rules(
            Grammar.rule("r"),
            Map.of("r", Grammar.choice(A, Grammar.sequence(B, Grammar.rule("r")))));
    assertFits(right, "a", "b".repeat(2000) + "a");
  }

  @Test
  void anAmbiguousGrammarCostsItsStatesNotItsReadings() {
    Grammar inner =
        Grammar.choice(
            Grammar.sequence(Grammar.literal("("), Grammar.rule("s"), Grammar.literal(")")),
            Grammar.sequence(Grammar.literal("("), Grammar.rule("t"), Grammar.literal(")")));
    Grammar twice =
        Grammar.rules(
            Grammar.rule("s"),
            Map.of("s", Grammar.choice(A, inner), "t", Grammar.choice(A, B, inner)));
    assertFits(twice, "(".repeat(400) + "b" + ")".repeat(400));
    assertFitsNot(twice, "b", "(".repeat(400) + "b" + ")".repeat(399));
  }

  @Test
  void namesOfInnerRulesHideOuterOnes() {
    Grammar inner = Grammar.rules(Grammar.rule("x"), Map.of("x", B));
    Grammar outer =
        Grammar.rules(
            Grammar.sequence(Grammar.rule("x"), inner, Grammar.rule("x")), Map.of("x", A));
    assertFits(outer, "aba");
  }

  @Test
  void whatCannotBeHeldToIsRefused() {
    Grammar left =
        Grammar.rules(
            Grammar.rule("s"),
            Map.of(
                "s",
                Grammar.choice(A, Grammar.sequence(Grammar.optional(B), Grammar.rule("s"), A))));
    assertRefused(left, "begins with itself");
    assertRefused(Grammar.rule("nobody"), "no rule of the grammar has the name nobody");
    assertRefused(Grammar.choice(), "no text that the vocabulary can write fits the grammar");
    Grammar endless = Grammar.sequence(A, Grammar.rule("s"));
    assertRefused(Grammar.rules(Grammar.rule("s"), Map.of("s", endless)), "no text");
    assertRefused(Grammar.repeat(A, 300_000, 300_000), "too large");
    assertRefused(
        Grammar.repeat(Grammar.repeat(Grammar.repeat(A, 900, 900), 900, 900), 900), "large");
    assertRefused(Grammar.literal("\uD800"), "half a character");
    Grammar deep = A;
    for (int i = 0; i < 100_000; i++) {
      deep = Grammar.sequence(deep);
    }
    assertRefused(deep, "nested too deeply");
    assertThatExceptionOfType(GrammarException.class)
        .isThrownBy(() -> Grammar.repeat(A, 3, 2))
        .withMessageContaining("found 3 to 2");
    assertThatExceptionOfType(GrammarException.class)
        .isThrownBy(() -> new Graph(1, List.of(new Edge(0, A, 1)), List.of()))
        .withMessageContaining("place 1 of a graph");
  }

  private static void assertRefused(Grammar grammar, String sentence) {
    assertThatExceptionOfType(GrammarException.class)
        .isThrownBy(() -> Held.compiled(grammar))
        .withMessageContaining(sentence);
  }

  @Test
  void aGrammarWithManyStatesIsFollowedStateByState() {
    // Which of the last 30 letters was an a: as many states as there are numbers of 30 bits.
    Grammar letter = Grammar.choice(A, B);
    Grammar grammar =
        Grammar.sequence(Grammar.repeat(letter, 0), A, Grammar.repeat(letter, 30, 30));
    CompiledGrammar compiled = Held.compiled(grammar);
    TokenConstraint constraint = compiled.begin();
    Random random = new Random(1);
    for (int i = 0; i < 3000; i++) {
      constraint.accept(random.nextBoolean() ? 'a' : 'b');
      assertThat(Held.allowed(constraint, 257)).contains((int) 'a', (int) 'b');
    }
  }

  @Test
  void aBranchThatCannotEndIsNotBegun() {
    Grammar grammar = Grammar.choice(A, Grammar.sequence(B, Grammar.choice()));
    TokenConstraint constraint = Held.compiled(grammar).begin();
    assertThat(Held.allowed(constraint, 257)).containsExactly((int) 'a');
  }

  @Test
  void tokensSpanPartsAndEndWhereTheTextMay() {
    ByteVocabulary bytes =
        ByteVocabulary.with("{\"a\":", "\":", "a\": [1", "}}", "]}", "}]", "1]}", "\n  \"", "tru");
    CompiledGrammar grammar = CompiledGrammar.of(JsonGrammar.anyObject(), bytes.vocabulary());
    TokenConstraint constraint = grammar.begin();
    assertThat(Held.allowed(constraint, bytes.size())).contains((int) '{', 256).doesNotContain(257);
    constraint.accept('{');
    assertThat(Held.allowed(constraint, bytes.size()))
        .contains((int) '"', (int) '}', (int) '\n', 263)
        .doesNotContain(256, 258, bytes.endId());
    constraint.accept('"');
    assertThat(Held.allowed(constraint, bytes.size())).contains(257, 258, 259, 260, 264);
    constraint.accept(258);
    assertThat(Held.allowed(constraint, bytes.size()))
        .contains(260, 262)
        .doesNotContain(259, 261, bytes.endId());
    assertThat(constraint.isComplete()).isFalse();
    constraint.accept(262); // a number may be followed by another digit
    assertThat(constraint.isComplete()).isTrue();
    assertThat(Held.allowed(constraint, bytes.size())).containsExactly(bytes.endId());
    constraint.accept(bytes.endId());
    assertThat(constraint.isComplete()).isTrue();
    assertThat(Held.allowed(constraint, bytes.size())).containsExactly(bytes.endId());
  }

  @Test
  void whatMayNotComeIsRefused() {
    ByteVocabulary bytes = ByteVocabulary.with();
    GrammarVocabulary vocabulary = bytes.vocabulary();
    TokenConstraint constraint = CompiledGrammar.of(Grammar.sequence(A, B), vocabulary).begin();
    constraint.accept('a');
    assertThatIllegalArgumentException()
        .isThrownBy(() -> constraint.accept('c'))
        .withMessage("token id 99 may not come here: the grammar does not allow it");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> constraint.accept(bytes.endId()))
        .withMessageContaining("the text cannot end here");
    assertThatIllegalArgumentException().isThrownBy(() -> constraint.accept(-1));
    assertThatIllegalArgumentException().isThrownBy(() -> constraint.accept(257));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> constraint.restrict(new float[256]))
        .withMessageContaining("257 tokens");
    constraint.accept('b');
    constraint.accept(bytes.endId());
    assertThatIllegalArgumentException()
        .isThrownBy(() -> constraint.accept('b'))
        .withMessageContaining("the text has ended");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> GrammarVocabulary.of(bytes, List.of(300)));
    TokenConstraint endless = CompiledGrammar.of(A, GrammarVocabulary.of(bytes, List.of())).begin();
    endless.accept('a');
    assertThatIllegalStateException().isThrownBy(() -> endless.restrict(new float[257]));
  }

  @Test
  void logitsBeyondTheVocabularyAreRefused() {
    TokenConstraint constraint = Held.compiled(A).begin();
    float[] logits = new float[300];
    constraint.restrict(logits);
    for (int i = 0; i < 300; i++) {
      assertThat(logits[i]).isEqualTo(i == 'a' ? 0 : Float.NEGATIVE_INFINITY);
    }
  }

  @Test
  void bytesWithoutTokensAreNotWritten() {
    List<byte[]> texts = new ArrayList<>();
    for (String text : List.of("a", "b", "aé", "ab", "")) {
      texts.add(text.getBytes(StandardCharsets.UTF_8));
    }
    GrammarVocabulary vocabulary = GrammarVocabulary.of(new ByteVocabulary(texts), List.of(4));
    TokenConstraint any = CompiledGrammar.of(Grammar.anyText(), vocabulary).begin();
    assertThat(Held.allowed(any, 5)).containsExactly(0, 1, 3, 4);
    assertThatExceptionOfType(GrammarException.class)
        .isThrownBy(() -> CompiledGrammar.of(Grammar.literal("é"), vocabulary))
        .withMessageContaining("no text that the vocabulary can write");
  }

  /** The walk through the trie, with its shortcuts, and every token tried by itself. */
  @Test
  void masksAreWhatEachTokenByItselfSays() {
    List<Tokenizer> tokenizers =
        List.of(
            ByteVocabulary.with("\":", "\", \"", "}}", "]}", "\"}", "0]", " {", "12", "\"a\": \"b"),
            Tokenizers.of(TestTokenizers.gguf("gpt-2")).orElseThrow(),
            Tokenizers.of(TestTokenizers.scored()).orElseThrow());
    Random random = new Random(7);
    for (Tokenizer tokenizer : tokenizers) {
      int end = tokenizer.end().orElseThrow();
      CompiledGrammar grammar =
          CompiledGrammar.of(JsonGrammar.anyJson(), GrammarVocabulary.of(tokenizer, List.of(end)));
      for (int text = 0; text < 30; text++) {
        Configuration at = grammar.start();
        for (int i = 0; i < 40 && at.goesOn(); i++) {
          long[] bits = new long[grammar.words()];
          grammar.mask(at, bits);
          List<byte[]> next = new ArrayList<>();
          for (int id = 0; id < tokenizer.size(); id++) {
            byte[] bytes = tokenizer.isControl(id) ? new byte[0] : tokenizer.bytes(id);
            boolean fits =
                id == end ? at.ends : bytes.length > 0 && !grammar.after(at, bytes).isDead();
            assertThat((bits[id >> 6] >>> id & 1) != 0)
                .as("%s after %d tokens", tokenizer.name(id), i)
                .isEqualTo(fits);
            if (fits && id != end) {
              next.add(bytes);
            }
          }
          at = grammar.after(at, next.get(random.nextInt(next.size())));
        }
      }
    }
  }
}
