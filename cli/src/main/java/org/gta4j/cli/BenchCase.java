package org.gta4j.cli;

import java.util.OptionalDouble;

/**
 * A case of a benchmark: sequences of one length that read a prompt and decode.
 *
 * @param prompt tokens of the prompt; 0: none is read
 * @param generate tokens that each sequence decodes; 0: none
 * @param batch sequences
 * @param depth tokens in the cache of each before
 */
record BenchCase(int prompt, int generate, int batch, int depth) {
  /**
   * Tokens a second of all sequences together.
   *
   * @param prefill of the prompts
   * @param decode of the answers
   */
  record Speeds(OptionalDouble prefill, OptionalDouble decode) {}

  /** Tokens of all prompts. */
  double promptTokens() {
    return (double) prompt * batch;
  }

  /** Tokens of all answers. */
  double generatedTokens() {
    return (double) generate * batch;
  }
}
