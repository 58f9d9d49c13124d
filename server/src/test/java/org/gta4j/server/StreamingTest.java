package org.gta4j.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SequencedMap;
import java.util.TreeMap;
import org.gta4j.generate.LanguageModel;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** A stream's pieces together are the answer that is sent whole. */
@Timeout(300)
class StreamingTest {
  @TempDir static Path folder;
  private static LanguageModel model;
  private static TestServer server;
  private static OpenApi api;

  @BeforeAll
  static void start() {
    model = TestModels.chat(folder, 512);
    server = TestServer.start(model);
    api = new OpenApi(server.get("/openapi.json").ok().json());
  }

  @AfterAll
  static void stop() {
    server.close();
    model.close();
  }

  private static ObjectNode streamed(String body, boolean usage) {
    ObjectNode request = (ObjectNode) JsonMapper.shared().readTree(TestServer.json(body));
    request.put("stream", true);
    if (usage) {
      request.putObject("stream_options").put("include_usage", true);
    }
    return request;
  }

  private static List<JsonNode> events(String path, String body, boolean usage) {
    TestServer.Reply reply = server.post(path, streamed(body, usage)).ok();
    assertThat(reply.header("content-type")).startsWith("text/event-stream");
    return TestServer.events(reply.text());
  }

  /** Puts the pieces of lists, texts and calls together. */
  private static void join(ObjectNode whole, JsonNode piece) {
    for (var field : piece.properties()) {
      JsonNode before = whole.path(field.getKey());
      JsonNode more = field.getValue();
      switch (field.getKey()) {
        case "text", "content", "reasoning_content", "arguments" -> {
          if (more.isArray()) {
            whole.withArray(field.getKey()).addAll((ArrayNode) more);
          } else {
            whole.put(field.getKey(), before.asString("") + more.stringValue());
          }
        }
        case "tokens", "token_logprobs", "top_logprobs", "text_offset" ->
            whole.withArray(field.getKey()).addAll((ArrayNode) more);
        case "tool_calls" -> {
          ArrayNode calls = whole.withArray("tool_calls");
          for (JsonNode call : more) {
            int index = call.path("index").asInt();
            if (calls.size() == index) {
              calls.addObject();
            }
            join((ObjectNode) calls.get(index), ((ObjectNode) call.deepCopy()).without("index"));
          }
        }
        default -> {
          if (more.isObject()) {
            join(whole.withObject(field.getKey()), more);
          } else if (!more.isNull()) {
            whole.set(field.getKey(), more);
          } else if (before.isMissingNode()) {
            whole.putNull(field.getKey());
          }
        }
      }
    }
  }

  private static ObjectNode join(ObjectNode whole, String field, JsonNode piece) {
    if (!whole.path(field).isObject()) {
      whole.remove(field);
    }
    join(whole, piece);
    return whole;
  }

