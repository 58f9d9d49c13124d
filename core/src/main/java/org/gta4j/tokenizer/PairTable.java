package org.gta4j.tokenizer;

/**
 * A table from pairs of ids to a number: a hash table without objects, since a vocabulary has
 * hundreds of thousands of pairs and they are looked up for every character of a text.
 */
final class PairTable {
  private final long[] keys;
  private final int[] values;
  private final int mask;

  /** A table with room for {@code count} pairs, at most half full. */
  PairTable(int count) {
    int slots = Integer.highestOneBit(Math.max(4, Math.multiplyExact(count, 4) - 1));
    keys = new long[slots];
    values = new int[slots];
    mask = slots - 1;
  }

  /** Sets a pair's value, 0 or more, unless it has one. */
  void putIfAbsent(int left, int right, int value) {
    long key = key(left, right);
    int slot = slot(key);
    while (keys[slot] != 0) {
      if (keys[slot] == key) {
        return;
      }
      slot = (slot + 1) & mask;
    }
    keys[slot] = key;
    values[slot] = value;
  }

  /** A pair's value; −1 where it has none. */
  int get(int left, int right) {
    long key = key(left, right);
    for (int slot = slot(key); keys[slot] != 0; slot = (slot + 1) & mask) {
      if (keys[slot] == key) {
        return values[slot];
      }
    }
    return -1;
  }

  /** Never 0, which marks an empty slot. */
  private static long key(int left, int right) {
    return ((long) left + 1) << 32 | right;
  }

  private int slot(long key) {
    long mixed = key * 0x9E3779B97F4A7C15L;
    return (int) (mixed >>> 32) & mask;
  }
}
