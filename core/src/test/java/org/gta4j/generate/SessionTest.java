package org.gta4j.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.gta4j.cache.CacheType;
import org.gta4j.checkpoint.Checkpoint;
import org.gta4j.model.RandomCheckpoint;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Turns of one conversation: what each computes, and that it says what it would say alone. */
class SessionTest {
  private static final int CONTEXT = 256;
  private static final int VOCABULARY = TestVocabulary.SIZE;

  @TempDir static Path folder;

  @BeforeAll
  static void writeModel() {
    RandomCheckpoint.gta(4, VOCABULARY, CONTEXT).write(folder);
  }

  private static LanguageModel model(String backend) {
    return LanguageModel.of(
        Checkpoint.open(folder),
        Optional.of(TestVocabulary.tokenizer()),
        new LoadOptions(backend, 1, CacheType.F32, Optional.empty()));
  }

  private static Request request(int[] prompt, int tokens, long seed) {
    Sampling sampling = seed == 0 ? Sampling.greedy() : Sampling.of(1, seed);
    return new Request(prompt, tokens, sampling, List.of(), true);
  }

  private static int[] join(int[]... parts) {
    return Arrays.stream(parts).flatMapToInt(IntStream::of).toArray();
  }

  private static int[] random(SplittableRandom random, int length) {
    return random.ints(length, 0, VOCABULARY).toArray();
  }

  @ParameterizedTest
  @ValueSource(strings = {"scalar", "vector"})
  void noPrefixIsComputedTwiceAndEveryAnswerIsTheOneAlone(String backend) {
    SplittableRandom random = new SplittableRandom(3);
    try (LanguageModel model = model(backend);
        Session session = model.session()) {
      int[] text = random(random, 11);
      long computed = 0;
      for (int turn = 0; turn < 6; turn++) {
        int before = session.length();
        Request request = request(text, 7, turn % 2);
        Generation answer = session.answer(request, piece -> {});
        assertThat(answer.ids()).isEqualTo(model.generate(request, piece -> {}).ids());
        assertThat(session.length()).isEqualTo(text.length + 6);
        computed += text.length - before;
        assertThat(session.scheduler().promptTokensComputed()).isEqualTo(computed);
        text = join(text, answer.ids(), random(random, 1 + turn * 3));
      }
    }
  }

  @Test
  void whatIsSaidDifferentlyIsComputedFromThere() {
    SplittableRandom random = new SplittableRandom(4);
    int[] system = random(random, 40);
    int[] first = join(system, random(random, 20));
    int[] second = join(system, new int[] {first[40] == 0 ? 1 : 0}, random(random, 9));
    try (LanguageModel model = model("vector");
        Session session = model.session()) {
      session.answer(request(first, 5, 0), piece -> {});
      Request other = request(second, 5, 0);
      assertThat(session.answer(other, piece -> {}).ids())
          .isEqualTo(model.generate(other, piece -> {}).ids());
      assertThat(session.scheduler().promptTokensComputed()).isEqualTo(60 + 10);
      // The same prompt again: its last token alone, whose logits are needed.
      session.answer(other, piece -> {});
      assertThat(session.scheduler().promptTokensComputed()).isEqualTo(60 + 10 + 1);
      session.reset();
      assertThat(session.length()).isZero();
      session.answer(other, piece -> {});
      assertThat(session.scheduler().promptTokensComputed()).isEqualTo(60 + 10 + 1 + 50);
    }
  }

  @Test
  void anAnswerThatIsCancelledOrFailsLeavesTheSessionUsable() {
    int[] text = random(new SplittableRandom(5), 30);
    Request request = request(text, 50, 7);
    try (LanguageModel model = model("vector");
        Session session = model.session()) {
      int[] whole = model.generate(request, piece -> {}).ids();
      int[] pieces = {0};
      Generation cut =
          session.answer(
              request,
              piece -> {
                if (++pieces[0] == 3) {
                  session.cancel();
                }
              });
      assertThat(cut.finish()).contains(FinishReason.CANCELLED);
      assertThat(cut.ids().length).isBetween(3, 49);
      assertThat(whole).startsWith(cut.ids());
      assertThat(session.length()).isEqualTo(text.length + cut.ids().length - 1);
      assertThatIllegalArgumentException()
          .isThrownBy(() -> session.answer(request(new int[CONTEXT], 1, 0), piece -> {}))
          .withMessageContaining("the context has room for");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> session.answer(request(new int[] {VOCABULARY}, 1, 0), piece -> {}));
      assertThatIllegalStateException()
          .isThrownBy(() ->
              session.answer(
                  request,
                  piece -> {
                    throw new IllegalStateException("the listener has had enough");
                  }));
      assertThat(session.answer(request, piece -> {}).ids()).isEqualTo(whole);
    }
  }
}
