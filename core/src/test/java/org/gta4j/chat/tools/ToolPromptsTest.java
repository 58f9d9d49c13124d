package org.gta4j.chat.tools;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.gta4j.chat.ChatTemplates;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.MissingNode;

class ToolPromptsTest {
  private static final String TOOLS =
      "{% for t in tools or [] %}(tool {{ t | tojson }}){% endfor %}";

  private static final String MESSAGES =
      "{% for m in messages %}[{{ m.role }}]"
          + "{% if m.content is none %}NONE{% else %}{{ m.content }}{% endif %}";

  /** As most templates are. */
  private static final String MAPS =
      TOOLS
          + MESSAGES
          + "{% for c in m.tool_calls or [] %}<tool_call>\n{\"name\": \"{{ c.function.name }}\","
          + " \"arguments\": {{ c.function.arguments | tojson }}}\n</tool_call>{% endfor %}"
          + "{% endfor %}[assistant]";

  /** As DeepSeek's are. */
  private static final String TEXTS =
      TOOLS
          + MESSAGES
          + "{% for c in m.tool_calls or [] %}{{ '<｜tool▁call▁begin｜>' + c.function.name"
          + " + '<｜tool▁sep｜>' + c.function.arguments + '<｜tool▁call▁end｜>' }}{% endfor %}"
          + "{% endfor %}";

  /** As those are that write calls like Python's maps unless they are texts. */
  private static final String SHOWN =
      TOOLS
          + MESSAGES
          + "{% for c in m.tool_calls or [] %}<|tool_call|>{{ c.function.name }} "
          + "{{ c.function.arguments }}{% endfor %}{% endfor %}";

  /** As Granite 3's are: earlier calls are left to the content. */
  private static final String SILENT =
      "{# <|tool_call|> #}"
          + TOOLS
          + "{% for m in messages %}{{ '[' + m.role + ']' + m.content }}{% endfor %}";

  private static final String PLAIN =
      "{% for m in messages %}{{ '[' + m.role + ']' + m.content }}{% endfor %}";

  private static final String WITHOUT_SYSTEM =
      "{% for m in messages %}{% if m.role == 'system' %}{{ raise_exception('no system') }}"
          + "{% endif %}{{ '[' + m.role + ']' + m.content }}{% endfor %}";

  private static final JsonNode TOOL_LIST =
      json("[{\"type\": \"function\", \"function\": {\"name\": \"f\"}}]");

  private static final String CALLED =
      """
      [{"role": "user", "content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]},
       {"role": "assistant", "content": null, "refusal": null, "tool_calls": [
         {"id": "call_1", "type": "function", "index": 0,
          "function": {"name": "f", "arguments": "{\\"x\\": [1, \\"é\\"]}"}}]},
       {"role": "tool", "tool_call_id": "call_1", "content": "5"}]
      """;

  private static JsonNode json(String text) {
    return JsonMapper.shared().readTree(text);
  }

  private static ToolPrompts prompts(String source, boolean isGenericAllowed) {
    SequencedMap<String, String> sources = new LinkedHashMap<>();
    sources.put("default", source);
    return ToolPrompts.of(new ChatTemplates("chat", sources, Map.of()), isGenericAllowed);
  }

  private static ToolPrompt prompt(ToolPrompts prompts, String messages, JsonNode tools) {
    return prompts.prompt(json(messages), tools, MissingNode.getInstance(), Map.of());
  }

  private static String text(ToolPrompt prompt) {
    return prompt.template().render(prompt.conversation()).text();
  }

  @Test
  void argumentsAreMaps() {
    ToolPrompt prompt = prompt(prompts(MAPS, false), CALLED, TOOL_LIST);
    assertThat(prompt.format()).hasValue(ToolFormat.HERMES);
    assertThat(text(prompt))
        .isEqualTo(
            "(tool {\"type\": \"function\", \"function\": {\"name\": \"f\"}})[user]ab"
                + "[assistant]NONE<tool_call>\n{\"name\": \"f\", \"arguments\": "
                + "{\"x\": [1, \"é\"]}}\n</tool_call>[tool]5[assistant]");
  }

  @Test
  void orTextsWhereTheTemplateWantsThem() {
    assertThat(text(prompt(prompts(TEXTS, false), CALLED, TOOL_LIST)))
        .contains("<｜tool▁call▁begin｜>f<｜tool▁sep｜>{\"x\":[1,\"é\"]}<｜tool▁call▁end｜>");
    assertThat(text(prompt(prompts(SHOWN, false), CALLED, TOOL_LIST)))
        .contains("<|tool_call|>f {\"x\":[1,\"é\"]}");
  }

  @Test
  void callsThatATemplateDoesNotWriteAreContent() {
    assertThat(text(prompt(prompts(SILENT, false), CALLED, TOOL_LIST)))
        .endsWith(
            "[assistant]<|tool_call|>[{\"name\": \"f\", \"arguments\": {\"x\":[1,\"é\"]}}][tool]5");
  }

