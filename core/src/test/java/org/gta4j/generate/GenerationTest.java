package org.gta4j.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.gta4j.cache.BlockPool;
import org.gta4j.model.RandomCheckpoint;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One text: how it streams, and how it ends. */
class GenerationTest {
  private static final int CONTEXT = 128;

  @TempDir static Path folder;

  @BeforeAll
  static void writeModel() {
    RandomCheckpoint.gta(4, TestVocabulary.SIZE, CONTEXT).set("eos_token_id", 2).write(folder);
  }

  private static Request request(TestModel model, int seed, int tokens, String... stop) {
    int[] prompt = model.prompt(new SplittableRandom(seed), 1 + seed % 13);
    return new Request(prompt, tokens, Sampling.of(1.2, seed), List.of(stop), true);
  }

  /** The pieces a request's listener gets. */
  private static List<String> pieces(TestModel model, Request request) {
    List<String> pieces = new ArrayList<>();
    try (BlockPool pool = model.pool(8)) {
      Scheduler scheduler = model.scheduler(pool, 100);
      Generation generation = scheduler.submit(request, pieces::add);
      scheduler.runToEnd();
      assertThat(String.join("", pieces)).isEqualTo(generation.text());
    }
    return pieces;
  }

  @Test
  void piecesConcatenateToTheTextOfTheIdsAndNeverSplitACharacter() {
    try (TestModel model = new TestModel(folder, CONTEXT, 1)) {
      for (int seed = 0; seed < 40; seed++) {
        Request request = request(model, seed, 60);
        Generation generation = model.alone(request);
        assertThat(generation.text()).isEqualTo(TestVocabulary.text(generation.ids()));
        for (String piece : pieces(model, request)) {
          assertThat(piece).isNotEmpty();
          assertThat(Character.isLowSurrogate(piece.charAt(0))).isFalse();
          assertThat(Character.isHighSurrogate(piece.charAt(piece.length() - 1))).isFalse();
        }
      }
    }
  }

  @Test
  void stopTextsEndTheAnswerWhereverTokensSplitThemAndAreNeverGivenOut() {
    SplittableRandom random = new SplittableRandom(5);
    int acrossTokens = 0;
    try (TestModel model = new TestModel(folder, CONTEXT, 1)) {
      for (int seed = 0; seed < 60; seed++) {
        Generation free = model.alone(request(model, seed, 50));
        String text = free.text();
        int length = Math.min(text.length(), random.nextInt(1, 9));
        int at = random.nextInt(text.length() - length + 1);
        String stop = text.substring(at, at + length);
        if (Character.isLowSurrogate(stop.charAt(0))
            || Character.isHighSurrogate(stop.charAt(length - 1))) {
          continue;
        }
        Request request = request(model, seed, 50, "never there", stop, stop + "!");
        Generation stopped = model.alone(request);
        assertThat(stopped.text())
            .as("before '%s'", stop)
            .isEqualTo(text.substring(0, text.indexOf(stop)));
        assertThat(stopped.finish()).contains(FinishReason.STOP);
        assertThat(String.join("", pieces(model, request))).isEqualTo(stopped.text());
        assertThat(free.ids()).startsWith(stopped.ids());
        acrossTokens +=
            TestVocabulary.text(stopped.ids()[stopped.ids().length - 1]).equals(stop) ? 0 : 1;
      }
    }
    assertThat(acrossTokens).as("stop texts of several tokens, or parts of one").isGreaterThan(30);
  }

  @Test
  void whatLooksLikeAStopTextAtTheEndIsGivenOut() {
    try (TestModel model = new TestModel(folder, CONTEXT, 1)) {
      for (int seed = 0; seed < 20; seed++) {
        Generation free = model.alone(request(model, seed, 30));
        String text = free.text();
        String stop = text.substring(text.length() - 1) + "and more that never comes";
        Generation stopped = model.alone(request(model, seed, 30, stop));
        assertThat(stopped.text()).isEqualTo(text);
        assertThat(stopped.finish()).contains(FinishReason.LENGTH);
      }
    }
  }

  @Test
  void theEndTokenEndsTheTextUnlessItIsIgnored() {
    SplittableRandom random = new SplittableRandom(6);
    int ended = 0;
    try (TestModel model = new TestModel(folder, CONTEXT, 1)) {
      for (int seed = 0; seed < 60; seed++) {
        int[] prompt = model.prompt(random, 3);
        Sampling sampling = Sampling.of(1.5, seed);
        Generation on = model.alone(new Request(prompt, 60, sampling, List.of(), true));
        Generation off = model.alone(new Request(prompt, 60, sampling, List.of(), false));
        int end = indexOf(on.ids(), 2);
        assertThat(on.ids()).hasSize(60);
        assertThat(off.ids()).isEqualTo(end < 0 ? on.ids() : Arrays.copyOf(on.ids(), end + 1));
        assertThat(off.finish()).contains(end < 0 ? FinishReason.LENGTH : FinishReason.STOP);
        assertThat(off.text()).isEqualTo(TestVocabulary.text(off.ids()));
        ended += end < 0 ? 0 : 1;
      }
    }
    assertThat(ended).isBetween(3, 57);
  }

  private static int indexOf(int[] ids, int id) {
    for (int i = 0; i < ids.length; i++) {
      if (ids[i] == id) {
        return i;
      }
    }
    return -1;
  }

  @Test
  void theContextsEndEndsTheText() {
    try (TestModel model = new TestModel(folder, 40, 1)) {
      for (int length : new int[] {1, 20, 38, 39}) {
        int[] prompt = model.prompt(new SplittableRandom(length), length);
        Generation generation =
            model.alone(new Request(prompt, 1000, Sampling.greedy(), List.of(), true));
        assertThat(generation.ids()).hasSize(40 - length);
        assertThat(generation.finish()).contains(FinishReason.LENGTH);
      }
    }
  }

  @Test
  void theRepetitionPenaltyKnowsThePromptAndTheAnswer() {
    try (TestModel model = new TestModel(folder, CONTEXT, 1)) {
      for (int seed = 0; seed < 20; seed++) {
        // So hard a penalty that nothing comes twice while any other token has a positive logit.
        Sampling sampling = new Sampling(0, 0, 1, 0, 1e30, 0);
        int[] prompt = model.prompt(new SplittableRandom(seed), 30);
        Generation generation = model.alone(new Request(prompt, 30, sampling, List.of(), true));
        Set<Integer> seen = new HashSet<>();
        IntStream.of(prompt).forEach(seen::add);
        for (int id : generation.ids()) {
          assertThat(seen.add(id)).as("%d is new", id).isTrue();
        }
      }
    }
  }

  @Test
  void requestsAreCheckedAndKeepTheirOwnPrompt() {
    int[] prompt = {5, 6};
    Request request = Request.greedy(prompt, 1);
    prompt[0] = 99;
    assertThat(request.prompt()).containsExactly(5, 6);
    assertThatThrownBy(() -> Request.greedy(new int[0], 1)).hasMessageContaining("prompt");
    assertThatThrownBy(() -> Request.greedy(new int[1], 0)).hasMessageContaining("max-tokens");
    assertThatThrownBy(() -> new Request(new int[1], 1, Sampling.greedy(), List.of(""), false))
        .hasMessageContaining("stop");
  }
}
