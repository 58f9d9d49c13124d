package org.gta4j.langchain4j;

import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.chat.common.AbstractStreamingChatModelIT;
import dev.langchain4j.model.chat.listener.ChatModelListener;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.condition.EnabledIf;

/**
 * What langchain4j holds its own streaming chat models to, but for what asks more of a model than
 * 135 million parameters know: those tests are overridden without an annotation, which leaves them
 * out.
 */
@EnabledIf("org.gta4j.langchain4j.SharedModel#isThere")
class StreamingChatModelConformanceTest extends AbstractStreamingChatModelIT {
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
  protected List<StreamingChatModel> models() {
    return List.of(createModelWith(ChatRequestParameters.builder().build()));
  }

  @Override
  protected StreamingChatModel createModelWith(ChatRequestParameters parameters) {
    return new GtaStreamingChatModel(shared.engine(), SharedModel.options(parameters));
  }

  @Override
  public StreamingChatModel createModelWith(ChatModelListener listener) {
    return new GtaStreamingChatModel(
        shared.engine(),
        SharedModel.options(ChatRequestParameters.builder().build())
            .withListeners(List.of(listener)));
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
  protected void should_respect_multiple_messages(StreamingChatModel model) {}

  @Override
  protected void should_execute_a_tool_then_answer(StreamingChatModel model) {}

  @Override
  protected void should_execute_a_tool_without_arguments_then_answer(StreamingChatModel model) {}

  @Override
  protected void should_execute_multiple_tools_in_parallel_then_answer(StreamingChatModel model) {}

  @Override
  protected void should_force_LLM_to_execute_any_tool(StreamingChatModel model) {}

  @Override
  protected void should_execute_a_tool_then_answer_respecting_JSON_response_format_with_schema(
      StreamingChatModel model) {}

  @Override
  protected void should_respect_system_message(StreamingChatModel model) {}

  @Override
  protected void should_force_LLM_to_execute_specific_tool(StreamingChatModel model) {}
}
