package org.gta4j.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.gta4j.generate.Adjustments;
import org.gta4j.generate.LanguageModel;
import org.gta4j.generate.Request;
import org.gta4j.generate.Sampling;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Plain completions are what the model computes. */
@Timeout(300)
class CompletionsTest {
  private static final String PATH = "/v1/completions";

  @TempDir static Path folder;
  private static LanguageModel model;

  /** The same model, to compare with: an engine has its own for itself. */
  private static LanguageModel alone;

  private static TestServer server;

  @BeforeAll
  static void start() {
    model = TestModels.chat(folder, 256);
    alone = TestModels.chat(folder, 256);
    server = TestServer.start(model);
  }

  @AfterAll
  static void stop() {
    server.close();
    alone.close();
    model.close();
  }

  private static String text(Request request) {
    StringBuilder text = new StringBuilder();
    alone.generate(request, text::append);
    return text.toString();
  }

  private static Request request(String prompt, int tokens, Sampling sampling) {
    return new Request(alone.encode(prompt), tokens, sampling, List.of(), false);
  }

  private static String first(String body) {
    return server.post(PATH, body).ok().at("/choices/0/text").stringValue();
  }

  private static List<String> texts(JsonNode answer) {
    List<String> texts = new ArrayList<>();
    for (JsonNode choice : answer.path("choices")) {
      assertThat(choice.path("index").asInt()).isEqualTo(texts.size());
      texts.add(choice.path("text").stringValue());
    }
    return texts;
  }

  @Test
  void greedy() {
    JsonNode answer =
        server.post(PATH, "{'prompt': 'Once', 'temperature': 0, 'max_tokens': 20}").ok().json();
    assertThat(texts(answer)).containsExactly(text(request("Once", 20, Sampling.greedy())));
    assertThat(answer.path("object").stringValue()).isEqualTo("text_completion");
    assertThat(answer.path("model").stringValue()).isEqualTo("m");
    assertThat(answer.path("id").stringValue()).startsWith("cmpl-");
    assertThat(answer.at("/choices/0/logprobs").isNull()).isTrue();
    assertThat(answer.at("/choices/0/finish_reason").stringValue()).isEqualTo("length");
    assertThat(answer.at("/usage/prompt_tokens").asInt()).isEqualTo(alone.encode("Once").length);
    assertThat(answer.at("/usage/completion_tokens").asInt()).isEqualTo(20);
    assertThat(answer.at("/usage/total_tokens").asInt())
        .isEqualTo(20 + alone.encode("Once").length);
  }

  @Test
  void sixteenTokensUnlessTheRequestSaysMore() {
    JsonNode answer =
        server.post(PATH, "{'prompt': 'x', 'temperature': 0, 'ignore_eos': true}").ok().json();
    assertThat(answer.at("/usage/completion_tokens").asInt()).isEqualTo(16);
    answer =
        server
            .post(
                PATH,
                "{'prompt': 'x', 'temperature': 0, 'ignore_eos': true, 'max_tokens': -1, 'user':"
                    + " 'u'}")
            .ok()
            .json();
    assertThat(answer.at("/usage/total_tokens").asInt())
        .as("up to the context")
        .isBetween(255, 256);
    assertThat(answer.at("/choices/0/finish_reason").stringValue()).isEqualTo("length");
  }

  @Test
  void idsAndTextsAreTheSamePrompt() {
    String ids = Arrays.toString(alone.encode("the thing"));
    String rest = ", 'temperature': 0, 'max_tokens': 12}";
    String expected = first("{'prompt': 'the thing'" + rest);
    assertThat(first("{'prompt': " + ids + rest)).isEqualTo(expected);
    assertThat(first("{'prompt': [" + ids + "]" + rest)).isEqualTo(expected);
    assertThat(first("{'prompt': ['the thing']" + rest)).isEqualTo(expected);
  }

  @Test
  void severalPromptsAreAnsweredAsEachAlone() {
    List<String> prompts = List.of("a", "Once upon", "Zürich 日本", "a");
    List<String> expected = new ArrayList<>();
    int promptTokens = 0;
    for (String prompt : prompts) {
      expected.add(text(request(prompt, 9, Sampling.greedy())));
      promptTokens += alone.encode(prompt).length;
    }
    JsonNode answer =
        server
            .post(
                PATH,
                "{'prompt': ['a', 'Once upon', 'Zürich 日本', [%d]], 'temperature': 0, 'max_tokens': 9}"
                    .formatted(alone.encode("a")[0]))
            .ok()
            .json();
    assertThat(texts(answer)).isEqualTo(expected);
    assertThat(answer.at("/usage/prompt_tokens").asInt()).isEqualTo(promptTokens);
  }

  @Test
  void answersToAPromptHaveRandomNumbersOfTheirOwn() {
    JsonNode answer =
        server
            .post(PATH, "{'prompt': ['a', 'b'], 'n': 3, 'seed': 5, 'max_tokens': 12}")
            .ok()
            .json();
    List<String> expected = new ArrayList<>();
    for (String prompt : List.of("a", "b")) {
      for (int i = 0; i < 3; i++) {
        expected.add(text(request(prompt, 12, Sampling.of(1, 5 + i))));
      }
    }
    assertThat(texts(answer)).isEqualTo(expected);
    assertThat(expected).doesNotHaveDuplicates();
    assertThat(answer.at("/usage/prompt_tokens").asInt()).as("each prompt once").isEqualTo(2);
  }

  @Test
  void aSeedRepeatsAnAnswer() {
    String seeded = "{'prompt': 'q', 'seed': -9007199254740993, 'max_tokens': 30}";
    assertThat(first(seeded)).isEqualTo(first(seeded));
    String random = "{'prompt': 'q', 'max_tokens': 30, 'ignore_eos': true}";
    assertThat(first(random)).isNotEqualTo(first(random));
  }