  @Test
  void withoutToolsThereIsNothingToLookFor() {
    ToolPrompts prompts = prompts(MAPS, false);
    ToolPrompt plain = prompt(prompts, "[{\"role\": \"user\", \"content\": \"a\"}]", json("null"));
    assertThat(plain.format()).isEmpty();
    assertThat(text(plain)).isEqualTo("[user]a[assistant]");
    ToolPrompt none = prompts.prompt(json(CALLED), TOOL_LIST, json("\"none\""), Map.of());
    assertThat(none.format()).isEmpty();
    assertThat(none.choice()).isEqualTo(new ToolChoice.None());
    assertThat(text(none)).startsWith("[user]ab[assistant]NONE<tool_call>");
  }

  @Test
  void aModelThatKnowsNoToolsIsToldOfThem() {
    ToolPrompts prompts = prompts(PLAIN, true);
    assertThat(prompts.format()).hasValue(ToolFormat.GENERIC);
    String messages =
        """
        [{"role": "developer", "content": "Be brief."}, {"role": "user", "content": "a"},
         {"role": "assistant", "content": "So.", "tool_calls": [
           {"id": "1", "function": {"name": "f", "arguments": ""}},
           {"id": "2", "function": {"name": "f", "arguments": {"x": 1}}}]},
         {"role": "tool", "tool_call_id": "1", "content": "5"},
         {"role": "tool", "tool_call_id": "2", "content": "6"}]
        """;
    assertThat(text(prompt(prompts, messages, TOOL_LIST)))
        .startsWith("[system]Be brief.\n\nYou can call functions.")
        .contains("\n{\"name\":\"f\"}\n")
        .contains("<tool_call>\n{\"name\": \"NAME\"")
        .endsWith(
            "[user]a[assistant]So.\n"
                + "<tool_call>\n{\"name\": \"f\", \"arguments\": {}}\n</tool_call>\n"
                + "<tool_call>\n{\"name\": \"f\", \"arguments\": {\"x\":1}}\n</tool_call>"
                + "[user]<tool_response>\n5\n</tool_response>\n<tool_response>\n6\n</tool_response>");
    String one = "[{\"role\": \"user\", \"content\": \"a\"}]";
    assertThat(text(prompt(prompts, one, TOOL_LIST))).startsWith("[system]You can call functions.");
    assertThat(text(prompt(prompts(WITHOUT_SYSTEM, true), one, TOOL_LIST)))
        .startsWith("[user]You can call functions.")
        .endsWith("\n\na");
    assertThat(text(prompt(prompts, one, json("[]")))).isEqualTo("[user]a");
  }

