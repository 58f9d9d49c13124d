package org.gta4j.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.gta4j.chat.ChatIds;
import org.gta4j.chat.ChatMessage;
import org.gta4j.chat.Conversation;
import org.gta4j.generate.LanguageModel;
import org.gta4j.generate.Request;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Conversations, functions, and answers that are held to a form. */
@Timeout(300)
class ChatTest {
  private static final String PATH = "/v1/chat/completions";
  private static final String HI = "'messages': [{'role': 'user', 'content': 'Hi'}]";

  private static final String SCHEMA =
      "{'type': 'object', 'properties': {'unit': {'enum': ['C', 'F']}, 'days': {'type': 'integer',"
          + " 'minimum': 1, 'maximum': 9}, 'now': {'type': 'boolean'}}, 'required': ['unit', 'days', 'now'],"
          + " 'additionalProperties': false}";

  private static final String TOOLS =
      "'tools': [{'type': 'function', 'function': {'name': 'weather', 'parameters': "
          + SCHEMA
          + "}}, {'type': 'function', 'function': {'name': 'ping', 'parameters':"
          + " {'type': 'object', 'properties': {}, 'additionalProperties': false}}}]";

  @TempDir static Path folder;
  private static LanguageModel model;
  private static LanguageModel alone;
  private static TestServer server;

  @BeforeAll
  static void start() {
    model = TestModels.chat(folder, 1024);
    alone = TestModels.chat(folder, 1024);
    server = TestServer.start(model);
  }

  @AfterAll
  static void stop() {
    server.close();
    alone.close();
    model.close();
  }

  private static JsonNode ask(String fields) {
    return server.post(PATH, "{%s}".formatted(fields)).ok().at("/choices/0");
  }

  @Test
  void theTemplateWritesTheConversation() {
    List<ChatMessage> messages =
        List.of(
            ChatMessage.of("system", "Be brief."),
            ChatMessage.of("user", "Hi"),
            ChatMessage.of("assistant", "Hello"),
            ChatMessage.of("user", "two parts"));
    int[] ids =
        new ChatIds(alone.chatTemplates().orElseThrow(), alone.tokenizer().orElseThrow(), false)
            .prompt(Conversation.toAnswer(messages));
    StringBuilder expected = new StringBuilder();
    alone.generate(Request.greedy(ids, 24), expected::append);
    JsonNode answer =
        server
            .post(
                PATH,
                "{'messages': [{'role': 'system', 'content': 'Be brief.'}, {'role': 'user', 'content':"
                    + " 'Hi'}, {'role': 'assistant', 'content': 'Hello'}, {'role': 'user', 'content':"
                    + " [{'type': 'text', 'text': 'two '}, {'type': 'text', 'text': 'parts'}]}],"
                    + " 'temperature': 0, 'max_completion_tokens': 24, 'max_tokens': 3}")
            .ok()
            .json();
    assertThat(answer.at("/choices/0/message/content").stringValue())
        .isEqualTo(expected.toString());
    assertThat(answer.at("/usage/prompt_tokens").asInt()).isEqualTo(ids.length);
    assertThat(answer.path("object").stringValue()).isEqualTo("chat.completion");
    assertThat(answer.at("/choices/0/message/role").stringValue()).isEqualTo("assistant");
  }

  @Test
  void aModelWithoutATemplateHoldsNoConversations(@TempDir Path other) {
    try (LanguageModel plain = TestModels.plain(other, 64);
        TestServer without = TestServer.start(plain)) {
      JsonNode error = without.post(PATH, "{%s}".formatted(HI)).error(400);
      assertThat(error.path("code").stringValue()).isEqualTo("no_chat_template");
      without.post("/v1/completions", "{'prompt': 'a', 'max_tokens': 2}").ok();
      assertThat(without.get("/v1/models").at("/data/0/meta/chat").asBoolean()).isFalse();
    }
  }

