package org.gta4j.server.api;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.gta4j.generate.ScoredToken;
import org.gta4j.tokenizer.TokenDecoder;
import org.gta4j.tokenizer.Tokenizer;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * The {@code logprobs} of a plain completion: lists side by side, one entry a token. What is kept
 * until they are sent are numbers: as JSON they would take many times the memory.
 *
 * <p>Not thread-safe.
 */
final class CompletionLogProbs {
  /**
   * One token.
   *
   * @param scored empty of the first of a text, whose probability nobody knows
   * @param offset characters before it
   */
  private record Entry(int id, Optional<ScoredToken> scored, int offset) {}

  private final TokenTexts texts;
  private final Optional<TokenDecoder> decoder;
  private int offset;
  private List<Entry> entries = new ArrayList<>();

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

  /** Characters as Unicode counts them, and most clients' languages; Java's are halves of some. */
  static int characters(String text) {
    return text.codePointCount(0, text.length());
  }

  /** Adds the first token of a text, whose probability nobody knows. */
  void addFirst(int id) {
    add(id, Optional.empty());
  }

  /** Adds a token. */
  void add(ScoredToken token) {
    add(token.id(), Optional.of(token));
  }

  private void add(int id, Optional<ScoredToken> scored) {
    entries.add(new Entry(id, scored, offset));
    offset += decoder.map(d -> characters(d.next(id))).orElse(0);
  }

  /** What was added since this was asked last. */
  JsonNode take() {
    List<Entry> taken = entries;
    entries = new ArrayList<>();
    return JsonNodeFactory.instance.pojoNode(new LateJson(to -> write(to, taken)));
  }

  private void write(JsonGenerator to, List<Entry> taken) {
    to.writeStartObject();
    writeList(to, "tokens", taken, entry -> to.writeString(texts.name(entry.id())));
    writeList(
        to,
        "token_logprobs",
        taken,
        entry ->
            entry
                .scored()
                .ifPresentOrElse(scored -> to.writeNumber(scored.logProbability()), to::writeNull));
    writeList(
        to,
        "top_logprobs",
        taken,
        entry ->
            entry.scored().ifPresentOrElse(scored -> writeAlternatives(to, scored), to::writeNull));
    writeList(to, "text_offset", taken, entry -> to.writeNumber(entry.offset()));
    to.writeEndObject();
  }

  private static void writeList(
      JsonGenerator to, String name, List<Entry> taken, Consumer<Entry> one) {
    to.writeArrayPropertyStart(name);
    taken.forEach(one);
    to.writeEndArray();
  }

  private void writeAlternatives(JsonGenerator to, ScoredToken scored) {
    Set<String> names = new HashSet<>(); // tokens of the same bytes: the more probable one counts
    to.writeStartObject();
    for (ScoredToken.Alternative other : scored.alternatives()) {
      String name = texts.name(other.id());
      if (names.add(name)) {
        to.writeNumberProperty(name, other.logProbability());
      }
    }
    to.writeEndObject();
  }
}
