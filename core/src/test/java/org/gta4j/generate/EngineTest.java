package org.gta4j.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.gta4j.cache.CacheType;
import org.gta4j.checkpoint.Checkpoint;
import org.gta4j.checkpoint.CheckpointException;
import org.gta4j.model.RandomCheckpoint;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Many callers at once: every answer is the one that its caller alone would have got. */
@Timeout(120)
class EngineTest {
  private static final int CONTEXT = 96;

  @TempDir static Path folder;
  private static LanguageModel model;

  @BeforeAll
  static void loadModel() {
    RandomCheckpoint.gta(3, TestVocabulary.SIZE, 128).set("eos_token_id", 2).write(folder);
    model =
        LanguageModel.of(
            Checkpoint.open(folder),
            Optional.of(TestVocabulary.tokenizer()),
            new LoadOptions("scalar", 1, CacheType.F32, Optional.of(CONTEXT)));
  }

  @AfterAll
  static void close() {
    model.close();
  }

  private static EngineSettings room(int blocks, int running, int waiting) {
    return new EngineSettings(blocks * model.cacheLayout().blockBytes(), running, waiting, true);
  }

  private static int[] prompt(SplittableRandom random, int length) {
    return random.ints(length, 3, TestVocabulary.SIZE).toArray();
  }

  private static Request request(SplittableRandom random, int[] shared, int i) {
    int[] own = prompt(random, random.nextInt(1, 20));
    int[] prompt = Arrays.copyOf(shared, shared.length + own.length);
    System.arraycopy(own, 0, prompt, shared.length, own.length);
    Sampling sampling = i % 2 == 0 ? Sampling.greedy() : Sampling.of(1, i);
    return new Request(prompt, random.nextInt(1, 30), sampling, List.of(), true);
  }