  @Test
  void elseToolsAreRefused() {
    String one = "[{\"role\": \"user\", \"content\": \"a\"}]";
    assertThat(prompts(PLAIN, false).format()).isEmpty();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> prompt(prompts(PLAIN, false), one, TOOL_LIST))
        .withMessage(
            "tools: expected a model whose chat template knows how to call them, found one that knows of no tools");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> prompt(prompts(TOOLS + PLAIN, false), one, TOOL_LIST))
        .withMessageEndingWith("found one that writes calls in a format that is not known here");
  }

  @Test
  void aTemplateOfItsOwnForToolsIsUsed() {
    SequencedMap<String, String> sources = new LinkedHashMap<>();
    sources.put("default", PLAIN);
    sources.put("tool_use", MAPS);
    ToolPrompts prompts = ToolPrompts.of(new ChatTemplates("chat", sources, Map.of()), false);
    String one = "[{\"role\": \"user\", \"content\": \"a\"}]";
    assertThat(text(prompt(prompts, one, TOOL_LIST))).startsWith("(tool ");
    assertThat(text(prompt(prompts, one, json("null")))).isEqualTo("[user]a");
    assertThat(text(prompt(prompts, CALLED, json("null")))).contains("<tool_call>");
  }

  @Test
  void mistralsIdsAreShort() {
    String source =
        TOOLS
            + MESSAGES
            + "{% for c in m.tool_calls or [] %}[TOOL_CALLS][{{ c.function | tojson }}{{ c.id }}]"
            + "{% endfor %}{{ m.tool_call_id }}{% endfor %}";
    String text = text(prompt(prompts(source, false), CALLED, TOOL_LIST));
    String id = ShortIds.of("call_1");
    assertThat(id).matches("[0-9a-z]{9}");
    assertThat(ShortIds.of("AbCdEfGh9")).isEqualTo("AbCdEfGh9");
    assertThat(text).contains("}" + id + "]").endsWith("[tool]5" + id);
  }

  @Test
  void rolesOfTheTemplatesOwnAreTaken() {
    String source =
        "{% for m in messages %}{% if m['role'] == 'document' %}D{% elif m.role == \"control\" %}C"
            + "{% else %}{{ m.role }}{% endif %}{{ m.content }}{% endfor %}";
    String messages =
        "[{\"role\": \"document\", \"content\": \"1\"}, {\"role\": \"control\", \"content\": \"2\"}]";
    assertThat(text(prompt(prompts(source, false), messages, json("null")))).isEqualTo("D1C2");
    assertThatIllegalArgumentException()
        .isThrownBy(() ->
            prompt(prompts(source, false), "[{\"role\": \"D\", \"content\": \"1\"}]", json("null")))
        .withMessageStartingWith("messages[0].role: expected one of system");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{}|messages: expected a list of at least one, found {}",
        "[]|messages: expected a list of at least one, found []",
        "[7]|messages[0]: expected an object, found 7",
        "[{\"content\": \"a\"}]|messages[0].role: expected a text, found nothing",
        "[{\"role\": \"user\"}]|messages[0].content: expected a text, found nothing",
        "[{\"role\": \"wizard\", \"content\": \"a\"}]|messages[0].role: expected one of system, developer, user, assistant, tool, found \"wizard\"",
        "[{\"role\": \"user\", \"content\": \"a\"}, {\"role\": \"User\", \"content\": \"a\"}]|messages[1].role: expected one of system, developer, user, assistant, tool, found \"User\"",
        "[{\"role\": \"user\", \"content\": 5}]|messages[0].content: expected a text or a list of parts, found 5",
        "[{\"role\": \"user\", \"content\": [{\"type\": \"image_url\"}]}]|messages[0].content[0]: expected a part that is a text, found {\"type\":\"image_url\"}",
        "[{\"role\": \"assistant\", \"tool_calls\": 5}]|messages[0].tool_calls: expected a list, found 5",
        "[{\"role\": \"assistant\", \"tool_calls\": [5]}]|messages[0].tool_calls[0].function.name: expected a name, found nothing",
        "[{\"role\": \"assistant\", \"tool_calls\": [{\"function\": {\"name\": \"f\", \"arguments\": \"{\"}}]}]|messages[0].tool_calls[0].function.arguments: expected the text of a JSON object, found \"{\"",
        "[{\"role\": \"assistant\", \"tool_calls\": [{\"function\": {\"name\": \"f\", \"arguments\": [1]}}]}]|messages[0].tool_calls[0].function.arguments: expected the text of a JSON object, found [1]",
      })
  void messagesThatAreNoneAreRefused(String messages, String expected) {
    ToolPrompts prompts = prompts(MAPS, true);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> prompt(prompts, messages, TOOL_LIST))
        .withMessage(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "5|null|tools: expected a list, found 5",
        "[5]|null|tools[0]: expected an object of the type \"function\", found 5",
        "[{\"type\": \"x\"}]|null|tools[0]: expected an object of the type \"function\", found {\"type\":\"x\"}",
        "[{\"function\": {}}]|null|tools[0].function.name: expected a name, found nothing",
        "[{\"function\": {\"name\": \"f\", \"parameters\": 5}}]|null|tools[0].function.parameters: expected a JSON schema, found 5",
        "[{\"function\": {\"name\": \"f\"}}, {\"function\": {\"name\": \"f\"}}]|null|tools[1].function.name: expected each name once, found f again",
        "[]|\"required\"|tool_choice: expected tools that are required, found none",
        "[]|\"all\"|tool_choice: expected \"auto\", \"none\", \"required\" or a function, found \"all\"",
        "[{\"function\": {\"name\": \"f\"}}]|{\"type\": \"function\", \"function\": {\"name\": \"g\"}}|tool_choice.function.name: expected one of f, found \"g\"",
        "[]|{\"type\": \"function\", \"function\": {\"name\": \"g\"}}|tool_choice.function.name: expected no function, since there are no tools, found \"g\"",
      })
  void toolsThatAreNoneAreRefused(String tools, String choice, String expected) {
    ToolPrompts prompts = prompts(MAPS, true);
    assertThatIllegalArgumentException()
        .isThrownBy(() ->
            prompts.prompt(
                json("[{\"role\": \"user\", \"content\": \"a\"}]"),
                json(tools),
                json(choice),
                Map.of()))
        .withMessage(expected);
  }

  @Test
  void choicesAreRead() {
    List<ToolFunction> functions = ToolFunction.read(TOOL_LIST);
    assertThat(ToolChoice.read(json("null"), functions)).isEqualTo(new ToolChoice.Auto());
    assertThat(ToolChoice.read(json("\"required\""), functions))
        .isEqualTo(new ToolChoice.Required());
    assertThat(
            ToolChoice.read(
                json("{\"type\": \"function\", \"function\": {\"name\": \"f\"}}"), functions))
        .isEqualTo(new ToolChoice.Named(functions.getFirst()));
  }
}
