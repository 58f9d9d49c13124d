package org.gta4j.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.gta4j.generate.LanguageModel;
import org.gta4j.generate.Request;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Log-probabilities are the model's own. */
@Timeout(300)
class LogProbsTest {
  private static final double TOLERANCE = 1e-4;

  @TempDir static Path folder;
  private static LanguageModel model;
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

  /** The log-probabilities of the whole vocabulary behind each of the ids. */
  private static double[][] expected(int[] ids) {
    double[][] rows = new double[ids.length][TestModels.SIZE];
    alone.score(
        ids,
        (position, logits, row) -> {
          double sum = 0;
          for (int id = 0; id < TestModels.SIZE; id++) {
            sum += Math.exp(logits.get(row, id));
          }
          for (int id = 0; id < TestModels.SIZE; id++) {
            rows[position][id] = logits.get(row, id) - Math.log(sum);
          }
        });
    return rows;
  }

  private static int best(double[] row) {
    return IntStream.range(0, row.length).reduce(0, (a, b) -> row[b] > row[a] ? b : a);
  }

  private static double[] sorted(double[] row) {
    double[] sorted = row.clone();
    Arrays.sort(sorted);
    return sorted;
  }

  /** What lm-evaluation-harness asks: how probable a text's tokens are, and whether greedy. */
  @Test
  void anEchoHasTheProbabilitiesOfThePrompt() {
    int[][] prompts = {alone.encode("the cat in the hat"), alone.encode("Zürich 日本"), {70}};
    for (int tokens : new int[] {0, 1}) {
      JsonNode answer =
          server
              .post(
                  "/v1/completions",
                  "{'model': 'm', 'prompt': %s, 'temperature': 0, 'max_tokens': %d, 'logprobs': 1, 'echo': true, 'seed': 1234}"
                      .formatted(Arrays.deepToString(prompts), tokens))
              .ok()
              .json();
      assertThat(answer.path("choices").size()).isEqualTo(prompts.length);
      for (int i = 0; i < prompts.length; i++) {
        int[] ids = withAnswer(prompts[i], tokens);
        JsonNode lists = answer.path("choices").get(i).path("logprobs");
        for (String list : List.of("tokens", "token_logprobs", "top_logprobs", "text_offset")) {
          assertThat(lists.path(list).size()).as("%s of %d", list, i).isEqualTo(ids.length);
        }
        assertThat(lists.path("token_logprobs").get(0).isNull()).isTrue();
        assertThat(lists.path("top_logprobs").get(0).isNull()).isTrue();
        double[][] rows = expected(ids);
        for (int at = 1; at < ids.length; at++) {
          double[] row = rows[at - 1];
          double logProb = lists.path("token_logprobs").get(at).doubleValue();
          assertThat(logProb).isCloseTo(row[ids[at]], within(TOLERANCE));
          JsonNode top = lists.path("top_logprobs").get(at);
          assertThat(top.size()).isEqualTo(1);
          assertThat(top.iterator().next().doubleValue())
              .isCloseTo(row[best(row)], within(TOLERANCE));
          // The harness takes a text for greedy where its tokens are the first of these.
          boolean isGreedy =
              top.propertyNames()
                  .iterator()
                  .next()
                  .equals(lists.path("tokens").get(at).stringValue());
          assertThat(isGreedy).isEqualTo(best(row) == ids[at]);
        }
      }
    }
  }

  private static int[] withAnswer(int[] prompt, int tokens) {
    if (tokens == 0) {
      return prompt;
    }
    int[] answer = alone.generate(Request.greedy(prompt, tokens), text -> {}).ids();
    int[] all = Arrays.copyOf(prompt, prompt.length + answer.length);
    System.arraycopy(answer, 0, all, prompt.length, answer.length);
    return all;
  }

