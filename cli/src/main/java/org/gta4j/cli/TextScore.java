package org.gta4j.cli;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.IntConsumer;
import org.gta4j.generate.LanguageModel;
import org.gta4j.generate.LogProbability;
import org.gta4j.tokenizer.TokenDecoder;
import org.gta4j.tokenizer.Tokenizer;

/**
 * Sums up how probable a model finds the tokens of a text, window after window. Sums are in double:
 * a text has hundreds of thousands of tokens.
 */
final class TextScore {
  private final LanguageModel model;
  private final Optional<TokenDecoder> decoder;
  private final LogProbability logProbability;
  private double negativeLogLikelihood;
  private long tokens;
  private long bytes;

  TextScore(LanguageModel model) {
    this.model = model;
    decoder = model.tokenizer().map(Tokenizer::decoder);
    logProbability = new LogProbability(model);
  }

  /**
   * Scores all tokens of a window but the first, given those before them.
   *
   * @param positions is told each position that is reached
   */
  void add(IntConsumer positions, int... window) {
    model.score(
        window,
        (position, logits, matrixRow) -> {
          positions.accept(position);
          if (position + 1 < window.length) {
            negativeLogLikelihood -=
                logProbability.of(logits, matrixRow, window[position + 1]).value();
          }
        });
    tokens += window.length - 1;
    // One decoder goes through all windows, so that a character cut by a border is counted once.
    for (int i = 0; i < window.length; i++) {
      int length = textBytes(window[i]);
      bytes += i == 0 ? 0 : length;
    }
  }

  private int textBytes(int id) {
    return decoder.map(d -> d.next(id).getBytes(StandardCharsets.UTF_8).length).orElse(0);
  }

  /** −Σ ln p, in nats. */
  double negativeLogLikelihood() {
    return negativeLogLikelihood;
  }

  /** How many tokens were scored. */
  long tokens() {
    return tokens;
  }

  /** e to the mean of −ln p. */
  double perplexity() {
    return Math.exp(negativeLogLikelihood / tokens);
  }

  /**
   * The same measure of models with different tokens; empty where the text's bytes are not known.
   */
  OptionalDouble bitsPerByte() {
    return bytes == 0
        ? OptionalDouble.empty()
        : OptionalDouble.of(negativeLogLikelihood / Math.log(2) / bytes);
  }
}
