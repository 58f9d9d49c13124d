package org.gta4j.langchain4j;

import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.CompleteToolCall;
import dev.langchain4j.model.chat.response.PartialResponse;
import dev.langchain4j.model.chat.response.PartialResponseContext;
import dev.langchain4j.model.chat.response.PartialThinking;
import dev.langchain4j.model.chat.response.PartialToolCall;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.langchain4j.model.chat.response.StreamingHandle;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** A handler that keeps what it is told. */
class Recorder implements StreamingChatResponseHandler {
  final List<String> text = new CopyOnWriteArrayList<>();
  final List<String> thinking = new CopyOnWriteArrayList<>();
  final List<PartialToolCall> partialCalls = new CopyOnWriteArrayList<>();
  final List<CompleteToolCall> calls = new CopyOnWriteArrayList<>();
  final List<Throwable> errors = new CopyOnWriteArrayList<>();
  final Set<Thread> threads = ConcurrentHashMap.newKeySet();
  final CompletableFuture<ChatResponse> response = new CompletableFuture<>();
  private final Consumer<StreamingHandle> onText;

  Recorder() {
    this(handle -> {});
  }

  Recorder(Consumer<StreamingHandle> onText) {
    this.onText = onText;
  }

  ChatResponse await() throws Exception {
    return response.get(60, TimeUnit.SECONDS);
  }

  String joinedText() {
    return String.join("", text);
  }

  @Override
  public void onPartialResponse(PartialResponse partial, PartialResponseContext context) {
    threads.add(Thread.currentThread());
    text.add(partial.text());
    onText.accept(context.streamingHandle());
  }

  @Override
  public void onPartialThinking(PartialThinking partial) {
    thinking.add(partial.text());
  }

  @Override
  public void onPartialToolCall(PartialToolCall partial) {
    partialCalls.add(partial);
  }

  @Override
  public void onCompleteToolCall(CompleteToolCall call) {
    calls.add(call);
  }

  @Override
  public void onCompleteResponse(ChatResponse complete) {
    threads.add(Thread.currentThread());
    response.complete(complete);
  }

  @Override
  public void onError(Throwable error) {
    errors.add(error);
    response.completeExceptionally(error);
  }
}