  private static List<ObjectNode> joined(List<JsonNode> events) {
    SequencedMap<Integer, ObjectNode> choices = new TreeMap<>();
    for (JsonNode event : events) {
      for (JsonNode choice : event.path("choices")) {
        ObjectNode whole =
            choices.computeIfAbsent(
                choice.path("index").asInt(), i -> JsonMapper.shared().createObjectNode());
        boolean hasNoProbabilities = choice.path("logprobs").isNull();
        JsonNode piece =
            hasNoProbabilities && whole.has("logprobs")
                ? ((ObjectNode) choice).without("logprobs")
                : choice;
        join(whole, hasNoProbabilities ? "" : "logprobs", piece);
      }
    }
    return List.copyOf(choices.values());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'prompt': 'Once', 'temperature': 0, 'max_tokens': 60}",
        "{'prompt': ['a', 'b'], 'n': 3, 'seed': 4, 'max_tokens': 30}",
        "{'prompt': 'the cat', 'temperature': 0, 'max_tokens': 20, 'echo': true, 'logprobs': 3}",
        "{'prompt': 'the cat', 'temperature': 0, 'max_tokens': 0, 'echo': true, 'logprobs': 1}",
        "{'prompt': 'q', 'seed': 9, 'max_tokens': 200, 'stop': ['a', 'e', '1'], 'logprobs': 0}",
        "{'prompt': 'q', 'seed': 9, 'max_tokens': 60, 'response_format': {'type': 'json_object'}}"
      })
  void completions(String body) {
    JsonNode whole = server.post("/v1/completions", body).ok().json();
    List<JsonNode> events = events("/v1/completions", body, true);
    for (JsonNode event : events) {
      assertThat(api.mistakes("Completion", event)).isEmpty();
      assertThat(event.path("id")).isEqualTo(events.getFirst().path("id"));
    }
    JsonNode last = events.removeLast();
    assertThat(last.path("choices").isEmpty()).isTrue();
    assertThat(((ObjectNode) last.path("usage")).without("prompt_tokens_details"))
        .isEqualTo(((ObjectNode) whole.path("usage")).without("prompt_tokens_details"));
    assertThat(events).allMatch(event -> event.path("usage").isNull());
    List<JsonNode> expected = new ArrayList<>();
    whole.path("choices").forEach(expected::add);
    assertThat(joined(events)).isEqualTo(expected);
    assertThat(events("/v1/completions", body, false))
        .allMatch(event -> !event.has("usage") && event.path("choices").size() == 1);
  }

  private static final String TOOLS =
      ", 'tools': [{'type': 'function', 'function': {'name': 'add', 'parameters': {'type': 'object',"
          + " 'properties': {'a': {'enum': [1, 2]}, 'b': {'type': 'boolean'}}, 'required': ['a', 'b'],"
          + " 'additionalProperties': false}}}]";

  @ParameterizedTest
  @ValueSource(
      strings = {
        "'temperature': 0, 'max_tokens': 60",
        "'n': 3, 'seed': 4, 'max_completion_tokens': 30",
        "'seed': 4, 'max_tokens': 30, 'logprobs': true, 'top_logprobs': 2",
        "'seed': 4, 'max_tokens': 200, 'stop': 'a'",
        "'seed': 4, 'max_tokens': 200, 'tool_choice': 'required'",
        "'seed': 4, 'max_tokens': 200, 'tool_choice': 'required', 'parallel_tool_calls': false",
        "'seed': 4, 'max_tokens': 9, 'tool_choice': 'required'",
        "'seed': 4, 'max_tokens': 40, 'tool_choice': 'auto'"
      })
  void chats(String settings) {
    String body =
        "{'messages': [{'role': 'user', 'content': 'Hi'}], %s%s}"
            .formatted(settings, settings.contains("tool_choice") ? TOOLS : "");
    JsonNode whole = server.post("/v1/chat/completions", body).ok().json();
    List<JsonNode> events = events("/v1/chat/completions", body, true);
    for (JsonNode event : events) {
      assertThat(api.mistakes("ChatChunk", event)).isEmpty();
    }
    assertThat(api.mistakes("ChatCompletion", whole)).isEmpty();
    JsonNode last = events.removeLast();
    assertThat(((ObjectNode) last.path("usage")).without("prompt_tokens_details"))
        .isEqualTo(((ObjectNode) whole.path("usage")).without("prompt_tokens_details"));
    List<ObjectNode> joined = joined(events);
    assertThat(joined).hasSize(whole.path("choices").size());
    for (int i = 0; i < joined.size(); i++) {
      ObjectNode streamed = joined.get(i);
      JsonNode choice = whole.path("choices").get(i);
      assertThat(streamed.at("/delta/role").stringValue()).isEqualTo("assistant");
      assertThat(streamed.at("/delta/content").asString(""))
          .isEqualTo(choice.at("/message/content").asString(""));
      assertThat(withoutIds(streamed.at("/delta/tool_calls")))
          .isEqualTo(withoutIds(choice.at("/message/tool_calls")));
      assertThat(streamed.path("logprobs")).isEqualTo(choice.path("logprobs"));
      assertThat(streamed.path("finish_reason")).isEqualTo(choice.path("finish_reason"));
    }
  }

  private static List<JsonNode> withoutIds(JsonNode calls) {
    List<JsonNode> plain = new ArrayList<>();
    calls.forEach(call -> plain.add(((ObjectNode) call.deepCopy()).without("id")));
    return plain;
  }
}
