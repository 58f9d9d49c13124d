package org.gta4j.eval;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.gta4j.cache.BlockPool;
import org.gta4j.cache.SequenceCache;
import org.gta4j.generate.LogProbability;

/** A question while it is put to a model. Not thread-safe. */
final class Asked implements AutoCloseable {
  private final Question question;
  private final SequenceCache common;
  private final int shared;
  private final List<Branch> branches;

  /**
   * Begins.
   *
   * @param passages what is read for the question, at least one
   */
  Asked(Question question, List<Passage> passages, BlockPool pool) {
    this.question = question;
    common = new SequenceCache(pool);
    shared = shared(passages);
    branches = passages.stream().map(Branch::new).toList();
  }

  /** How many tokens all passages begin with and are not asked for what follows. */
  private static int shared(List<Passage> passages) {
    int shared = Integer.MAX_VALUE;
    for (Passage passage : passages) {
      shared = Math.min(shared, passages.getFirst().shared(passage));
      shared = Math.min(shared, passage.from() - 1);
    }
    return shared;
  }

  /** How many rows a model reads for a question's passages. */
  static int rows(List<Passage> passages) {
    int rows = shared(passages);
    for (Passage passage : passages) {
      rows += passage.read() - shared(passages);
    }
    return rows;
  }

  /** What is read once, into {@link #common}. */
  int[] beginning() {
    return branches.getFirst().passage.ids();
  }

  /** How many tokens of the beginning are read once. */
  int shared() {
    return shared;
  }

  /** The cache of what is read once. */
  SequenceCache common() {
    return common;
  }

  /** What is read apart. */
  List<Branch> branches() {
    return branches;
  }

  /** What the model made of it, once everything is read. */
  Answer answer() {
    List<Answer.Score> scores = new ArrayList<>();
    if (question.pairs().size() == branches.size()) {
      branches.forEach(branch -> scores.add(new Answer.Score(branch.sum, branch.greedy)));
    } else {
      // The windows of a text.
      scores.add(
          new Answer.Score(
              branches.stream().mapToDouble(branch -> branch.sum).sum(),
              branches.stream().allMatch(branch -> branch.greedy)));
    }
    return new Answer(question, scores);
  }

  @Override
  public void close() {
    branches.forEach(Branch::close);
    common.close();
  }

  /** A passage while it is read. */
  final class Branch implements AutoCloseable {
    private final Passage passage;
    private Optional<SequenceCache> cache = Optional.empty();
    private boolean isRead;
    private double sum;
    private boolean greedy = true;

    private Branch(Passage passage) {
      this.passage = passage;
    }

    /** The passage. */
    Passage passage() {
      return passage;
    }

    /** Its cache, which begins with what is common. */
    SequenceCache cache() {
      SequenceCache open = cache.orElseGet(() -> common.fork(shared));
      cache = Optional.of(open);
      return open;
    }

    /** How many tokens are still to be read. */
    int left() {
      return isRead ? 0 : passage.read() - cache.map(SequenceCache::length).orElse(shared);
    }

    /** Counts a token that was foreseen. */
    void add(LogProbability.Found found) {
      sum += found.value();
      greedy &= found.greedy();
    }

    /** Gives its cache back where everything is read. */
    void closeIfRead() {
      if (left() == 0) {
        close();
      }
    }

    @Override
    public void close() {
      isRead = true;
      cache.ifPresent(SequenceCache::close);
      cache = Optional.empty();
    }
  }
}