  @Test
  void answersOfManyAreThoseOfOne() throws Exception {
    SplittableRandom random = new SplittableRandom(5);
    int[] shared = prompt(random, 40);
    List<Request> requests = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      requests.add(request(random, i % 3 == 0 ? new int[0] : shared, i));
    }
    List<int[]> expected = requests.stream().map(r -> model.generate(r, text -> {}).ids()).toList();
    // As few blocks as one text may need, so that texts have to give way to each other, and many.
    for (int blocks : new int[] {3, 5, 9, 100}) {
      try (Engine engine = new Engine(model, room(blocks, 12, 100));
          ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
        List<Future<int[]>> answers = new ArrayList<>();
        for (Request request : requests) {
          answers.add(callers.submit(() -> engine.submit(request, text -> {}).await().ids()));
        }
        for (int i = 0; i < requests.size(); i++) {
          assertThat(answers.get(i).get())
              .as("request %d, %d blocks", i, blocks)
              .isEqualTo(expected.get(i));
        }
        EngineStats stats = engine.stats();
        assertThat(stats.running() + stats.waiting()).isZero();
        assertThat(stats.usedBlocks()).isEqualTo(stats.reclaimableBlocks());
        if (blocks == 100) {
          assertThat(stats.reusedTokens()).isPositive();
          assertThat(stats.preemptions()).isZero();
        }
      }
    }
  }

  @Test
  void textsGiveWayAndLoseNothing() {
    SplittableRandom random = new SplittableRandom(6);
    List<Request> requests = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      requests.add(
          new Request(prompt(random, 25), 60, Sampling.of(1, i), List.of(), true)
              .with(new Scoring(1, false)));
    }
    List<int[]> expected = requests.stream().map(r -> model.generate(r, text -> {}).ids()).toList();
    try (Engine engine = new Engine(model, room(7, 6, 0))) {
      List<List<ScoredToken>> scored = new ArrayList<>();
      List<Answer> answers = new ArrayList<>();
      for (Request request : requests) {
        List<ScoredToken> own = Collections.synchronizedList(new ArrayList<>());
        scored.add(own);
        answers.add(engine.submit(request, "somebody", new Recording(own)));
      }
      for (int i = 0; i < requests.size(); i++) {
        int[] ids = answers.get(i).await().ids();
        assertThat(ids).isEqualTo(expected.get(i));
        assertThat(scored.get(i).stream().mapToInt(ScoredToken::id).toArray()).isEqualTo(ids);
      }
      assertThat(engine.stats().preemptions()).isPositive();
    }
  }

  @Test
  void theSameBeginningIsComputedOnce() {
    SplittableRandom random = new SplittableRandom(7);
    int[] prompt = prompt(random, 70);
    Request request = Request.greedy(prompt, 5);
    int[] expected = model.generate(request, text -> {}).ids();
    try (Engine engine = new Engine(model, room(50, 8, 0))) {
      List<Answer> answers = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        answers.add(engine.submit(request, text -> {}));
      }
      for (Answer answer : answers) {
        assertThat(answer.await().ids()).isEqualTo(expected);
      }
      // Two whole blocks of the prompt are shared: seven texts read the rest of it alone.
      assertThat(engine.stats().promptTokens()).isEqualTo(70 + 7 * (70 - 64));
      assertThat(engine.stats().reusedTokens()).isEqualTo(7 * 64);
      Generation next = engine.submit(request, text -> {}).await();
      assertThat(next.promptTokensReused()).isEqualTo(64);
    }
  }

  @Test
  void whatMemoryHasNoRoomForComesBackFromTheDisk(@TempDir Path disk) {
    SplittableRandom random = new SplittableRandom(11);
    EngineSettings settings =
        new EngineSettings(
            4 * model.cacheLayout().blockBytes(),
            2,
            2,
            true,
            Optional.of(new EngineSettings.DiskRoom(disk, 1 << 20)));
    List<Request> requests = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      requests.add(Request.greedy(prompt(random, 70), 6));
    }
    List<int[]> expected = requests.stream().map(r -> model.generate(r, text -> {}).ids()).toList();
    try (Engine engine = new Engine(model, settings)) {
      for (int round = 0; round < 3; round++) {
        for (int i = 0; i < requests.size(); i++) {
          Generation generation = engine.submit(requests.get(i), text -> {}).await();
          assertThat(generation.ids()).isEqualTo(expected.get(i));
          assertThat(generation.promptTokensReused()).isEqualTo(round == 0 ? 0 : 64);
        }
      }
      assertThat(engine.stats().traffic().bytesIn()).isPositive();
      assertThat(engine.stats().storedBlocks()).isPositive();
    }
    assertThat(disk).isEmptyDirectory();
  }

  @Test
  void aTextIsSavedAndGoesOnInAnotherEngine(@TempDir Path saved) throws Exception {
    int[] prompt = prompt(new SplittableRandom(12), 75);
    Request request = Request.greedy(prompt, 5);
    int[] expected = model.generate(request, text -> {}).ids();
    Path file = saved.resolve("a");
    try (Engine engine = new Engine(model, room(20, 2, 2))) {
      assertThatThrownBy(() -> engine.save(prompt, file)).hasMessageContaining("cached");
      engine.submit(request, text -> {}).await();
      assertThat(engine.save(prompt, file)).isEqualTo(64);
    }
    try (Engine engine = new Engine(model, room(20, 2, 2))) {
      assertThat(engine.restore(file)).isEqualTo(64);
      Generation generation = engine.submit(request, text -> {}).await();
      assertThat(generation.promptTokensReused()).isEqualTo(64);
      assertThat(generation.ids()).isEqualTo(expected);
      byte[] bytes = Files.readAllBytes(file);
      bytes[bytes.length / 2] ^= 1;
      Files.write(file, bytes);
      assertThatThrownBy(() -> engine.restore(file))
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining(file.toString());
      assertThat(engine.submit(request, text -> {}).await().ids()).isEqualTo(expected);
    }
  }

  @Test
  void promptsAreScoredAsTheyAreByScore() {
    SplittableRandom random = new SplittableRandom(8);
    int[] prompt = prompt(random, 50);
    List<ScoredToken> tokens = new ArrayList<>();
    List<ScoredToken> promptTokens = new ArrayList<>();
    double[] expected = new double[prompt.length];
    LogProbability probability = new LogProbability(model);
    model.score(
        prompt,
        (position, logits, row) -> {
          if (position + 1 < prompt.length) {
            expected[position] = probability.of(logits, row, prompt[position + 1]).value();
          }
        });
    Request request =
        new Request(prompt, 3, Sampling.greedy(), List.of(), true).with(new Scoring(4, true));
    try (Engine engine = new Engine(model, room(20, 2, 2))) {
      for (int run = 0; run < 2; run++) { // the second time with the beginning in the cache
        tokens.clear();
        promptTokens.clear();
        Generation generation =
            engine.submit(request, "somebody", new Recording(tokens, promptTokens)).await();
        assertThat(tokens.stream().mapToInt(ScoredToken::id).toArray()).isEqualTo(generation.ids());
        assertThat(promptTokens.stream().mapToInt(ScoredToken::id).toArray())
            .isEqualTo(Arrays.copyOfRange(prompt, 1, prompt.length));
        for (int i = 0; i < promptTokens.size(); i++) {
          ScoredToken token = promptTokens.get(i);
          assertThat(token.logProbability()).isCloseTo(expected[i], within(1e-6));
          assertThat(token.alternatives()).hasSize(4);
          assertThat(token.alternatives().getFirst().logProbability())
              .isGreaterThanOrEqualTo(token.logProbability());
        }
      }
    }
  }

  @Test
  void aPromptAloneIsScored() {
    List<ScoredToken> promptTokens = new ArrayList<>();
    List<ScoredToken> tokens = new ArrayList<>();
    Request request =
        new Request(
            new int[] {4, 5, 6},
            0,
            Sampling.greedy(),
            List.of(),
            false,
            Speculation.AUTO,
            Adjustments.NONE,
            Optional.of(new Scoring(0, true)),
            Optional.empty(),
            Map.of());
    try (Engine engine = new Engine(model, room(20, 2, 2))) {
      Generation generation =
          engine.submit(request, "somebody", new Recording(tokens, promptTokens)).await();
      assertThat(generation.finish()).contains(FinishReason.LENGTH);
      assertThat(generation.ids()).isEmpty();
      assertThat(tokens).isEmpty();
      assertThat(promptTokens).hasSize(2);
    }
  }

  @Test
  void whatIsTooMuchIsRefused() {
    Request request = new Request(new int[] {3, 4, 5}, 90, Sampling.greedy(), List.of(), true);
    try (Engine engine = new Engine(model, room(3, 1, 1))) {
      CountDownLatch go = new CountDownLatch(1);
      Answer first = engine.submit(request, text -> await(go));
      Answer second = engine.submit(request, text -> {});
      assertThatThrownBy(() -> engine.submit(request, text -> {}))
          .isInstanceOf(EngineBusyException.class);
      assertThatThrownBy(() -> engine.submit(Request.greedy(new int[CONTEXT], 1), text -> {}))
          .isInstanceOf(IllegalArgumentException.class);
      second.cancel();
      first.cancel();
      go.countDown();
      assertThat(second.await().finish()).contains(FinishReason.CANCELLED);
      assertThat(first.await().finish()).contains(FinishReason.CANCELLED);
      assertThat(engine.submit(request, text -> {}).await().ids()).hasSize(90);
    }
  }

  @Test
  void whoHasFewerTextsComesFirst() {
    SplittableRandom random = new SplittableRandom(9);
    List<String> order = Collections.synchronizedList(new ArrayList<>());
    try (Engine engine = new Engine(model, room(50, 2, 20))) {
      CountDownLatch go = new CountDownLatch(1);
      List<Answer> all = new ArrayList<>();
      for (int i = 0; i < 6; i++) {
        int number = i;
        all.add(
            engine.submit(
                new Request(prompt(random, 4), 10, Sampling.greedy(), List.of(), true),
                "greedy",
                new GenerationListener() {
                  @Override
                  public void text(String piece) {
                    await(go);
                  }

                  @Override
                  public void finished(Generation generation) {
                    order.add("greedy " + number);
                  }
                }));
      }
      all.add(
          engine.submit(
              new Request(prompt(random, 4), 10, Sampling.greedy(), List.of(), true),
              "modest",
              new GenerationListener() {
                @Override
                public void text(String piece) {}

                @Override
                public void finished(Generation generation) {
                  order.add("modest");
                }
              }));
      go.countDown();
      all.forEach(Answer::await);
    }
    assertThat(order.indexOf("modest")).isLessThan(4);
  }

  @Test
  void aListenerThatFailsEndsItsOwnTextAlone() {
    SplittableRandom random = new SplittableRandom(10);
    Request request = new Request(prompt(random, 9), 20, Sampling.greedy(), List.of(), true);
    try (Engine engine = new Engine(model, room(50, 4, 4))) {
      Answer bad =
          engine.submit(
              request,
              text -> {
                throw new IllegalStateException("no more of this");
              });
      Answer good = engine.submit(request, text -> {});
      assertThatThrownBy(bad::await).hasMessage("no more of this");
      assertThat(good.await().ids()).hasSize(20);
    }
  }

  @Test
  void whatIsOpenEndsWithTheEngine() {
    Request request = new Request(new int[] {3, 4, 5}, 90, Sampling.greedy(), List.of(), true);
    Answer open;
    try (Engine engine = new Engine(model, room(3, 1, 1))) {
      open = engine.submit(request, text -> sleep());
    }
    assertThatThrownBy(open::await)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("closed");
  }

  @Test
  void biasesAndPenaltiesChangeWhatIsChosen() {
    int[] prompt = {3, 4, 5};
    Request plain = new Request(prompt, 30, Sampling.greedy(), List.of(), true);
    int first = model.generate(plain, text -> {}).ids()[0];
    Request banned = plain.with(new Adjustments(0, 0, Map.of(first, -100f)));
    assertThat(model.generate(banned, text -> {}).ids()).doesNotContain(first);
    Request forced = plain.with(new Adjustments(0, 0, Map.of(17, 1000f)));
    assertThat(model.generate(forced, text -> {}).ids()).containsOnly(17);
    Request fresh = plain.with(new Adjustments(0, 1000, Map.of()));
    assertThat(model.generate(fresh, text -> {}).ids()).doesNotHaveDuplicates();
    assertThatThrownBy(() -> new Adjustments(Double.NaN, 0, Map.of()))
        .hasMessageContaining("frequency_penalty");
  }

  @Test
  void aConstraintIsKept() {
    // Even tokens only, eight of them.
    Request request =
        new Request(new int[] {3, 4, 5}, 30, Sampling.of(1, 3), List.of(), false)
            .with(() ->
                new TokenConstraint() {
                  private int count;

                  @Override
                  public void restrict(float[] logits) {
                    for (int id = 0; id < logits.length; id++) {
                      if (id % 2 != 0 || id < 3) {
                        logits[id] = Float.NEGATIVE_INFINITY;
                      }
                    }
                  }

                  @Override
                  public void accept(int id) {
                    count++;
                  }

                  @Override
                  public boolean isComplete() {
                    return count == 8;
                  }
                });
    Generation generation = model.generate(request, text -> {});
    assertThat(generation.finish()).contains(FinishReason.STOP);
    assertThat(generation.ids()).hasSize(8);
    assertThat(Arrays.stream(generation.ids()).allMatch(id -> id % 2 == 0)).isTrue();
  }

  /** Keeps what it is told. */
  private record Recording(List<ScoredToken> tokens, List<ScoredToken> promptTokens)
      implements GenerationListener {
    Recording(List<ScoredToken> tokens) {
      this(tokens, new ArrayList<>());
    }

    @Override
    public void text(String piece) {}

    @Override
    public void token(ScoredToken token) {
      tokens.add(token);
    }

    @Override
    public void promptToken(ScoredToken token) {
      promptTokens.add(token);
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void sleep() {
    try {
      Thread.sleep(20);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
