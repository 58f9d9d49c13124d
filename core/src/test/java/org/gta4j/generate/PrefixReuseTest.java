package org.gta4j.generate;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.gta4j.cache.BlockPool;
import org.gta4j.cache.CacheType;
import org.gta4j.cache.PrefixCache;
import org.gta4j.cache.SequenceCache;
import org.gta4j.cache.disk.DiskTier;
import org.gta4j.cache.disk.SavedSequence;
import org.gta4j.checkpoint.Checkpoint;
import org.gta4j.checkpoint.ModelFingerprint;
import org.gta4j.model.StepInput;
import org.gta4j.ops.Backend;
import org.gta4j.tensor.FloatMatrix;
import org.gta4j.testing.Fixture;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A text that takes over what others have cached of its beginning, from memory, from the disk or
 * from a file, goes on bit for bit as one that was read anew.
 */
class PrefixReuseTest {
  private static final int CONTEXT = 192;
  private static final int ANSWER = 12;
  private static final String FLAVOUR = "";

  @TempDir private Path folder;

  static Stream<Arguments> models() {
    return Fixture.own().stream()
        .filter(fixture ->
            List.of("llama-mha", "gta-1b-shape", "mla-q-lora")
                .contains(fixture.folder().getFileName().toString()))
        .flatMap(fixture ->
            Backend.all().stream()
                .filter(backend -> !backend.name().equals("scalar") || isSmall(fixture))
                .flatMap(backend ->
                    Stream.of(CacheType.F32, CacheType.F16, CacheType.Q8)
                        .map(type -> Arguments.of(fixture, backend.name(), type))));
  }

  /** The specification takes its time. */
  private static boolean isSmall(Fixture fixture) {
    return fixture.toString().startsWith("llama");
  }

  /** What a text comes to: its answer, and the logits behind it. */
  private record Outcome(List<Integer> answer, float[] logits) {}

  /** A model and how it answers. */
  private static final class Answering implements AutoCloseable {
    private final LanguageModel model;

    private Answering(Fixture fixture, String backend, CacheType type) {
      model =
          LanguageModel.load(
              fixture.folder(), new LoadOptions(backend, 2, type, Optional.of(CONTEXT)));
    }

    /** Continues a text whose beginning is cached; the cache holds it whole then. */
    private Outcome answer(int[] prompt, SequenceCache cache) {
      Scheduler scheduler = model.scheduler(cache.pool());
      Request request =
          new Request(prompt, ANSWER, Sampling.greedy(), List.of(), true).with(Speculation.OFF);
      Generation generation = scheduler.continueFrom(cache, request, text -> {});
      scheduler.runToEnd();
      int[] text = Arrays.copyOf(generation.sequence(), prompt.length + ANSWER);
      return new Outcome(Arrays.stream(generation.ids()).boxed().toList(), logits(text, cache));
    }

    private float[] logits(int[] text, SequenceCache cache) {
      int count = text.length - cache.length();
      assertThat(cache.reserve(count)).isTrue();
      StepInput input = new StepInput();
      input.add(cache, text, cache.length(), count, text.length, StepInput.Logits.LAST);
      FloatMatrix result = model.decoder().forward(input);
      float[] logits = new float[model.config().vocabSize()];
      result.copyRow(0, logits, 0);
      return logits;
    }

    /** Continues a text of which nothing is cached. */
    private Outcome alone(int... prompt) {
      try (BlockPool pool = model.pool(1);
          SequenceCache cache = new SequenceCache(pool)) {
        return answer(prompt, cache);
      }
    }

    @Override
    public void close() {
      model.close();
    }
  }

  private static void assertSame(Outcome actual, Outcome expected) {
    assertThat(actual.answer()).isEqualTo(expected.answer());
    assertThat(actual.logits()).isEqualTo(expected.logits());
  }

  private static int[] text(Outcome outcome, int[] prompt) {
    int[] text = Arrays.copyOf(prompt, prompt.length + ANSWER);
    Arrays.setAll(
        text, i -> i < prompt.length ? prompt[i] : outcome.answer().get(i - prompt.length));
    return text;
  }

  private static int[] prompt(SplittableRandom random, int vocabulary, int[] begin, int length) {
    int[] prompt = Arrays.copyOf(begin, length);
    for (int i = begin.length; i < length; i++) {
      prompt[i] = random.nextInt(3, vocabulary);
    }
    return prompt;
  }

