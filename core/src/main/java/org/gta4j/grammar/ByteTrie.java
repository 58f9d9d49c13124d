package org.gta4j.grammar;

import java.util.Arrays;
import java.util.List;

/**
 * Texts of bytes, by their beginnings. Nodes are numbered from the root on so that a node's
 * descendants are the numbers behind it, up to its {@link #end}.
 */
final class ByteTrie {
  /** The byte that leads to a node. */
  final byte[] label;

  /** How many bytes lead to a node. */
  final int[] depth;

  /** The first node behind a node's descendants. */
  final int[] end;

  /** The ids of node n are ids[idsOf[n]] to ids[idsOf[n + 1]]. */
  final int[] idsOf;

  final int[] ids;

  /** How long the longest text is. */
  final int height;

  /**
   * @param texts of each id; ids without bytes are in no node
   */
  ByteTrie(List<byte[]> texts) {
    Integer[] order = new Integer[texts.size()];
    Arrays.setAll(order, i -> i);
    Arrays.sort(order, (a, b) -> Arrays.compareUnsigned(texts.get(a), texts.get(b)));
    int bound = 2;
    int longest = 0;
    for (byte[] text : texts) {
      bound = Math.addExact(bound, text.length);
      longest = Math.max(longest, text.length);
    }
    height = longest;
    byte[] labels = new byte[bound];
    int[] depths = new int[bound];
    int[] ends = new int[bound];
    int[] firstIds = new int[bound];
    int[] found = new int[order.length];
    int[] open = new int[longest + 1];
    int nodes = 1;
    int count = 0;
    byte[] before = new byte[0];
    for (int id : order) {
      byte[] text = texts.get(id);
      if (text.length == 0) {
        continue;
      }
      int common = Arrays.mismatch(before, text);
      if (common >= 0) {
        for (int d = before.length; d > common; d--) {
          ends[open[d]] = nodes;
        }
        for (int d = common; d < text.length; d++) {
          labels[nodes] = text[d];
          depths[nodes] = d + 1;
          firstIds[nodes] = count;
          open[d + 1] = nodes++;
        }
      }
      found[count++] = id;
      before = text;
    }
    for (int d = before.length; d >= 0; d--) {
      ends[open[d]] = nodes;
    }
    firstIds[nodes] = count;
    label = Arrays.copyOf(labels, nodes);
    depth = Arrays.copyOf(depths, nodes);
    end = Arrays.copyOf(ends, nodes);
    idsOf = Arrays.copyOf(firstIds, nodes + 1);
    ids = Arrays.copyOf(found, count);
  }
}
