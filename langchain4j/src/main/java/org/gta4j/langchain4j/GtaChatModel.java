package org.gta4j.langchain4j;

import dev.langchain4j.model.ModelProvider;
import dev.langchain4j.model.chat.Capability;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.ChatRequestOptions;
import dev.langchain4j.model.chat.listener.ChatModelListener;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.response.ChatResponse;
import java.util.List;
import java.util.Set;
import org.gta4j.generate.Engine;

/**
 * An engine as langchain4j's chat model. Requests of several threads are computed together; a
 * thread that is interrupted while it waits gives its answer up. Safe for use by several threads.
 *
 * <p>Requests are refused with {@link dev.langchain4j.exception.UnsupportedFeatureException} where
 * they ask for what is not supported, with {@link
 * dev.langchain4j.exception.InvalidRequestException} where they can never be answered, with {@link
 * dev.langchain4j.exception.RateLimitException} where too many wait.
 */
public final class GtaChatModel implements ChatModel {
  private final ChatEngine chats;

  /**
   * A chat model.
   *
   * @param engine computes the answers; stays the caller's, who closes it
   * @throws IllegalArgumentException if its model has no chat template or no tokenizer
   * @throws dev.langchain4j.exception.UnsupportedFeatureException if the default parameters ask for
   *     something that is not supported
   */
  public GtaChatModel(Engine engine, GtaChatOptions options) {
    chats = new ChatEngine(engine, options);
  }

  @Override
  public ChatResponse chat(ChatRequest request, ChatRequestOptions requestOptions) {
    ChatEngine.requireKnown(request.parameters());
    return ChatModel.super.chat(request, requestOptions);
  }

  @Override
  public ChatResponse doChat(ChatRequest request) {
    ChatEngine.Asked asked = chats.prepare(request);
    try {
      return chats.read(asked, chats.begin(asked), AnswerSink.NONE);
    } catch (RuntimeException e) {
      throw Failures.of(e);
    }
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
