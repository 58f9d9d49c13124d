package org.gta4j.server.api;

import java.util.Optional;
import org.gta4j.generate.ScoredToken;
import org.gta4j.tokenizer.Tokenizer;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * The {@code logprobs} of a chat's answer.
 *
 * <p>Not thread-safe.
 */
final class ChatLogProbs {
  private final TokenTexts texts;
  private ArrayNode content = JsonNodeFactory.instance.arrayNode();

  ChatLogProbs(Optional<Tokenizer> tokenizer) {
    texts = new TokenTexts(tokenizer);
  }

  /** Adds a token. */
  void add(ScoredToken token) {
    ObjectNode one = content.addObject();
    write(one, token.id(), token.logProbability());
    ArrayNode top = one.putArray("top_logprobs");
    for (ScoredToken.Alternative other : token.alternatives()) {
      write(top.addObject(), other.id(), other.logProbability());
    }
  }

  private void write(ObjectNode to, int id, double logProbability) {
    to.put("token", texts.text(id));
    to.put("logprob", logProbability);
    texts.addBytes(id, to.putArray("bytes"));
  }

  /** What was added since this was asked last. */
  ObjectNode take() {
    ObjectNode whole = JsonNodeFactory.instance.objectNode();
    whole.set("content", content);
    whole.putNull("refusal");
    content = JsonNodeFactory.instance.arrayNode();
    return whole;
  }

  /** Whether nothing was added since it was asked last. */
  boolean isEmpty() {
    return content.isEmpty();
  }
}
