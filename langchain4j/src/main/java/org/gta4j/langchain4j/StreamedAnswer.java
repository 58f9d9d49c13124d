package org.gta4j.langchain4j;

import static dev.langchain4j.internal.InternalStreamingChatResponseHandlerUtils.onCompleteResponse;
import static dev.langchain4j.internal.InternalStreamingChatResponseHandlerUtils.onCompleteToolCall;
import static dev.langchain4j.internal.InternalStreamingChatResponseHandlerUtils.onPartialResponse;
import static dev.langchain4j.internal.InternalStreamingChatResponseHandlerUtils.onPartialThinking;
import static dev.langchain4j.internal.InternalStreamingChatResponseHandlerUtils.onPartialToolCall;
import static dev.langchain4j.internal.InternalStreamingChatResponseHandlerUtils.withLoggingExceptions;

import dev.langchain4j.agent.tool.ToolExecutionRequest;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.CompleteToolCall;
import dev.langchain4j.model.chat.response.PartialToolCall;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.langchain4j.model.chat.response.StreamingHandle;
import java.util.Optional;

/** An answer whose handler is told what comes. */
final class StreamedAnswer implements AnswerSink, StreamingHandle {
  private final ChatEngine chats;
  private final ChatEngine.Asked asked;
  private final StreamingChatResponseHandler handler;
  private volatile Optional<RunningAnswer> answer = Optional.empty();
  private volatile boolean isCancelled;

  StreamedAnswer(ChatEngine chats, ChatEngine.Asked asked, StreamingChatResponseHandler handler) {
    this.chats = chats;
    this.asked = asked;
    this.handler = handler;
  }

  /** Computes it and tells the handler, in this thread. */
  void run() {
    try {
      RunningAnswer running = chats.begin(asked);
      answer = Optional.of(running);
      ChatResponse response = chats.read(asked, running, this);
      if (!isCancelled) {
        onCompleteResponse(handler, response);
      }
    } catch (RuntimeException | Error e) {
      if (!isCancelled) {
        withLoggingExceptions(() -> handler.onError(Failures.of(e)));
      }
    }
  }

  @Override
  public void cancel() {
    isCancelled = true;
    answer.ifPresent(RunningAnswer::cancel);
  }

  @Override
  public boolean isCancelled() {
    return isCancelled;
  }

  @Override
  public void text(String piece) {
    if (!isCancelled) {
      onPartialResponse(handler, piece, this);
    }
  }

  @Override
  public void thinking(String piece) {
    if (!isCancelled) {
      onPartialThinking(handler, piece, this);
    }
  }

  @Override
  public void arguments(int index, ToolExecutionRequest call, String piece) {
    if (!isCancelled) {
      onPartialToolCall(
          handler,
          PartialToolCall.builder()
              .index(index)
              .id(call.id())
              .name(call.name())
              .partialArguments(piece)
              .build(),
          this);
    }
  }

  @Override
  public void called(int index, ToolExecutionRequest call) {
    if (!isCancelled) {
      onCompleteToolCall(handler, new CompleteToolCall(index, call));
    }
  }
}
