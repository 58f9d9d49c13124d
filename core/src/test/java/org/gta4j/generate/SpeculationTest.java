package org.gta4j.generate;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.gta4j.cache.BlockPool;
import org.gta4j.cache.SequenceCache;
import org.gta4j.model.RandomCheckpoint;
import org.gta4j.ops.Backend;
import org.gta4j.testing.Fixture;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** With whatever proposals a text is continued, it is continued as without any. */
class SpeculationTest {
  private static final int CONTEXT = 96;

  @TempDir static Path folder;

  /** Other frequencies from a length in the midst of the texts on. */
  @TempDir static Path longFolder;

  @BeforeAll
  static void writeModel() {
    RandomCheckpoint.gta(3, TestVocabulary.SIZE, 128).set("eos_token_id", 270).write(folder);
    RandomCheckpoint.gta(4, TestVocabulary.SIZE, 60)
        .set("rope_scaling", "{\"rope_type\": \"dynamic\", \"factor\": 2.0}")
        .write(longFolder);
  }

  /** Every backend, with text, sliding windows, frequencies that depend on the length, latents. */
  static Stream<Arguments> models() {
    List<String> fixtures = List.of("mistral-window", "qwen3-window", "mla-q-lora");
    List<Path> models =
        Stream.concat(
                Stream.of(folder, longFolder),
                Fixture.own().stream()
                    .map(Fixture::folder)
                    .filter(path -> fixtures.contains(path.getFileName().toString())))
            .toList();
    return Backend.all().stream()
        .flatMap(backend -> models.stream().map(model -> Arguments.of(backend, model)));
  }

  static Stream<Backend> backends() {
    return Backend.all().stream();
  }

  /** What came of a request: everything that a user sees. */
  private record Outcome(
      List<Integer> ids, String text, List<String> pieces, Optional<FinishReason> finish) {
    static Outcome of(Generation generation, List<String> pieces) {
      return new Outcome(
          IntStream.of(generation.ids()).boxed().toList(),
          generation.text(),
          List.copyOf(pieces),
          generation.finish());
    }
  }

  /** A prompt in which much comes again, exactly or nearly. */
  private static int[] prompt(TestModel model, SplittableRandom random, int length) {
    int[] phrase = model.prompt(random, 4);
    int[] prompt = new int[length];
    for (int i = 0; i < length; i++) {
      prompt[i] = random.nextInt(9) == 0 ? model.prompt(random, 1)[0] : phrase[i % phrase.length];
    }
    return prompt;
  }

