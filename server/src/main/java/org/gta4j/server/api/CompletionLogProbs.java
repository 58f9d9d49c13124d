package org.gta4j.server.api;

import java.util.Optional;
import org.gta4j.generate.ScoredToken;
import org.gta4j.tokenizer.TokenDecoder;
import org.gta4j.tokenizer.Tokenizer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * The {@code logprobs} of a plain completion: lists side by side, one entry a token.
 *
 * <p>Not thread-safe.
 */
final class CompletionLogProbs {
  private final TokenTexts texts;
  private final Optional<TokenDecoder> decoder;
  private int offset;
  private ObjectNode lists = empty();

  /**
   * Of an answer whose first token stands at a place of the text.
   *
   * @param offset characters before it
   */
  CompletionLogProbs(Optional<Tokenizer> tokenizer, int offset) {
    texts = new TokenTexts(tokenizer);
    decoder = tokenizer.map(Tokenizer::decoder);
    this.offset = offset;
  }

  private static ObjectNode empty() {
    ObjectNode lists = JsonNodeFactory.instance.objectNode();
    lists.putArray("tokens");
    lists.putArray("token_logprobs");
    lists.putArray("top_logprobs");
    lists.putArray("text_offset");
    return lists;
  }

  /** Adds the first token of a text, whose probability nobody knows. */
  void addFirst(int id) {
    begin(id);
    lists.withArray("token_logprobs").addNull();
    lists.withArray("top_logprobs").addNull();
  }

  /** Adds a token. */
  void add(ScoredToken token) {
    begin(token.id());
    lists.withArray("token_logprobs").add(token.logProbability());
    ObjectNode top = lists.withArray("top_logprobs").addObject();
    for (ScoredToken.Alternative other : token.alternatives()) {
      top.put(texts.name(other.id()), other.logProbability());
    }
  }

  private void begin(int id) {
    lists.withArray("tokens").add(texts.name(id));
    lists.withArray("text_offset").add(offset);
    offset += decoder.map(d -> d.next(id).length()).orElse(0);
  }

  /** What was added since this was asked last. */
  JsonNode take() {
    ObjectNode taken = lists;
    lists = empty();
    return taken;
  }
}
