package org.gta4j.cli;

import org.gta4j.checkpoint.Json;
import org.gta4j.generate.FinishReason;
import org.gta4j.generate.Generation;
import org.gta4j.generate.Scheduler;
import org.gta4j.generate.Speculation;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What {@code generate} says about its answer.
 *
 * @param loaded the model
 * @param generation the finished answer
 * @param scheduler what it was computed by
 * @param beginNanos when it began, the prompt still a text
 */
record GenerateReport(
    LoadedModel loaded, Generation generation, Scheduler scheduler, long beginNanos) {
  /** For programs. */
  String json() {
    int[] ids = generation.ids();
    ObjectNode json = Json.object();
    if (loaded.model().tokenizer().isPresent()) {
      json.put("text", generation.text());
    }
    ArrayNode array = json.putArray("ids");
    for (int id : ids) {
      array.add(id);
    }
    json.put("finish_reason", generation.finish().map(FinishReason::label).orElseThrow());
    json.put("prompt_tokens", generation.request().prompt().length);
    json.put("completion_tokens", ids.length);
    putPositive(json, "prefill_tokens_per_second", scheduler.prefillTokensPerSecond());
    putPositive(json, "decode_tokens_per_second", scheduler.decodeTokensPerSecond());
    if (generation.request().speculation() == Speculation.AUTO) {
      json.put("drafted_tokens", generation.draftedTokens());
      json.put("accepted_tokens", generation.acceptedTokens());
    }
    json.put("time_to_first_token_ms", Numbers.rounded(firstTokenMillis()));
    json.put("load_ms", Numbers.rounded(loaded.loadNanos() / 1e6));
    json.put("cache_bytes_per_token", loaded.model().cacheLayout().bytesPerToken());
    if (isRandom()) {
      json.put("seed", seed());
    }
    return json.toString();
  }

  /** For people. */
  String line() {
    return "%d prompt tokens at %.0f a second, first token after %.0f ms, %d tokens at %.0f a second%s%s"
        .formatted(
            generation.request().prompt().length,
            scheduler.prefillTokensPerSecond(),
            firstTokenMillis(),
            generation.ids().length,
            scheduler.decodeTokensPerSecond(),
            generation.draftedTokens() == 0
                ? ""
                : ", %d of %d looked-up tokens accepted"
                    .formatted(generation.acceptedTokens(), generation.draftedTokens()),
            isRandom() ? ", seed " + seed() : "");
  }

  private double firstTokenMillis() {
    return (generation.firstTokenNanos() - beginNanos) / 1e6;
  }

  private boolean isRandom() {
    return generation.request().sampling().temperature() > 0;
  }

  private long seed() {
    return generation.request().sampling().seed();
  }

  /** Nothing was decoded where the first token was the last: then there is no such rate. */
  private static void putPositive(ObjectNode json, String key, double value) {
    if (value > 0) {
      json.put(key, Numbers.rounded(value));
    }
  }
}
