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
 * follows; context and what follows are encoded together, and of that all behind as many tokens as
 * the context alone has follows the context; what is too long loses its beginning. A token that
 * begins texts is there where the tokenizer adds one. A whole text is cut into windows that have no
 * foreseen token in common; the last one reaches back as far as it can.
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
    String context = pair.context().substring(0, endWithoutSpace(pair.context()));
    String moved = pair.context().substring(context.length()) + pair.continuation();
    int[] before = context.isEmpty() ? new int[] {beginning()} : model.encode(context);
    int[] whole = context.isEmpty() ? behind(before, moved) : model.encode(context + moved);
    int following = whole.length - before.length;
    if (following <= 0 || following >= longest()) {
      throw new EvalException(
          "record %d: expected 1 to %d tokens to score behind its context, as many as the model's context has room for, found %d: \"%s\""
              .formatted(index, longest() - 1, Math.max(0, following), shortened(moved)));
    }
    System.arraycopy(before, 0, whole, 0, before.length);
    int cut = Math.max(0, whole.length - longest());
    return new Passage(Arrays.copyOfRange(whole, cut, whole.length), before.length - cut);
  }

  /** Where a text ends but for spaces, among which Python counts those that do not break. */
  private static int endWithoutSpace(String text) {
    int end = text.length();
    while (end > 0 && isSpace(text.charAt(end - 1))) {
      end--;
    }
    return end;
  }

  private static boolean isSpace(char c) {
    return Character.isWhitespace(c) || Character.isSpaceChar(c) || c == '\u0085';
  }

  private static String shortened(String text) {
    return text.length() <= 80 ? text : text.substring(0, 80) + "...";
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