  @ParameterizedTest(name = "{0}, {1}, {2}")
  @MethodSource("models")
  void textsThatTakeOverABeginningGoOnAsAlone(Fixture fixture, String backend, CacheType type) {
    SplittableRandom random = new SplittableRandom(3);
    try (Answering answering = new Answering(fixture, backend, type);
        BlockPool pool = answering.model.pool(2);
        PrefixCache prefixes =
            new PrefixCache(pool, DiskTier.open(folder, 1 << 30, answering.model.cacheLayout()))) {
      int vocabulary = answering.model.config().vocabSize();
      int[] system = prompt(random, vocabulary, new int[0], 70);
      int[] first = prompt(random, vocabulary, system, 90);
      Outcome expected = answering.alone(first);
      int[] conversation = text(expected, first);
      for (int round = 0; round < 3; round++) {
        try (SequenceCache cache = prefixes.match(FLAVOUR, first, first.length - 1)) {
          assertThat(cache.length()).isEqualTo(round == 0 ? 0 : 64);
          assertSame(answering.answer(first, cache), expected);
          prefixes.insert(FLAVOUR, conversation, cache);
        }
        if (round == 1) {
          assertThat(prefixes.evict(prefixes.reclaimableBlocks())).isTrue();
          assertThat(prefixes.heldBlocks()).as("all is on the disk").isZero();
        }
      }
      assertThat(prefixes.counts().restoredBlocks()).isEqualTo(2);
      // Another text behind the same beginning, and the conversation's next turn.
      int[] other = prompt(random, vocabulary, system, 101);
      int[] turn = prompt(random, vocabulary, conversation, 120);
      int[] shared = {64, 96};
      for (int i = 0; i < 2; i++) {
        int[] next = i == 0 ? other : turn;
        try (SequenceCache cache = prefixes.match(FLAVOUR, next, next.length - 1)) {
          assertThat(cache.length()).isEqualTo(shared[i]);
          assertSame(answering.answer(next, cache), answering.alone(next));
        }
      }
      prefixes.clear();
      assertThat(pool.usedBlocks()).isZero();
    }
  }

  @ParameterizedTest(name = "{0}, {1}, {2}")
  @MethodSource("models")
  void aTextThatWasReadFromAFileGoesOnAsAlone(Fixture fixture, String backend, CacheType type) {
    SplittableRandom random = new SplittableRandom(4);
    Path file = folder.resolve("session");
    ModelFingerprint fingerprint;
    try (Checkpoint checkpoint = Checkpoint.open(fixture.folder())) {
      fingerprint = ModelFingerprint.of(checkpoint);
    }
    int[] next;
    Outcome expected;
    try (Answering answering = new Answering(fixture, backend, type);
        BlockPool pool = answering.model.pool(1);
        SequenceCache cache = new SequenceCache(pool)) {
      int vocabulary = answering.model.config().vocabSize();
      int[] first = prompt(random, vocabulary, new int[0], 60);
      int[] conversation = text(answering.answer(first, cache), first);
      assertThat(cache.length()).isEqualTo(conversation.length);
      SavedSequence.write(file, fingerprint, FLAVOUR, conversation, cache);
      next = prompt(random, vocabulary, conversation, 100);
      expected = answering.alone(next);
    }
    try (Answering answering = new Answering(fixture, backend, type);
        BlockPool pool = answering.model.pool(1);
        SavedSequence saved = SavedSequence.read(file, fingerprint, pool)) {
      assertThat(saved.cache().length()).isEqualTo(64);
      assertThat(saved.ids()).isEqualTo(Arrays.copyOf(next, saved.ids().length));
      assertSame(answering.answer(next, saved.cache()), expected);
    }
  }

  /** Prompts that are read in one step, of which each then has one copy with the others. */
  @ParameterizedTest(name = "{0}, {1}, {2}")
  @MethodSource("models")
  void whoReadsTheSameBesideEachOtherSharesItFromThenOn(
      Fixture fixture, String backend, CacheType type) {
    SplittableRandom random = new SplittableRandom(5);
    try (Answering answering = new Answering(fixture, backend, type);
        BlockPool pool = answering.model.pool(3);
        PrefixCache prefixes = new PrefixCache(pool)) {
      int vocabulary = answering.model.config().vocabSize();
      int[] system = prompt(random, vocabulary, new int[0], 70);
      Scheduler scheduler = answering.model.scheduler(pool);
      List<int[]> prompts =
          Stream.generate(() -> prompt(random, vocabulary, system, 71 + random.nextInt(20)))
              .limit(3)
              .toList();
      List<SequenceCache> caches = Stream.generate(() -> new SequenceCache(pool)).limit(3).toList();
      List<Generation> generations = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        Request request = new Request(prompts.get(i), ANSWER, Sampling.greedy(), List.of(), true);
        generations.add(
            scheduler.continueFrom(caches.get(i), request.with(Speculation.OFF), text -> {}));
      }
      while (caches.stream().anyMatch(cache -> cache.length() < 71)) {
        scheduler.step();
      }
      int before = pool.usedBlocks();
      for (int i = 0; i < 3; i++) {
        prefixes.insert(FLAVOUR, prompts.get(i), caches.get(i), 70);
      }
      assertThat(pool.usedBlocks()).isEqualTo(before - 4);
      scheduler.runToEnd();
      for (int i = 0; i < 3; i++) {
        assertThat(Arrays.stream(generations.get(i).ids()).boxed().toList())
            .isEqualTo(answering.alone(prompts.get(i)).answer());
      }
      caches.forEach(SequenceCache::close);
      assertThat(pool.usedBlocks()).isEqualTo(2);
    }
  }
}