  private static JsonNode arguments(JsonNode call, String... names) {
    assertThat(call.path("id").stringValue()).isNotBlank();
    assertThat(call.path("type").stringValue()).isEqualTo("function");
    String name = call.at("/function/name").stringValue();
    assertThat(name).isIn((Object[]) names);
    JsonNode arguments = JsonMapper.shared().readTree(call.at("/function/arguments").stringValue());
    if (name.equals("weather")) {
      JsonNode schema = JsonMapper.shared().readTree(TestServer.json(SCHEMA));
      assertThat(OpenApi.mistakes(schema, arguments)).isEmpty();
    } else {
      assertThat(arguments.isEmpty()).isTrue();
    }
    return arguments;
  }

  @Test
  void requiredCallsAreValid() {
    int several = 0;
    for (int seed = 0; seed < 12; seed++) {
      JsonNode choice =
          ask(
              "%s, %s, 'tool_choice': 'required', 'seed': %d, 'temperature': 1.2"
                  .formatted(HI, TOOLS, seed));
      JsonNode calls = choice.at("/message/tool_calls");
      if (choice.path("finish_reason").stringValue().equals("length")) {
        continue; // White space may go on for long with random weights.
      }
      assertThat(choice.path("finish_reason").stringValue()).isEqualTo("tool_calls");
      assertThat(calls.size()).isPositive();
      calls.forEach(call -> arguments(call, "weather", "ping"));
      several += calls.size() > 1 ? 1 : 0;
      JsonNode one =
          ask(
              "%s, %s, 'tool_choice': 'required', 'parallel_tool_calls': false, 'seed': %d"
                  .formatted(HI, TOOLS, seed));
      assertThat(one.at("/message/tool_calls").size()).isEqualTo(1);
      JsonNode named =
          ask(
              "%s, %s, 'tool_choice': {'type': 'function', 'function': {'name': 'weather'}}, 'seed': %d"
                  .formatted(HI, TOOLS, seed));
      assertThat(named.at("/message/tool_calls").size()).isEqualTo(1);
      arguments(named.at("/message/tool_calls/0"), "weather");
      assertThat(named.at("/message/content").isNull()).isTrue();
    }
    assertThat(several).as("answers with more than one call").isPositive();
  }

  @Test
  void callsThatAreCutOffLeaveNoMarks() {
    String asked =
        "%s, %s, 'response_format': {'type': 'json_object'}, 'logit_bias': {'%d': 100}, 'seed': 3"
            .formatted(HI, TOOLS, TestModels.id('<'));
    int calls = 0;
    for (int tokens = 2; tokens < 40; tokens += 3) {
      JsonNode choice = ask(asked + ", 'max_tokens': " + tokens);
      assertThat(choice.path("finish_reason").stringValue()).isEqualTo("length");
      assertThat(choice.at("/message/content").asString("")).isEmpty();
      calls += choice.at("/message/tool_calls").size();
    }
    assertThat(calls).isPositive();
  }

  @Test
  void withoutAChoiceOfToolsTheModelSaysWhatItLikes() {
    JsonNode none =
        ask("%s, %s, 'tool_choice': 'none', 'seed': 1, 'max_tokens': 20".formatted(HI, TOOLS));
    assertThat(none.at("/message").has("tool_calls")).isFalse();
    assertThat(none.at("/message/content"))
        .as("the model is not told of them")
        .isEqualTo(ask("%s, 'seed': 1, 'max_tokens': 20".formatted(HI)).at("/message/content"));
    ask("%s, %s, 'seed': 1, 'max_tokens': 20".formatted(HI, TOOLS));
  }