  /** Requests of all kinds that end in all ways. */
  private static List<Request> requests(TestModel model, SplittableRandom random, int count) {
    boolean hasText = model.vocabulary() == TestVocabulary.SIZE;
    List<Request> requests = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Sampling sampling =
          switch (i % 4) {
            case 0, 1 -> Sampling.greedy();
            case 2 -> Sampling.greedy().withRepeatPenalty(1.05);
            default -> Sampling.of(0.3, i).withTopK(2);
          };
      List<String> stop =
          hasText && i % 3 == 0
              ? List.of(TestVocabulary.text(random.nextInt(3, model.vocabulary())), "e")
              : List.of();
      int most = i % 5 == 0 ? 1000 : random.nextInt(1, 60);
      requests.add(
          new Request(
              prompt(model, random, random.nextInt(1, 50)), most, sampling, stop, i % 2 == 0));
    }
    return requests;
  }

  private static Outcome without(TestModel model, Request request) {
    List<String> pieces = new ArrayList<>();
    try (BlockPool pool = model.pool(8)) {
      Scheduler scheduler = model.scheduler(pool, 100);
      Generation generation = scheduler.submit(request.with(Speculation.OFF), pieces::add);
      scheduler.runToEnd();
      assertThat(generation.draftedTokens()).isZero();
      return Outcome.of(generation, pieces);
    }
  }

  @ParameterizedTest
  @MethodSource("models")
  void aTextIsTheSameAloneAndAmongOthersThatComeAndGo(Backend backend, Path path) {
    SplittableRandom random = new SplittableRandom(5);
    try (TestModel model = new TestModel(path, CONTEXT, backend.start(2))) {
      List<Request> requests = requests(model, random, 16);
      List<Outcome> expected = requests.stream().map(r -> without(model, r)).toList();
      if (path.equals(folder)) {
        assertThat(expected)
            .extracting(Outcome::finish)
            .contains(Optional.of(FinishReason.STOP), Optional.of(FinishReason.LENGTH));
      }
      for (int[] limit : new int[][] {{1, 8}, {100, 3}, {5, 12}, {40, 30}, {300, 100}}) {
        RandomDrafts drafts = new RandomDrafts(limit[0], DraftPolicy.MOST);
        try (BlockPool pool = model.pool(limit[1])) {
          Scheduler scheduler = model.scheduler(pool, limit[0], drafts);
          List<Generation> generations = new ArrayList<>();
          List<List<String>> pieces = new ArrayList<>();
          for (Request request : requests) {
            List<String> own = new ArrayList<>();
            pieces.add(own);
            generations.add(scheduler.submit(request, own::add));
            for (int steps = random.nextInt(12); steps > 0; steps--) {
              scheduler.step();
            }
          }
          scheduler.runToEnd();
          for (int i = 0; i < requests.size(); i++) {
            assertThat(Outcome.of(generations.get(i), pieces.get(i)))
                .as("request %d, %d rows, %d blocks", i, limit[0], limit[1])
                .isEqualTo(expected.get(i));
          }
          assertThat(pool.usedBlocks()).isZero();
          if (limit[0] > 1) {
            assertThat(drafts.accepted()).as("accepted").isPositive();
            assertThat(drafts.refused()).as("refused").isPositive();
          }
          assertThat(generations.stream().mapToInt(Generation::acceptedTokens).sum())
              .isEqualTo(drafts.accepted());
          long first = generations.size(); // a text's first token comes with its prompt
          assertThat(scheduler.answerTokensComputed())
              .isEqualTo(expected.stream().mapToLong(o -> o.ids().size()).sum() - first);
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("models")
  void theCacheHoldsTheTextButForItsLastTokenHoweverItEnded(Backend backend, Path path) {
    SplittableRandom random = new SplittableRandom(6);
    try (TestModel model = new TestModel(path, CONTEXT, backend.start(1))) {
      RandomDrafts drafts = new RandomDrafts(8, DraftPolicy.MOST);
      for (Request request : requests(model, random, 16)) {
        try (BlockPool pool = model.pool(8);
            SequenceCache cache = new SequenceCache(pool)) {
          Scheduler scheduler = model.scheduler(pool, 100, drafts);
          Generation generation = scheduler.continueFrom(cache, request, text -> {});
          scheduler.runToEnd();
          int length = generation.length();
          assertThat(cache.length()).isEqualTo(length - 1);
          if (length > CONTEXT - 12) {
            continue;
          }
          // Goes on from there as from a text that is read anew.
          int[] text = Arrays.copyOf(generation.sequence(), length);
          Request next =
              new Request(text, 10, Sampling.greedy(), List.of(), true).with(Speculation.OFF);
          Generation continued = scheduler.continueFrom(cache, next, piece -> {});
          scheduler.runToEnd();
          assertThat(continued.draftedTokens()).isZero();
          if (model.isTurnedAlike(request.prompt().length, length)) {
            assertThat(continued.ids()).isEqualTo(model.alone(next).ids());
          }
        }
      }
      assertThat(drafts.accepted()).isPositive();
    }
  }

  @ParameterizedTest
  @MethodSource("backends")
  void aTextThatIsCancelledOrWhoseListenerFailsEndsAtTheSameToken(Backend backend) {
    SplittableRandom random = new SplittableRandom(7);
    try (TestModel model = new TestModel(folder, CONTEXT, backend.start(1))) {
      RandomDrafts drafts = new RandomDrafts(9, DraftPolicy.MOST);
      for (int i = 0; i < 30; i++) {
        Request request =
            new Request(prompt(model, random, 30), 60, Sampling.greedy(), List.of(), true);
        int cut = 1 + i;
        boolean fails = i % 2 == 0;
        Generation plain = cut(model, request.with(Speculation.OFF), drafts, cut, fails);
        Generation speculated = cut(model, request, drafts, cut, fails);
        assertThat(speculated.ids()).isEqualTo(plain.ids());
        assertThat(speculated.finish()).isEqualTo(plain.finish());
        assertThat(speculated.text()).isEqualTo(plain.text());
      }
      assertThat(drafts.accepted()).isPositive();
    }
  }

  /** A text that ends with its listener's piece number {@code cut}; its cache is as long as it. */
  private static Generation cut(
      TestModel model, Request request, DraftPolicy drafts, int cut, boolean fails) {
    int[] pieces = {0};
    Generation[] running = new Generation[1];
    try (BlockPool pool = model.pool(8);
        SequenceCache cache = new SequenceCache(pool)) {
      Scheduler scheduler = model.scheduler(pool, 100, drafts);
      running[0] =
          scheduler.continueFrom(
              cache,
              request,
              piece -> {
                if (++pieces[0] == cut && fails) {
                  throw new IllegalStateException("the client went away");
                }
                if (pieces[0] == cut) {
                  running[0].cancel();
                }
              });
      try {
        scheduler.runToEnd();
      } catch (IllegalStateException e) {
        assertThat(e).hasMessage("the client went away");
      }
      assertThat(cache.length()).isEqualTo(running[0].length() - 1);
    }
    return running[0];
  }

  @ParameterizedTest
  @MethodSource("backends")
  void aClockWithoutProgressOrOneThatLeapsChangesNoResult(Backend backend) {
    SplittableRandom random = new SplittableRandom(10);
    try (TestModel model = new TestModel(folder, CONTEXT, backend.start(1))) {
      List<Request> requests = requests(model, random, 12);
      List<Outcome> expected = requests.stream().map(r -> without(model, r)).toList();
      int accepted = 0;
      for (long longest : new long[] {1, 2, 1_000_000_000}) {
        long[] now = {0};
        try (BlockPool pool = model.pool(8)) {
          Scheduler scheduler =
              model.scheduler(
                  pool, 100, new MeasuredDrafts(), () -> now[0] += random.nextLong(longest));
          for (int i = 0; i < requests.size(); i++) {
            List<String> pieces = new ArrayList<>();
            Generation generation = scheduler.submit(requests.get(i), pieces::add);
            scheduler.runToEnd();
            assertThat(Outcome.of(generation, pieces)).isEqualTo(expected.get(i));
            accepted += generation.acceptedTokens();
          }
        }
      }
      assertThat(accepted).isPositive();
    }
  }
}
