package org.gta4j.grammar;

/**
 * The tokens that may follow a state whatever is around its rule, and where in the trie the rule
 * may end within a token, so that the rest depends on what is around.
 *
 * @param allowed the tokens
 * @param endings nodes of the trie after which the rule has ended, and which have descendants
 */
record StateMask(Tokens allowed, int[] endings) {
  /** A set of tokens: as a list where they are few, else one bit for each token. */
  sealed interface Tokens {
    /** Puts the tokens into a set of bits. */
    void addTo(long[] bits);

    /** About how much memory it takes. */
    int memory();
  }

  /** Few of them. */
  record Few(int[] ids) implements Tokens {
    @Override
    public void addTo(long[] bits) {
      for (int id : ids) {
        bits[id >> 6] |= 1L << id;
      }
    }

    @Override
    public int memory() {
      return 4 * ids.length;
    }
  }

  /** Many of them. */
  record Many(long[] words) implements Tokens {
    @Override
    public void addTo(long[] bits) {
      for (int i = 0; i < words.length; i++) {
        bits[i] |= words[i];
      }
    }

    @Override
    public int memory() {
      return 8 * words.length;
    }
  }

  int memory() {
    return 100 + allowed.memory() + 4 * endings.length;
  }
}