  @Test
  void resultsOfCallsGoBackToTheModel() {
    JsonNode answer =
        server
            .post(
                PATH,
                ("{'messages': [{'role': 'user', 'content': 'Hi'}, {'role': 'assistant', 'content': null,"
                        + " 'tool_calls': [{'id': 'c1', 'type': 'function', 'function': {'name': 'ping',"
                        + " 'arguments': '{}'}}]}, {'role': 'tool', 'tool_call_id': 'c1', 'content': 'pong'}],"
                        + " %s, 'max_tokens': 5}")
                    .formatted(TOOLS))
            .ok()
            .json();
    assertThat(answer.at("/usage/completion_tokens").asInt()).isEqualTo(5);
  }

  @Test
  void answersAreHeldToASchema() {
    JsonNode schema = JsonMapper.shared().readTree(TestServer.json(SCHEMA));
    int ended = 0;
    for (int seed = 0; seed < 8; seed++) {
      for (String format :
          List.of(
              "{'type': 'json_schema', 'json_schema': {'name': 's', 'strict': true, 'schema': %s}}",
              "{'type': 'json_object', 'schema': %s}")) {
        JsonNode choice =
            ask(
                "%s, 'seed': %d, 'temperature': 2, 'response_format': %s"
                    .formatted(HI, seed, format.formatted(SCHEMA)));
        if (choice.path("finish_reason").stringValue().equals("stop")) {
          ended++;
          String content = choice.at("/message/content").stringValue();
          assertThat(OpenApi.mistakes(schema, JsonMapper.shared().readTree(content))).isEmpty();
        }
      }
    }
    assertThat(ended).isGreaterThan(8);
  }

  @Test
  void answersAreJsonObjects() {
    int ended = 0;
    for (int seed = 0; seed < 10; seed++) {
      // Random weights seldom close what they have opened.
      JsonNode choice =
          ask(
              "%s, 'seed': %d, 'response_format': {'type': 'json_object'}, 'logit_bias': {'%d': 8, '%d': 6}"
                  .formatted(HI, seed, TestModels.id('}'), TestModels.id('"')));
      if (choice.path("finish_reason").stringValue().equals("stop")) {
        ended++;
        assertThat(
                JsonMapper.shared()
                    .readTree(choice.at("/message/content").stringValue())
                    .isObject())
            .isTrue();
      }
    }
    assertThat(ended).isPositive();
    JsonNode text =
        ask("%s, 'seed': 1, 'max_tokens': 9, 'response_format': {'type': 'text'}".formatted(HI));
    assertThat(text.at("/message/content"))
        .isEqualTo(ask("%s, 'seed': 1, 'max_tokens': 9".formatted(HI)).at("/message/content"));
  }

  @Test
  void aSchemaThatCannotBeEnforcedIsRefused() {
    for (String schema :
        List.of(
            "{'type': 'object', 'not': {'required': ['a']}}",
            "{'$ref': 'https://example.org/s.json'}",
            "{'type': 'strange'}",
            "{'type': 'array', 'uniqueItems': true}",
            "{'type': 'string', 'pattern': '('}")) {
      JsonNode error =
          server
              .post(
                  PATH,
                  "{%s, 'response_format': {'type': 'json_schema', 'json_schema': {'name': 's', 'schema': %s}}}"
                      .formatted(HI, schema))
              .error(400);
      assertThat(error.path("param").stringValue()).as(schema).startsWith("response_format");
      assertThat(error.path("code").stringValue()).isEqualTo("invalid_json_schema");
      JsonNode tools =
          server
              .post(
                  PATH,
                  "{%s, 'tool_choice': 'required', 'tools': [{'type': 'function', 'function': {'name': 'f', 'parameters': {'type': 'object', 'properties': {'a': %s}, 'required': ['a']}}}]}"
                      .formatted(HI, schema))
              .error(400);
      assertThat(tools.path("param").stringValue()).as(schema).startsWith("tools");
    }
    JsonNode both =
        server
            .post(
                PATH,
                "{%s, %s, 'tool_choice': 'required', 'response_format': {'type': 'json_object'}}"
                    .formatted(HI, TOOLS))
            .error(400);
    assertThat(both.path("param").stringValue()).isEqualTo("response_format");
  }
}
