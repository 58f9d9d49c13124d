package org.gta4j.tokenizer;

import java.util.Arrays;
import java.util.Map;
import java.util.SortedMap;

/**
 * Names by their letters: node 0 is the empty name, and a node's children are numbered one after
 * the other, by letter. Takes memory in proportion to the names, and a step takes no object.
 */
final class TokenTrie {
  /** Where no node is, and no token. */
  static final int NONE = -1;

  /** As many children are looked through one after the other. */
  private static final int FEW = 8;

  /** The letter that leads to a node. */
  private final char[] letters;

  /** The first child of a node, and of the one behind it: where its children end. */
  private final int[] firstChildren;

  private final int[] ids;

  /** A trie of names that are not empty. */
  TokenTrie(SortedMap<String, Integer> tokens) {
    String[] names = tokens.keySet().toArray(String[]::new);
    int size = size(names);
    letters = new char[size];
    firstChildren = new int[size + 1];
    ids = new int[size];
    Arrays.fill(ids, NONE);
    build(names, tokens);
  }

  private static int size(String... names) {
    long size = 1;
    String before = "";
    for (String name : names) {
      int same = Arrays.mismatch(before.toCharArray(), name.toCharArray());
      size += name.length() - Math.max(0, same);
      before = name;
    }
    return Math.toIntExact(size);
  }

  /** Level by level; a node's names are those from {@code begins} to {@code ends}. */
  private void build(String[] names, Map<String, Integer> tokens) {
    int[] begins = new int[ids.length];
    int[] ends = new int[ids.length];
    ends[0] = names.length;
    int nodes = 1;
    int levelEnd = 1;
    int depth = 0;
    for (int node = 0; node < ids.length; node++) {
      if (node == levelEnd) {
        levelEnd = nodes;
        depth++;
      }
      firstChildren[node] = nodes;
      int name = begins[node];
      if (name < ends[node] && names[name].length() == depth) {
        ids[node] = tokens.getOrDefault(names[name], NONE);
        name++;
      }
      while (name < ends[node]) {
        char letter = names[name].charAt(depth);
        letters[nodes] = letter;
        begins[nodes] = name;
        while (name < ends[node] && names[name].charAt(depth) == letter) {
          name++;
        }
        ends[nodes++] = name;
      }
    }
    firstChildren[ids.length] = nodes;
  }

  /** The node that a letter leads to from another; {@link #NONE} where no name goes on so. */
  int child(int node, char letter) {
    int begin = firstChildren[node];
    int end = firstChildren[node + 1];
    if (end - begin <= FEW) {
      for (int at = begin; at < end; at++) {
        if (letters[at] == letter) {
          return at;
        }
      }
      return NONE;
    }
    int at = Arrays.binarySearch(letters, begin, end, letter);
    return at < 0 ? NONE : at;
  }

  /** The token that ends at a node; {@link #NONE} where none does. */
  int id(int node) {
    return ids[node];
  }
}
