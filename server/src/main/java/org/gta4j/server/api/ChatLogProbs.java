package org.gta4j.server.api;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.gta4j.generate.ScoredToken;
import org.gta4j.tokenizer.Tokenizer;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * The {@code logprobs} of a chat's answer. What is kept until they are sent are numbers: as JSON
 * they would take twenty times the memory.
 *
 * <p>Not thread-safe.
 */
final class ChatLogProbs {
  private final TokenTexts texts;
  private List<ScoredToken> tokens = new ArrayList<>();

  ChatLogProbs(Optional<Tokenizer> tokenizer) {
    texts = new TokenTexts(tokenizer);
  }

  /** Adds a token. */
  void add(ScoredToken token) {
    tokens.add(token);
  }

  /** What was added since this was asked last. */
  JsonNode take() {
    List<ScoredToken> taken = tokens;
    tokens = new ArrayList<>();
    return JsonNodeFactory.instance.pojoNode(new LateJson(to -> write(to, taken)));
  }

  private void write(JsonGenerator to, List<ScoredToken> taken) {
    to.writeStartObject();
    to.writeArrayPropertyStart("content");
    for (ScoredToken token : taken) {
      to.writeStartObject();
      write(to, token.id(), token.logProbability());
      to.writeArrayPropertyStart("top_logprobs");
      for (ScoredToken.Alternative other : token.alternatives()) {
        to.writeStartObject();
        write(to, other.id(), other.logProbability());
        to.writeEndObject();
      }
      to.writeEndArray();
      to.writeEndObject();
    }
    to.writeEndArray();
    to.writeNullProperty("refusal");
    to.writeEndObject();
  }

  private void write(JsonGenerator to, int id, double logProbability) {
    to.writeStringProperty("token", texts.text(id));
    to.writeNumberProperty("logprob", logProbability);
    to.writeArrayPropertyStart("bytes");
    for (byte b : texts.bytes(id)) {
      to.writeNumber(b & 0xFF);
    }
    to.writeEndArray();
  }

  /** Whether nothing was added since it was asked last. */
  boolean isEmpty() {
    return tokens.isEmpty();
  }
}
