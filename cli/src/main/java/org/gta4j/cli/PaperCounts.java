package org.gta4j.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.gta4j.attention.AttentionShape;
import org.gta4j.measure.CountedModel;
import org.gta4j.measure.StepCounts;
import org.gta4j.model.ModelConfig;

/**
 * What the engine counted at one length, per layer, and what the formulas say.
 *
 * @param model a preset
 * @param tokens of the prompt, and those that the decoded token sees
 * @param prompt counted while the prompt was read
 * @param decode counted while a token was decoded
 * @param attentionMacs of the prompt in a layer, by formula
 * @param cacheBytes of the prompt's keys and values in a layer, by formula
 * @param promptReadBytes of them that the prompt's pieces read, each what is there at its end
 */
record PaperCounts(
    String model,
    int tokens,
    StepCounts prompt,
    StepCounts decode,
    long attentionMacs,
    long cacheBytes,
    long promptReadBytes) {
  /** Lengths that are no round numbers of anything, and such that are. */
  static final List<Integer> LENGTHS = List.of(1, 37, 128, 300);

  /** Computes and counts all lengths. */
  static List<PaperCounts> of(String name, CountedModel model) {
    AttentionShape shape = model.config().attention().shape();
    List<PaperCounts> counts = new ArrayList<>();
    long rowBytes = (long) shape.cacheElements() * CountedModel.cacheNumberBytes();
    for (int tokens : LENGTHS) {
      long read = 0;
      for (int begin = 0; begin < tokens; begin += model.pieceTokens()) {
        read += Math.min(tokens, begin + model.pieceTokens()) * rowBytes;
      }
      counts.add(
          new PaperCounts(
              name,
              tokens,
              model.prompt(tokens),
              model.decode(tokens),
              pairs(tokens) * shape.multiplyAddsPerPair(),
              tokens * rowBytes,
              read));
    }
    return counts;
  }

  /** Pairs of a token and one that it sees. */
  private static long pairs(int tokens) {
    return tokens * (tokens + 1L) / 2;
  }

  /** Multiply-adds of a layer's attention for a pair of tokens, as counted. */
  double macsPerPair() {
    return (double) prompt.attention() / CountedModel.LAYERS / pairs(tokens);
  }

  /** Numbers cached for a token in a layer, as counted. */
  double cacheElements() {
    return (double) prompt.cacheBytesWritten()
        / CountedModel.LAYERS
        / tokens
        / CountedModel.cacheNumberBytes();
  }

  /** What is not as the formulas have it, in words; empty where all is. */
  List<String> differences(ModelConfig config) {
    List<String> found = new ArrayList<>();
    compare(found, "multiply-adds of attention", prompt.attention(), attentionMacs);
    compare(found, "bytes of cache written", prompt.cacheBytesWritten(), cacheBytes);
    compare(found, "bytes of cache read by a prompt", prompt.cacheBytesRead(), promptReadBytes);
    compare(found, "bytes of cache read by a token", decode.cacheBytesRead(), cacheBytes);
    long head = (long) config.vocabSize() * config.hiddenSize();
    long all = new AnalyzedModel(model, config, Optional.empty()).modelMacs();
    long expected = (all - head) * tokens + head; // logits of the last token alone
    if (prompt.linear() != expected) {
      found.add(
          "%s, %d tokens: %d multiply-adds with weights, expected %d"
              .formatted(model, tokens, prompt.linear(), expected));
    }
    return found;
  }

  private void compare(List<String> found, String what, long counted, long layer) {
    long expected = layer * CountedModel.LAYERS;
    if (counted != expected) {
      found.add(
          "%s, %d tokens: %d %s, expected %d".formatted(model, tokens, counted, what, expected));
    }
  }
}
