package org.gta4j.eval;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import org.gta4j.cache.BlockPool;
import org.gta4j.cache.SequenceCache;
import org.gta4j.generate.LanguageModel;
import org.gta4j.generate.LogProbability;
import org.gta4j.model.Decoder;
import org.gta4j.model.StepInput;
import org.gta4j.tensor.FloatMatrix;
import org.gta4j.tokenizer.ControlTokens;
import org.gta4j.tokenizer.Tokenizer;

/**
 * How probable a model finds what follows contexts. What all pairs of a question have in common at
 * their beginning is computed once; what follows is computed side by side.
 *
 * <p>As the harness does it: spaces at a context's end belong to what follows, context and what
 * follows are encoded together and then cut, and what is too long loses its beginning.
 *
 * <p>Not thread-safe.
 */
public final class Scorer implements AutoCloseable {
  private final LanguageModel model;
  private final Tokenizer tokenizer;
  private final Decoder decoder;
  private final BlockPool pool;
  private final StepInput input = new StepInput();
  private final LogProbability logProbability;

  /**
   * Scores with a model.
   *
   * @throws EvalException if it has no tokenizer
   */
  public Scorer(LanguageModel model) {
    this.model = model;
    tokenizer =
        model
            .tokenizer()
            .orElseThrow(() ->
                new EvalException("the model has no tokenizer, and without one no text is scored"));
    decoder = model.decoder();
    pool = model.pool(64);
    logProbability = new LogProbability(model);
  }

  /** The tokens of a pair, of which those from {@code from} on are scored. */
  private record Tokens(int[] ids, int from) {}

  /**
   * Scores a question's pairs.
   *
   * @throws EvalException if a pair's continuation has no token
   */
  public Answer answer(Question question) {
    List<Tokens> all =
        question.pairs().stream().map(pair -> tokens(question.index(), pair)).toList();
    int shared = shared(all);
    double[] sums = new double[all.size()];
    boolean[] greedy = new boolean[all.size()];
    Arrays.fill(greedy, true);
    try (SequenceCache common = new SequenceCache(pool)) {
      read(common, all.getFirst().ids(), shared);
      List<Branch> branches = new ArrayList<>();
      try {
        for (Tokens tokens : all) {
          branches.add(new Branch(tokens, common.fork(shared)));
        }
        while (step(branches, sums, greedy)) {
          // More rows are left than one step may have.
        }
      } finally {
        branches.forEach(branch -> branch.cache.close());
      }
    }
    List<Answer.Score> scores = new ArrayList<>();
    for (int i = 0; i < sums.length; i++) {
      scores.add(new Answer.Score(sums[i], greedy[i]));
    }
    return new Answer(question, scores);
  }

  private Tokens tokens(int index, Question.Pair pair) {
    String context = pair.context().stripTrailing();
    String moved = pair.context().substring(context.length()) + pair.continuation();
    int[] before = context.isEmpty() ? new int[] {beginning()} : model.encode(context);
    int[] whole =
        context.isEmpty()
            ? joined(before, tokenizer.encode(moved, Tokenizer.Framing.NONE, ControlTokens.PARSED))
            : model.encode(context + moved);
    if (whole.length <= before.length) {
      throw new EvalException(
          "record %d: expected something to score behind its context, found \"%s\""
              .formatted(index, moved));
    }
    // The last token predicts nothing.
    int most = model.contextLength() + 1;
    int cut = Math.max(0, whole.length - most);
    return new Tokens(
        Arrays.copyOfRange(whole, cut, whole.length), Math.max(1, before.length - cut));
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

  private static int[] joined(int[] first, int[] second) {
    int[] both = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, both, first.length, second.length);
    return both;
  }

  /** How many tokens all begin with and need no logits of. */
  private static int shared(List<Tokens> all) {
    int[] first = all.getFirst().ids();
    int shared = Integer.MAX_VALUE;
    for (Tokens tokens : all) {
      int alike = Arrays.mismatch(first, tokens.ids());
      shared = Math.min(shared, alike < 0 ? first.length : alike);
      shared = Math.min(shared, tokens.from() - 1);
    }
    return shared;
  }

  private void read(SequenceCache cache, int[] ids, int count) {
    for (int at = 0; at < count; at += decoder.maxRows()) {
      int rows = Math.min(decoder.maxRows(), count - at);
      cache.reserve(rows);
      input.clear();
      input.add(cache, ids, at, rows, count, StepInput.Logits.NONE);
      decoder.forward(input);
    }
  }

  /** A pair while it is read. */
  private static final class Branch {
    private final Tokens tokens;
    private final SequenceCache cache;

    private Branch(Tokens tokens, SequenceCache cache) {
      this.tokens = tokens;
      this.cache = cache;
    }

    /** Tokens that are to be read: all but the last. */
    private int left() {
      return tokens.ids().length - 1 - cache.length();
    }
  }

  /** Reads as many rows as one step may have; false where none were left. */
  private boolean step(List<Branch> branches, double[] sums, boolean[] greedy) {
    input.clear();
    int room = decoder.maxScoredRows();
    List<int[]> rows = new ArrayList<>(); // branch, and the position of the token that is predicted
    for (int i = 0; i < branches.size() && room > 0; i++) {
      Branch branch = branches.get(i);
      int count = Math.min(room, branch.left());
      if (count > 0) {
        int at = branch.cache.length();
        branch.cache.reserve(count);
        input.add(
            branch.cache,
            branch.tokens.ids(),
            at,
            count,
            branch.tokens.ids().length - 1,
            StepInput.Logits.ALL);
        for (int position = at + 1; position <= at + count; position++) {
          rows.add(new int[] {i, position});
        }
        room -= count;
      }
    }
    if (rows.isEmpty()) {
      return false;
    }
    FloatMatrix logits = decoder.forward(input);
    for (int r = 0; r < rows.size(); r++) {
      int branch = rows.get(r)[0];
      int position = rows.get(r)[1];
      Tokens tokens = branches.get(branch).tokens;
      if (position >= tokens.from()) {
        LogProbability.Found found = logProbability.of(logits, r, tokens.ids()[position]);
        sums[branch] += found.value();
        greedy[branch] &= found.greedy();
      }
    }
    return true;
  }

  @Override
  public void close() {
    pool.close();
  }
}
