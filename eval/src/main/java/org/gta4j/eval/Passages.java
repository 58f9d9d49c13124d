package org.gta4j.eval;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import org.gta4j.generate.LanguageModel;
import org.gta4j.tokenizer.ControlTokens;
import org.gta4j.tokenizer.Tokenizer;

/**
 * Makes passages of questions as the harness does: spaces at a context's end belong to what
 * follows, context and what follows are encoded together and then cut, and what is too long loses
 * its beginning. A whole text is cut into windows that have no foreseen token in common; the last
 * one reaches back as far as it can.
 */
final class Passages {
  private final LanguageModel model;
  private final Tokenizer tokenizer;

  /**
   * For a model.
   *
   * @throws EvalException if it has no tokenizer
   */
  Passages(LanguageModel model) {
    this.model = model;
    tokenizer =
        model
            .tokenizer()
            .orElseThrow(() ->
                new EvalException("the model has no tokenizer, and without one no text is scored"));
  }

  /** A passage for each pair. */
  List<Passage> ofPairs(Question question) {
    return question.pairs().stream().map(pair -> ofPair(question.index(), pair)).toList();
  }

  private Passage ofPair(int index, Question.Pair pair) {
    String context = pair.context().stripTrailing();
    String moved = pair.context().substring(context.length()) + pair.continuation();
    int[] before = context.isEmpty() ? new int[] {beginning()} : model.encode(context);
    int[] whole = context.isEmpty() ? behind(before, moved) : model.encode(context + moved);
    if (whole.length <= before.length) {
      throw new EvalException(
          "record %d: expected something to score behind its context, found \"%s\""
              .formatted(index, moved));
    }
    int cut = Math.max(0, whole.length - longest());
    return new Passage(
        Arrays.copyOfRange(whole, cut, whole.length), Math.max(1, before.length - cut));
  }

  /** The windows of a question's text. */
  List<Passage> ofText(Question question) {
    String text = question.pairs().getFirst().continuation();
    int[] all = behind(new int[] {beginning()}, text);
    if (all.length == 1) {
      throw new EvalException(
          "record %d: expected a text to score, found none".formatted(question.index()));
    }
    List<Passage> windows = new ArrayList<>();
    int step = longest() - 1;
    for (int from = 1; from < all.length; from += step) {
      int end = Math.min(all.length, from + step);
      int begin = Math.max(0, end - longest());
      windows.add(new Passage(Arrays.copyOfRange(all, begin, end), from - begin));
    }
    return windows;
  }

  /** Tokens of a passage at most: the last one is not read. */
  private int longest() {
    return model.contextLength() + 1;
  }

  private int beginning() {
    OptionalInt begin = tokenizer.begin();
    return begin.isPresent()
        ? begin.getAsInt()
        : tokenizer
            .end()
            .orElseThrow(() ->
                new EvalException(
                    "an empty context needs a token that begins texts, and the tokenizer has none"));
  }

  private int[] behind(int[] first, String text) {
    int[] second = tokenizer.encode(text, Tokenizer.Framing.NONE, ControlTokens.PARSED);
    int[] both = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, both, first.length, second.length);
    return both;
  }
}