  @Test
  void alternativesAreTheMostProbable() {
    int[] ids = withAnswer(alone.encode("q"), 10);
    double[][] rows = expected(ids);
    JsonNode lists =
        server
            .post(
                "/v1/completions",
                "{'prompt': 'q', 'temperature': 0, 'max_tokens': 10, 'logprobs': 5}")
            .ok()
            .at("/choices/0/logprobs");
    assertThat(lists.path("tokens").size()).isEqualTo(10);
    assertThat(lists.path("text_offset").get(0).asInt()).as("behind the prompt").isEqualTo(1);
    for (int at = 0; at < 10; at++) {
      double[] sorted = sorted(rows[at]);
      List<Double> found = new ArrayList<>();
      lists.path("top_logprobs").get(at).forEach(one -> found.add(one.doubleValue()));
      assertThat(found).hasSize(5);
      for (int i = 0; i < 5; i++) {
        assertThat(found.get(i)).isCloseTo(sorted[sorted.length - 1 - i], within(TOLERANCE));
      }
    }
    JsonNode none =
        server
            .post(
                "/v1/completions",
                "{'prompt': 'q', 'temperature': 0, 'max_tokens': 4, 'logprobs': 0}")
            .ok()
            .at("/choices/0/logprobs");
    assertThat(none.path("token_logprobs").size()).isEqualTo(4);
    assertThat(none.path("top_logprobs").get(0).size()).isZero();
  }

  @Test
  void offsetsAreThoseOfTheText() {
    JsonNode choice =
        server
            .post(
                "/v1/completions",
                "{'prompt': 'the one 日本 x', 'max_tokens': 0, 'echo': true, 'logprobs': 0}")
            .ok()
            .at("/choices/0");
    String text = choice.path("text").stringValue();
    for (int i = 0; i < choice.at("/logprobs/tokens").size(); i++) {
      String token = choice.at("/logprobs/tokens").get(i).stringValue();
      int offset = choice.at("/logprobs/text_offset").get(i).asInt();
      if (!token.startsWith("bytes:")) {
        assertThat(text.substring(offset)).startsWith(token);
      }
    }
  }

  @Test
  void penaltiesAndTemperatureDoNotChangeThem() {
    String body = "{'prompt': 'q', 'max_tokens': 1, 'logprobs': 3, 'seed': 1%s}";
    JsonNode plain =
        server
            .post("/v1/completions", body.formatted(""))
            .ok()
            .at("/choices/0/logprobs/top_logprobs");
    JsonNode changed =
        server
            .post(
                "/v1/completions",
                body.formatted(", 'temperature': 0.1, 'logit_bias': {'70': 50}, 'top_k': 1"))
            .ok()
            .at("/choices/0/logprobs/top_logprobs");
    assertThat(changed).isEqualTo(plain);
  }

  @Test
  void moreThanMemoryHasRoomForAreRefused() {
    String prompts = "'a', ".repeat(127) + "'a'";
    JsonNode text =
        server
            .post(
                "/v1/completions",
                "{'prompt': [%s], 'n': 128, 'max_tokens': -1, 'logprobs': 100}".formatted(prompts))
            .error(400);
    assertThat(text.path("param").stringValue()).isEqualTo("logprobs");
    assertThat(text.path("message").stringValue()).contains("max_tokens");
    server.post("/v1/completions", "{'prompt': ['a', 'b'], 'max_tokens': 3, 'logprobs': 100}").ok();
  }

  @Test
  void chatsTellThemWithBytes() {
    JsonNode choice =
        server
            .post(
                "/v1/chat/completions",
                "{'messages': [{'role': 'user', 'content': 'Hi'}], 'temperature': 0, 'max_tokens': 12,"
                    + " 'logprobs': true, 'top_logprobs': 2, 'ignore_eos': true}")
            .ok()
            .at("/choices/0");
    JsonNode content = choice.at("/logprobs/content");
    assertThat(content.size()).isEqualTo(12);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (JsonNode token : content) {
      boolean isControl = token.path("token").stringValue().startsWith("<|");
      if (!isControl) {
        token.path("bytes").forEach(b -> bytes.write(b.asInt()));
      }
      JsonNode top = token.path("top_logprobs");
      assertThat(top.size()).isEqualTo(2);
      assertThat(top.get(0).path("logprob")).as("greedy").isEqualTo(token.path("logprob"));
      assertThat(top.get(1).path("logprob").doubleValue())
          .isBetween(-100.0, top.get(0).path("logprob").doubleValue());
    }
    assertThat(choice.at("/message/content").stringValue())
        .isEqualTo(bytes.toString(StandardCharsets.UTF_8));
    assertThat(
            server
                .post(
                    "/v1/chat/completions",
                    "{'messages': [{'role': 'user', 'content': 'Hi'}], 'max_tokens': 2}")
                .ok()
                .at("/choices/0/logprobs")
                .isNull())
        .isTrue();
  }
}
