package org.gta4j.tokenizer;

import java.util.Arrays;

/** A list of token ids that grows. */
final class Ids {
  private int[] ids;
  private int size;

  Ids(int expected) {
    ids = new int[Math.max(8, expected)];
  }

  void add(int id) {
    if (size == ids.length) {
      ids = Arrays.copyOf(ids, size + (size >> 1));
    }
    ids[size++] = id;
  }

  void addAll(int... more) {
    for (int id : more) {
      add(id);
    }
  }

  int size() {
    return size;
  }

  int get(int index) {
    return ids[index];
  }

  int[] toArray() {
    return Arrays.copyOf(ids, size);
  }
}
