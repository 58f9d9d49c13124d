package org.gta4j.langchain4j;

import dev.langchain4j.model.ModelProvider;
import dev.langchain4j.model.chat.Capability;
import dev.langchain4j.model.chat.ChatRequestOptions;
import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.chat.listener.ChatModelListener;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import java.util.List;
import java.util.Set;
import org.gta4j.generate.Engine;

/**
 * An engine as langchain4j's streaming chat model: text, thoughts and calls come piece by piece, in
 * a virtual thread of the answer's own, so that a handler may take its time. An answer that is
 * cancelled by its {@link dev.langchain4j.model.chat.response.StreamingHandle} frees its place
 * before its next token, and its handler hears no more. Safe for use by several threads.
 *
 * <p>Requests that are refused throw, as {@link GtaChatModel}'s do; what goes wrong later is told
 * to the handler.
 */
public final class GtaStreamingChatModel implements StreamingChatModel {
  private final ChatEngine chats;

  /**
   * A chat model.
   *
   * @param engine computes the answers; stays the caller's, who closes it
   * @throws IllegalArgumentException if its model has no chat template or no tokenizer
   * @throws dev.langchain4j.exception.UnsupportedFeatureException if the default parameters ask for
   *     something that is not supported
   */
  public GtaStreamingChatModel(Engine engine, GtaChatOptions options) {
    chats = new ChatEngine(engine, options);
  }

  @Override
  public void chat(
      ChatRequest request,
      ChatRequestOptions requestOptions,
      StreamingChatResponseHandler handler) {
    ChatEngine.requireKnown(request.parameters());
    StreamingChatModel.super.chat(request, requestOptions, handler);
  }

  @Override
  public void doChat(ChatRequest request, StreamingChatResponseHandler handler) {
    StreamedAnswer answer = new StreamedAnswer(chats, chats.prepare(request), handler);
    Thread.ofVirtual().name("gta4j-answer").start(answer::run);
  }

  @Override
  public ChatRequestParameters defaultRequestParameters() {
    return chats.defaults();
  }

  @Override
  public List<ChatModelListener> listeners() {
    return chats.options().listeners();
  }

  @Override
  public ModelProvider provider() {
    return ModelProvider.OTHER;
  }

  @Override
  public Set<Capability> supportedCapabilities() {
    return Set.of(Capability.RESPONSE_FORMAT_JSON_SCHEMA);
  }
}
