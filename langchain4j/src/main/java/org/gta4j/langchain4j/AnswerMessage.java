package org.gta4j.langchain4j;

import dev.langchain4j.agent.tool.ToolExecutionRequest;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.ChatResponseMetadata;
import dev.langchain4j.model.output.FinishReason;
import dev.langchain4j.model.output.TokenUsage;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.gta4j.chat.tools.AnswerEvents;
import org.gta4j.generate.Generation;

/**
 * Collects what is found in an answer. Calls that the answer ends within, or that turn out to be
 * none, are not executed by anybody, so they are no requests.
 */
final class AnswerMessage implements AnswerEvents {
  private final AnswerSink sink;
  private final StringBuilder text = new StringBuilder();
  private final StringBuilder thinking = new StringBuilder();
  private final List<ToolExecutionRequest> calls = new ArrayList<>();
  private final StringBuilder arguments = new StringBuilder();
  private String id = "";
  private String name = "";

  AnswerMessage(AnswerSink sink) {
    this.sink = sink;
  }

  @Override
  public void reasoning(String piece) {
    thinking.append(piece);
    sink.thinking(piece);
  }

  @Override
  public void content(String piece) {
    text.append(piece);
    sink.text(piece);
  }

  @Override
  public void callBegan(int index, String function) {
    id = "call_" + unique();
    name = function;
    arguments.setLength(0);
  }

  @Override
  public void argumentsPiece(int index, String piece) {
    arguments.append(piece);
    sink.arguments(index, call(), piece);
  }

  @Override
  public void callEnded(int index) {
    ToolExecutionRequest call = call();
    calls.add(call);
    sink.called(index, call);
  }

  @Override
  public void callBroken(int index, Fault fault, String written) {
    if (fault == Fault.MALFORMED) {
      content(written);
    }
  }

  private ToolExecutionRequest call() {
    return ToolExecutionRequest.builder().id(id).name(name).arguments(arguments.toString()).build();
  }

  private static String unique() {
    return UUID.randomUUID().toString().replace("-", "");
  }

  /** The whole answer. */
  ChatResponse response(Generation generation, String modelName) {
    AiMessage.Builder message = AiMessage.builder();
    if (!text.isEmpty() || calls.isEmpty()) {
      message.text(text.toString());
    }
    if (!thinking.isEmpty()) {
      message.thinking(thinking.toString());
    }
    if (!calls.isEmpty()) {
      message.toolExecutionRequests(List.copyOf(calls));
    }
    return ChatResponse.builder()
        .aiMessage(message.build())
        .metadata(
            ChatResponseMetadata.builder()
                .id("gta-" + unique())
                .modelName(modelName)
                .tokenUsage(
                    new TokenUsage(generation.request().prompt().length, generation.ids().length))
                .finishReason(finish(generation))
                .build())
        .build();
  }

  private FinishReason finish(Generation generation) {
    return switch (generation.finish().orElseThrow()) {
      case STOP -> calls.isEmpty() ? FinishReason.STOP : FinishReason.TOOL_EXECUTION;
      case LENGTH -> FinishReason.LENGTH;
      case CANCELLED, FAILED -> FinishReason.OTHER;
    };
  }
}
