package org.gta4j.grammar;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.gta4j.generate.TokenConstraint;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.json.JsonMapper;

/** What is found in other threads is what is found when it is asked for. */
@Timeout(120)
class SearchesTest {
  private static final String SCHEMA =
      """
      {"type": "object", "required": ["a", "b"], "properties": {
        "a": {"type": "string", "minLength": 3, "maxLength": 40},
        "b": {"type": "array", "items": {"anyOf": [{"type": "integer"}, {"enum": ["ab", "abc"]}]}}}}
      """;

  private static ByteVocabulary words() {
    SplittableRandom random = new SplittableRandom(3);
    List<String> words = new ArrayList<>();
    for (int i = 0; i < 3000; i++) {
      StringBuilder word = new StringBuilder();
      for (int n = random.nextInt(2, 9); n > 0; n--) {
        word.append("abcdef0123\",:{}[] é".charAt(random.nextInt(18)));
      }
      words.add(word.toString());
    }
    return ByteVocabulary.with(words.toArray(String[]::new));
  }

  /** A text of random tokens, and which might have come at each place. */
  private static List<List<Integer>> walk(
      CompiledGrammar grammar, int size, int seed, boolean asks) {
    SplittableRandom random = new SplittableRandom(seed);
    TokenConstraint constraint = grammar.begin();
    List<List<Integer>> places = new ArrayList<>();
    while (!constraint.isComplete() && places.size() < 60) {
      while (asks && !constraint.isReady()) {
        Thread.onSpinWait();
      }
      List<Integer> allowed = Held.allowed(constraint, size);
      places.add(allowed);
      constraint.accept(allowed.get(random.nextInt(allowed.size())));
    }
    return places;
  }

  @Test
  void masksAreTheSame() throws Exception {
    ByteVocabulary words = words();
    GrammarVocabulary vocabulary = words.vocabulary();
    Grammar grammar = JsonSchemaGrammar.of(JsonMapper.shared().readTree(SCHEMA));
    CompiledGrammar shared = CompiledGrammar.of(grammar, vocabulary);
    CompiledGrammar plain = CompiledGrammar.of(grammar, vocabulary);
    try (ExecutorService threads = Executors.newFixedThreadPool(3)) {
      List<Future<List<List<Integer>>>> found = new ArrayList<>();
      for (int i = 0; i < 12; i++) {
        int seed = i;
        found.add(threads.submit(() -> walk(shared, words.size(), seed, seed % 4 > 0)));
      }
      for (int i = 0; i < found.size(); i++) {
        assertThat(found.get(i).get()).isEqualTo(walk(plain, words.size(), i, false));
      }
    }
  }

  @Test
  void whatIsFoundIsReadyWhileOthersSearch() throws Exception {
    CompiledGrammar grammar =
        CompiledGrammar.of(
            JsonSchemaGrammar.of(JsonMapper.shared().readTree(SCHEMA)), words().vocabulary());
    grammar.find(grammar.start());
    AtomicBoolean goesOn = new AtomicBoolean(true);
    AtomicInteger searches = new AtomicInteger();
    try (ExecutorService others = Executors.newFixedThreadPool(1)) {
      Future<?> searching =
          others.submit(() -> {
            while (goesOn.get()) {
              grammar.find(grammar.start());
              searches.incrementAndGet();
            }
          });
      int asked = 0;
      boolean isReady = true;
      while (isReady && (asked < 10_000 || searches.get() < 1000)) {
        isReady = grammar.isFound(grammar.start());
        asked++;
      }
      goesOn.set(false);
      searching.get();
      assertThat(isReady).as("asked %d times", asked).isTrue();
    }
  }

  @Test
  void whatNoThreadHasBegunIsFoundByWhoNeedsIt() throws Exception {
    ByteVocabulary words = words();
    CompiledGrammar grammar =
        CompiledGrammar.of(
            JsonSchemaGrammar.of(JsonMapper.shared().readTree(SCHEMA)), words.vocabulary());
    CountDownLatch goOn = new CountDownLatch(1);
    List<Future<?>> others = new ArrayList<>();
    try {
      for (int i = 0; i < Runtime.getRuntime().availableProcessors(); i++) {
        others.add(
            Searches.begin(() -> {
              try {
                goOn.await();
              } catch (InterruptedException e) {
                throw new IllegalStateException(e);
              }
            }));
      }
      TokenConstraint constraint = grammar.begin();
      assertThat(constraint.isReady()).isFalse();
      assertThat(Held.allowed(constraint, words.size())).isNotEmpty();
      assertThat(constraint.isReady()).isTrue();
    } finally {
      goOn.countDown();
    }
    for (Future<?> other : others) {
      other.get();
    }
  }
}
