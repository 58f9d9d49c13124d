package org.gta4j.grammar;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.gta4j.generate.TokenConstraint;
import org.gta4j.grammar.Configuration.Frame;

/**
 * A grammar over a vocabulary. Safe for use by several threads, one at a time; what was found out
 * for one text serves all others.
 *
 * <p>Which tokens may follow is found by walking the vocabulary's trie through the grammar. Of a
 * state within a rule that is done once, with the rule's surroundings unknown; where a rule may end
 * within a token, the rest of such tokens is walked for each text, which are few.
 */
public final class CompiledGrammar {
  /** Masks of states take so much memory; then all are forgotten and found anew. */
  private static final long MAX_MEMORY = 16L << 20;

  private final GrammarVocabulary vocabulary;
  private final ByteTrie trie;
  private final Recogniser recogniser;
  private final Configuration start;
  private final Scratch scratch;

  /** Fair, so that a long search lets others in. */
  private final ReentrantLock lock = new ReentrantLock(true);

  private final List<State> masked = new ArrayList<>();
  private long memory;

  /** What a search needs. */
  private final class Scratch {
    private final Configuration[] path = new Configuration[trie.height + 1];
    private final long[] found = new long[words()];
    private int[] endings = new int[64];

    /** Whether others may ask in the middle of it. */
    private final boolean letsOthersIn;

    Scratch(boolean letsOthersIn) {
      this.letsOthersIn = letsOthersIn;
    }
  }

  private CompiledGrammar(Network network, GrammarVocabulary vocabulary) {
    this.vocabulary = vocabulary;
    trie = vocabulary.trie();
    recogniser = new Recogniser(network);
    start = recogniser.start();
    scratch = new Scratch(false);
  }

  /**
   * Compiles a grammar.
   *
   * @throws GrammarException if it is too large, names what it does not have, has a rule that
   *     begins with itself, or no text of the vocabulary's tokens fits it
   */
  public static CompiledGrammar of(Grammar grammar, GrammarVocabulary vocabulary) {
    CompiledGrammar compiled =
        new CompiledGrammar(NetworkBuilder.build(grammar, vocabulary.bytes()), vocabulary);
    if (compiled.start.isDead()) {
      throw new GrammarException("no text that the vocabulary can write fits the grammar");
    }
    return compiled;
  }

  /** What a new text is held to. */
  public TokenConstraint begin() {
    return new GrammarConstraint(this);
  }

  GrammarVocabulary vocabulary() {
    return vocabulary;
  }

  Configuration start() {
    return start;
  }

  int words() {
    return (vocabulary.size() + 63) >> 6;
  }

  /** Where a text is after some bytes more. */
  Configuration after(Configuration configuration, byte[] bytes) {
    lock.lock();
    try {
      recogniser.begin();
      Configuration at = configuration;
      for (byte value : bytes) {
        at = recogniser.step(at, value);
      }
      return at;
    } finally {
      lock.unlock();
    }
  }

  /** Whether {@link #mask} has little to do; told at once, whoever searches meanwhile. */
  boolean isFound(Configuration configuration) {
    return configuration.kernel.stream().allMatch(frame -> frame.state().mask != null);
  }

  /** Does what takes long of {@link #mask}, and lets others ask meanwhile. */
  void find(Configuration configuration) {
    lock.lock();
    try {
      recogniser.begin();
      Scratch own = new Scratch(true);
      for (Frame frame : configuration.kernel) {
        mask(frame.state(), own);
      }
    } finally {
      lock.unlock();
    }
  }

  /** Sets the bits of all tokens that may follow, and clears the others. */
  void mask(Configuration configuration, long[] bits) {
    lock.lock();
    try {
      recogniser.begin();
      Arrays.fill(bits, 0);
      for (Frame frame : configuration.kernel) {
        StateMask mask = mask(frame.state(), scratch);
        mask.allowed().addTo(bits);
        if (mask.endings().length == 0 || frame.stack().isBottom()) {
          continue;
        }
        Configuration ended = recogniser.ended(frame.stack());
        if (ended.goesOn()) {
          for (int node : mask.endings()) {
            walk(ended, node, scratch, bits, false);
          }
        }
      }
      if (configuration.ends) {
        vocabulary.endIds().stream().forEach(id -> bits[id >> 6] |= 1L << id);
      }
    } finally {
      lock.unlock();
    }
  }

  private StateMask mask(State state, Scratch scratch) {
    StateMask mask = state.mask;
    if (mask == null) {
      Arrays.fill(scratch.found, 0);
      int count = walk(recogniser.alone(state), 0, scratch, scratch.found, true);
      mask = new StateMask(tokens(scratch.found), Arrays.copyOf(scratch.endings, count));
      if (memory > MAX_MEMORY) {
        masked.forEach(known -> known.mask = null);
        masked.clear();
        memory = 0;
      }
      state.mask = mask;
      masked.add(state);
      memory += mask.memory();
    }
    return mask;
  }

  private static StateMask.Tokens tokens(long[] found) {
    int count = 0;
    for (long word : found) {
      count += Long.bitCount(word);
    }
    if (count > 2 * found.length) {
      return new StateMask.Many(found.clone());
    }
    int[] ids = new int[count];
    int at = 0;
    for (int i = 0; i < found.length; i++) {
      for (long word = found[i]; word != 0; word &= word - 1) {
        ids[at++] = (i << 6) + Long.numberOfTrailingZeros(word);
      }
    }
    return new StateMask.Few(ids);
  }

  /**
   * Leads all descendants of a node on from a configuration.
   *
   * @param scratch what it may write to
   * @param bits gets the tokens that may follow
   * @param notes whether to note the nodes at which the rule at the bottom ends
   * @return how many of them there are
   */
  private int walk(Configuration from, int root, Scratch scratch, long[] bits, boolean notes) {
    Configuration[] path = scratch.path;
    int count = 0;
    int top = trie.depth[root];
    path[top] = from;
    int node = root + 1;
    int last = trie.end[root];
    while (node < last) {
      if (scratch.letsOthersIn && lock.hasQueuedThreads()) {
        letOthersIn();
      }
      int depth = trie.depth[node];
      Configuration at = recogniser.step(path[depth - 1], trie.label[node]);
      if (at.isDead()) {
        node = trie.end[node];
        continue;
      }
      for (int i = trie.idsOf[node]; i < trie.idsOf[node + 1]; i++) {
        int id = trie.ids[i];
        bits[id >> 6] |= 1L << id;
      }
      path[depth] = at;
      if (notes && at.ends && trie.end[node] > node + 1) {
        if (count == scratch.endings.length) {
          scratch.endings = Arrays.copyOf(scratch.endings, 2 * count);
        }
        scratch.endings[count++] = node;
      }
      node = at.goesOn() ? node + 1 : trie.end[node];
    }
    return count;
  }

  private void letOthersIn() {
    long work = recogniser.work();
    lock.unlock();
    lock.lock();
    recogniser.resume(work);
  }
}