  @Test
  void samplingIsTheModels() {
    Sampling sampling = new Sampling(0.8, 20, 0.9, 0.01, 1.2, 3);
    assertThat(
            first(
                "{'prompt': 'q', 'seed': 3, 'temperature': 0.8, 'top_k': 20, 'top_p': 0.9, 'min_p':"
                    + " 0.01, 'repetition_penalty': 1.2, 'max_tokens': 30}"))
        .isEqualTo(text(request("q", 30, sampling)));
    assertThat(first("{'prompt': 'q', 'top_p': 0, 'max_tokens': 10}"))
        .as("the most probable token alone")
        .isEqualTo(text(request("q", 10, Sampling.greedy())));
  }

  @Test
  void penaltiesAndBiases() {
    Request plain = request("q", 30, Sampling.greedy());
    int x = TestModels.id('x');
    Adjustments adjustments = new Adjustments(1.5, 0.5, Map.of(x, 4f));
    String expected = text(plain.with(adjustments));
    assertThat(expected).isNotEqualTo(text(plain));
    assertThat(
            first(
                "{'prompt': 'q', 'temperature': 0, 'max_tokens': 30, 'frequency_penalty': 1.5,"
                    + " 'presence_penalty': 0.5, 'logit_bias': {'%d': 4}}".formatted(x)))
        .isEqualTo(expected);
    assertThat(first("{'prompt': 'q', 'max_tokens': 4, 'logit_bias': {'%d': 100}}".formatted(x)))
        .isEqualTo("xxxx");
  }

  @Test
  void stopTextsEndAnswersAndAreNoPartOfThem() {
    String whole = first("{'prompt': 'q', 'temperature': 0, 'max_tokens': 40, 'ignore_eos': true}");
    int middle = whole.offsetByCodePoints(0, whole.codePointCount(0, whole.length()) / 2);
    String stop = whole.substring(middle, whole.offsetByCodePoints(middle, 2));
    JsonNode body =
        JsonMapper.shared()
            .createObjectNode()
            .put("prompt", "q")
            .put("temperature", 0)
            .put("max_tokens", 40)
            .put("ignore_eos", true)
            .set("stop", JsonMapper.shared().valueToTree(List.of("no such text", stop)));
    JsonNode answer = server.post(PATH, body).ok().json();
    assertThat(answer.at("/choices/0/text").stringValue())
        .isEqualTo(whole.substring(0, whole.indexOf(stop)));
    assertThat(answer.at("/choices/0/finish_reason").stringValue()).isEqualTo("stop");
  }

  @Test
  void theModelsEndEndsAnswersUnlessItIsIgnored() {
    String end =
        "{'prompt': 'q', 'temperature': 0, 'max_tokens': 5, 'logit_bias': {'%d': 100}, 'ignore_eos':"
            + " %s}";
    JsonNode ended = server.post(PATH, end.formatted(TestModels.END, "false")).ok().json();
    assertThat(ended.at("/choices/0/finish_reason").stringValue()).isEqualTo("stop");
    assertThat(ended.at("/choices/0/text").stringValue()).isEmpty();
    JsonNode ignored = server.post(PATH, end.formatted(TestModels.END, "true")).ok().json();
    assertThat(ignored.at("/choices/0/finish_reason").stringValue()).isEqualTo("length");
    assertThat(ignored.at("/usage/completion_tokens").asInt()).isEqualTo(5);
  }

  @Test
  void anEchoIsThePromptBeforeTheAnswer() {
    String rest = ", 'temperature': 0, 'max_tokens': 6, 'echo': true}";
    String answer = text(request("the thing", 6, Sampling.greedy()));
    assertThat(first("{'prompt': 'the thing'" + rest)).isEqualTo("the thing" + answer);
    assertThat(first("{'prompt': " + Arrays.toString(alone.encode("the thing")) + rest))
        .isEqualTo("the thing" + answer);
    JsonNode nothing =
        server.post(PATH, "{'prompt': 'the thing', 'max_tokens': 0, 'echo': true}").ok().json();
    assertThat(nothing.at("/choices/0/text").stringValue()).isEqualTo("the thing");
    assertThat(nothing.at("/usage/completion_tokens").asInt()).isZero();
  }

  @Test
  void unknownFieldsAreIgnoredAndNullIsNotThere() {
    String plain = first("{'prompt': 'q', 'temperature': 0}");
    assertThat(
            first(
                "{'prompt': 'q', 'temperature': 0, 'nonsense': {'a': [1]}, 'stop': null, 'n': null,"
                    + " 'logit_bias': null, 'logprobs': null, 'stream': null, 'response_format':"
                    + " null, 'suffix': '', 'best_of': 1}"))
        .isEqualTo(plain);
    assertThat(
            server
                .post("/completions", "{'prompt': 'q', 'temperature': 0}")
                .ok()
                .at("/choices/0/text")
                .stringValue())
        .isEqualTo(plain);
  }

  @Test
  void whatWasReadBeforeIsReadFromTheCache() {
    String prompt = "the one ".repeat(12);
    String body = "{'prompt': '%s', 'temperature': 0, 'max_tokens': 3}".formatted(prompt);
    JsonNode before = server.post(PATH, body).ok().json();
    JsonNode after = server.post(PATH, body).ok().json();
    assertThat(texts(after)).isEqualTo(texts(before));
    assertThat(after.at("/usage/prompt_tokens_details/cached_tokens").asInt()).isPositive();
  }
}
