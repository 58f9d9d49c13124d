package org.gta4j.robustness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.gta4j.cache.BlockPool;
import org.gta4j.cache.CacheType;
import org.gta4j.generate.LanguageModel;
import org.gta4j.generate.LoadOptions;
import org.gta4j.generate.Request;
import org.gta4j.generate.Sampling;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What callers ask for and cannot have: refused before anything is computed, in one sentence. */
class RefusedRequestTest {
  private static final Sampling GREEDY = Sampling.greedy();

  @TempDir private static Path root;
  private static Optional<LanguageModel> model = Optional.empty();

  @BeforeAll
  static void load() throws IOException {
    LoadOptions options = new LoadOptions("vector", 1, CacheType.F32, Optional.of(40));
    model = Optional.of(LanguageModel.load(TinyModels.all().getFirst().write(root), options));
  }

  @AfterAll
  static void close() {
    model.ifPresent(LanguageModel::close);
  }

  static Stream<Arguments> requests() {
    return Stream.of(
        refused("the prompt is empty", m -> Request.greedy(new int[0], 1)),
        refused("max-tokens: expected an integer from 1 on, found 0", m -> one(0)),
        refused("max-tokens: expected an integer from 1 on, found -7", m -> one(-7)),
        refused(
            "max-tokens: expected an integer from 1 on, found -2147483648",
            m -> one(Integer.MIN_VALUE)),
        refused(
            "stop: expected a text, found an empty one",
            m -> new Request(new int[] {1}, 1, GREEDY, List.of("a", ""), false)),
        refused(
            "the prompt has 40 tokens, the context has room for 39",
            m -> m.generate(Request.greedy(new int[40], 1), text -> {})),
        refused(
            "the prompt has 100000 tokens",
            m -> m.generate(Request.greedy(new int[100_000], 1), text -> {})),
        refused(
            "token id 19 is out of range: the vocabulary has 19 tokens, 0 to 18",
            m -> m.generate(Request.greedy(new int[] {1, 19}, 1), text -> {})),
        refused(
            "token id -1 is out of range",
            m -> m.generate(Request.greedy(new int[] {-1}, 1), text -> {})),
        refused(
            "token id 2147483647 is out of range",
            m -> m.generate(Request.greedy(new int[] {Integer.MAX_VALUE}, 1), text -> {})),
        refused(
            "stop texts need a tokenizer",
            m ->
                m.generate(new Request(new int[] {1}, 1, GREEDY, List.of("a"), false), text -> {})),
        refused("has no tokenizer that can be read", m -> m.generate("text", 1, text -> {})),
        refused("expected 1 to 40 token ids", m -> score(m, new int[0])),
        refused("expected 1 to 40 token ids", m -> score(m, new int[41])),
        refused("token id 19 is out of range", m -> score(m, new int[] {19})),
        refused("temperature: expected a number from 0 on, found -1.0", m -> sampling(-1, 0, 1)),
        refused("temperature: ", m -> sampling(Double.NaN, 0, 1)),
        refused("temperature: ", m -> sampling(Double.POSITIVE_INFINITY, 0, 1)),
        refused("top-k: expected an integer from 0 on, found -1", m -> sampling(1, -1, 1)),
        refused("top-p: expected a number above 0 and at most 1", m -> sampling(1, 0, 0)),
        refused("top-p: ", m -> sampling(1, 0, Double.NaN)),
        refused("min-p: ", m -> new Sampling(1, 0, 1, -0.1, 1, 0)),
        refused("repeat-penalty: ", m -> new Sampling(1, 0, 1, 0, 0, 0)),
        refused("repeat-penalty: ", m -> new Sampling(1, 0, 1, 0, Double.NaN, 0)),
        refused(
            "threads: expected an integer from 1 on, found 0", m -> options(0, CacheType.F32, 9)),
        refused(
            "context: expected an integer from 2 on, found 1", m -> options(1, CacheType.F32, 1)),
        refused("context: ", m -> options(1, CacheType.F32, Integer.MIN_VALUE)),
        refused(
            "a cache needs room for at least one block", m -> new BlockPool(m.cacheLayout(), 0)));
  }

  private static Arguments refused(String message, Consumer<LanguageModel> request) {
    return Arguments.of(message, request);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("requests")
  void isRefused(String message, Consumer<LanguageModel> request) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> request.accept(model.orElseThrow()))
        .withMessageContaining(message)
        .satisfies(e -> {
          assertThat(String.valueOf(e.getMessage())).doesNotContain("\n");
          assertThat(e.getStackTrace()[0].getClassName()).startsWith("org.gta4j.");
        });
  }

  @Test
  void theModelIsAsGoodAsBeforeAfterwards() {
    LanguageModel loaded = model.orElseThrow();
    int[] before = loaded.generate(Request.greedy(new int[] {1, 2}, 9), text -> {}).ids();
    assertThatIllegalArgumentException().isThrownBy(() -> score(loaded, new int[] {1, 19}));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> loaded.generate(Request.greedy(new int[] {1, 19}, 1), text -> {}));
    assertThat(loaded.generate(Request.greedy(new int[] {1, 2}, 9), text -> {}).ids())
        .isEqualTo(before);
  }

  @Test
  void aPromptThatLeavesRoomForOneTokenGetsOne() {
    int[] prompt = new int[39];
    Arrays.fill(prompt, 3);
    Request request = new Request(prompt, Integer.MAX_VALUE, GREEDY, List.of(), true);
    assertThat(model.orElseThrow().generate(request, text -> {}).ids()).hasSize(1);
  }

  @Test
  void anUnknownBackendIsRefusedWithThoseThereAre() throws IOException {
    for (String name : new String[] {"", "VECTOR", "cuda"}) {
      LoadOptions options = new LoadOptions(name, 1, CacheType.F32, Optional.empty());
      assertThatIllegalArgumentException()
          .isThrownBy(() -> LanguageModel.load(root, options).close())
          .withMessageContaining("there is no backend " + name + " here; there are auto and");
    }
    assertThat(Memory.held(root)).as("files held besides the loaded model's").isLessThan(2);
  }

  private static void one(int maxTokens) {
    Request.greedy(new int[] {1}, maxTokens);
  }

  private static void score(LanguageModel model, int[] ids) {
    model.score(ids, (position, logits, row) -> {}, (index, hidden, rows) -> {});
  }

  private static void sampling(double temperature, int topK, double topP) {
    new Sampling(temperature, topK, topP, 0, 1, 0);
  }

  private static void options(int threads, CacheType cacheType, int context) {
    new LoadOptions("auto", threads, cacheType, Optional.of(context));
  }
}
