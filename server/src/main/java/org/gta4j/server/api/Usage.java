package org.gta4j.server.api;

import org.gta4j.generate.Generation;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a request has used. Answers to one prompt count it once.
 *
 * <p>Not thread-safe.
 */
final class Usage {
  private final long began = System.nanoTime();
  private long promptTokens;
  private long cachedTokens;
  private long answerTokens;
  private long firstToken;

  /** Counts an answer that has ended. */
  void add(Generation generation, boolean isFirstOfPrompt) {
    if (isFirstOfPrompt) {
      promptTokens += generation.request().prompt().length;
      cachedTokens += generation.promptTokensReused();
    }
    answerTokens += generation.ids().length;
    long first = generation.firstTokenNanos();
    firstToken = firstToken == 0 || first < firstToken ? first : firstToken;
  }

  /** OpenAI's {@code usage}. */
  void write(ObjectNode to) {
    ObjectNode usage = to.putObject("usage");
    usage.put("prompt_tokens", promptTokens);
    usage.put("completion_tokens", answerTokens);
    usage.put("total_tokens", promptTokens + answerTokens);
    usage.putObject("prompt_tokens_details").put("cached_tokens", cachedTokens);
  }

  /** Times, as llama.cpp's server tells them. */
  void writeTimings(ObjectNode to) {
    long now = System.nanoTime();
    // Of several prompts the first may have been answered while the last one was put in.
    double promptMillis = Math.max(0, firstToken == 0 ? now - began : firstToken - began) / 1e6;
    double answerMillis = firstToken == 0 ? 0 : (now - firstToken) / 1e6;
    ObjectNode timings = to.putObject("timings");
    timings.put("prompt_n", promptTokens - cachedTokens);
    timings.put("prompt_ms", promptMillis);
    timings.put("predicted_n", answerTokens);
    timings.put("predicted_ms", answerMillis);
    timings.put(
        "predicted_per_second",
        answerMillis > 0 ? Math.max(0, answerTokens - 1) * 1e3 / answerMillis : 0);
  }
}
